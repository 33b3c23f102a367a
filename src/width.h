/* Text on a terminal: how wide it is, and what disturbs it. */
#ifndef SMTPATCH_WIDTH_H
#define SMTPATCH_WIDTH_H

#include "text.h"

/* The next character of text (at least one byte of it must be left): its bytes, and in *columns the cells it
 * takes: 0 for a combining mark, 2 for a wide one, 1 for a tab, a control character or a byte that is no UTF-8. */
size_t next_character(Str text, unsigned *columns);

/* Whether the first character of text, which has `size` bytes, may be shown: not a control character (C0, DEL and C1,
 * which are C2 80 to C2 9F), nor a byte that is no UTF-8. */
bool is_printable_character(Str text, size_t size);

/* The cells of the whole text. */
size_t text_columns(Str text);

#endif
