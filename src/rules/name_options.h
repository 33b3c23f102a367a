/* The options whose values name what one table is about, so that they differ where tables are otherwise alike. */
#ifndef SMTPATCH_NAME_OPTIONS_H
#define SMTPATCH_NAME_OPTIONS_H

#include "text.h"

enum { NAME_KEYS = 5 };

/* Their keys, by number below NAME_KEYS. */
Str name_key(size_t number);

/* The number of a key; NAME_KEYS when it is none of them. */
size_t name_key_number(Str key);

/* a-z, 0-9 and _, no digit first, and so short that it still is what PostgreSQL takes for a slot with all that is put
 * behind it. Neither rules without conditions on names nor checks by shape mind which of these a table has. */
bool name_is_plain(Str value);

/* Whether two values of an option are the same, or both plain names where it wants one. */
bool values_are_alike(Str key, Str value, Str other);

#endif
