/* What must never be shown: the values of password options and their like. */
#ifndef SMTPATCH_SECRET_H
#define SMTPATCH_SECRET_H

#include "source.h"

#define SECRET_MASK "******"

/* Whether an option of that key holds a secret: its last word is one of a table's (password, token, credentials, …), or
 * it is a key of a credential kind (access-key, api.key, …). */
bool is_secret_key(Str key);

/* The part of a script or a rules file with the values of secret options and the passwords of URLs masked, even when
 * they begin, or their keys stand, before the part. */
Str mask_secrets(Str text, Span part, Arena *arena);

/* For many parts of one source: the secrets of those that begin at an offset and are at most MASKED_PART_MAX bytes
 * long. They are looked for at the first question about their neighbourhood, and live in the source's arena. */
enum { MASKED_PART_MAX = 8192 };
const Secrets *source_secrets(Source *source, uint32_t offset);
Str mask_part(Str text, const Secrets *secrets, Span part, Arena *arena);

/* The value of the option `key` as it may be shown: a secret is masked as a whole; of others a password that stands in
 * a URL (//user:password@host) or behind its name (?password=…). */
Str mask_value(Str key, Str value, Arena *arena);

#endif
