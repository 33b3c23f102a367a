/* Text made fit for outputs that do not take every byte. A slice of it when there is nothing to mend. */
#ifndef SMTPATCH_VALID_H
#define SMTPATCH_VALID_H

#include "arena.h"

/* Valid UTF-8: each broken byte becomes U+FFFD. JSON takes nothing else. */
Str valid_text(Str text, Arena *arena);

/* The same, and of each control character too: they would disturb a terminal, and XML does not know them. */
Str printable_text(Str text, Arena *arena);

#endif
