/* A text with some of its bytes replaced. */
#ifndef SMTPATCH_EDITS_H
#define SMTPATCH_EDITS_H

#include "arena.h"
#include "buffer.h"
#include "pieces.h"

/* Bytes [start, end) give way to text. */
typedef struct Edit {
    uint32_t start, end;
    Str text;
    size_t number; /* of two at one place the one added first stands first */
} Edit;

typedef struct Edits {
    Arena *arena;
    VECTOR(Edit) list;
} Edits;

void edits_add(Edits *edits, uint32_t start, uint32_t end, Str text);

/* Appends source from offset `from` up to the end of the last edit, edited, and forgets the edits. Returns where the
 * source goes on. Edits may not overlap. */
uint32_t edits_write(Edits *edits, Str source, uint32_t from, Buffer *out);

/* The same into pieces: slices of source, and copies of what the edits put in. */
uint32_t edits_apply(Edits *edits, Str source, uint32_t from, Pieces *out);

#endif
