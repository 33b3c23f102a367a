/* The statements that a user points at by their lines. */
#ifndef SMTPATCH_SELECTION_H
#define SMTPATCH_SELECTION_H

#include "syntax/tree.h"

/* Lines from first to last, both among them, from 1. */
typedef struct LineRange {
    size_t first, last;
} LineRange;

/* What may be laid out anew: the statements that a range touches, from the first token to the ';'; between two of them
 * also the blanks and comments, when one range touches both; and what stands before the first statement and behind the
 * last one of the script, when a range reaches as far. In the order of the text, and apart from each other. */
typedef struct Selection {
    Span *runs;
    size_t run_count;
} Selection;

/* Whether a line of the script is in the range: the empty one behind its last line end counts. */
bool range_is_in_script(const LineRange *range, Source *source);

/* The selection that the ranges make, in any order; they may overlap. Every statement that none of them touches becomes
 * frozen. */
Selection select_lines(Script *script, const LineRange *ranges, size_t count, Arena *arena);

#endif
