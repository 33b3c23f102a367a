/* What an INSERT must not be carried across. */
#ifndef SMTPATCH_BARRIERS_H
#define SMTPATCH_BARRIERS_H

#include "arena.h"
#include "syntax/tree.h"

/* For each statement of the script, whether an INSERT before it could mean something else behind it: SET, RESET, USE,
 * what changes a table, what gives a name that an INSERT uses to something else, and what smtpatch does not know. */
const bool *insert_barriers(const Script *script, Arena *arena);

#endif
