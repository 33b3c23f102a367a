/* Unified diffs, as patch(1) takes them. */
#ifndef SMTPATCH_DIFF_H
#define SMTPATCH_DIFF_H

#include "buffer.h"

/* Appends the difference between old and new, three lines of context around each change; nothing when they are equal.
 * Both sides of the header bear the name. Takes about as long as sorting the lines. */
void emit_diff(Str name, Str old, Str new, Arena *arena, Buffer *out);

#endif
