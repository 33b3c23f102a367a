/* How wide text is on a terminal. */
#ifndef SMTPATCH_WIDTH_H
#define SMTPATCH_WIDTH_H

#include "text.h"

/* The next character of text (at least one byte of it must be left): its bytes, and in *columns the cells it
 * takes: 0 for a combining mark, 2 for a wide one, 1 for a tab, a control character or a byte that is no UTF-8. */
size_t next_character(Str text, unsigned *columns);

/* The cells of the whole text. */
size_t text_columns(Str text);

#endif
