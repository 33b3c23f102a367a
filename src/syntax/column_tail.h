/* What stands behind a column's name on its line. There are few such texts in a script, so what was made of one once is
 * kept by it: in shortcut.c what the grammar made, in printer.c what was printed. */
#ifndef SMTPATCH_COLUMN_TAIL_H
#define SMTPATCH_COLUMN_TAIL_H

#include "syntax/token.h"

enum { COLUMN_TAILS = 256, COLUMN_TAIL_MAX = 128 };

static inline bool token_is_plain_name(Token token) {
    return token.kind == TOKEN_QUOTED_IDENTIFIER || token.kind == TOKEN_IDENTIFIER;
}

/* The text behind the name that ends at `start`, up to the comma that is the last thing on its line; empty when none
 * is, or it is longer than COLUMN_TAIL_MAX. */
Str column_tail(Str text, uint32_t start);

/* The place of a tail that is not empty in a table of COLUMN_TAILS. Others may have the same. */
size_t column_tail_place(Str tail);

#endif
