/* Mutations that know what an input is made of: its units (tokens, lines, words) are taken away, swapped, doubled, and
 * pieces of valid text are put in, so that what comes out is often valid, too, and reaches deep. */
#ifndef SMTPATCH_FUZZ_MUTATE_H
#define SMTPATCH_FUZZ_MUTATE_H

#include "fuzz.h"

/* The end of the unit that begins at offset, which is before the end of text; text has a NUL behind it. */
typedef uint32_t UnitEnd(Str text, uint32_t offset);

/* A token of Flink SQL, a blank or a comment. */
UnitEnd token_end;
/* A line with its line end. */
UnitEnd line_end;
/* A run of letters and digits, or one other byte. */
UnitEnd word_end;

typedef struct Kind {
    size_t header_size; /* bytes before the text, each of any value */
    UnitEnd *unit_end;
    UnitEnd *small_end; /* of the parts of units, or NULL */
    const char *const *pieces;
    size_t piece_count;
} Kind;

/* What LLVMFuzzerCustomMutator() must do; the size of the new input. A third of the mutations are libFuzzer's own. */
size_t mutate(const Kind *kind, uint8_t *data, size_t size, size_t max_size, unsigned seed);

#endif
