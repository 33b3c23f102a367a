/* Comments that speak to smtpatch: -- smtpatch: off | on | skip | allow(ID, …); in block comments too. */
#ifndef SMTPATCH_PRAGMA_H
#define SMTPATCH_PRAGMA_H

#include "syntax/tree.h"

typedef enum PragmaResult { PRAGMA_NONE, PRAGMA_FOUND, PRAGMA_UNKNOWN } PragmaResult;

/* Whether a comment is a pragma, and which. PRAGMA_UNKNOWN: it begins "smtpatch:" and goes on with no known word. */
PragmaResult pragma_parse(Str text, Token comment, Pragma *pragma);

/* The number of the script's first pragma at or behind offset; pragma_count when there is none. */
size_t pragma_from(const Script *script, uint32_t offset);

/* The pragma that the comment is, or NULL. */
const Pragma *pragma_at(const Script *script, Token comment);

#endif
