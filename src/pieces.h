/* A text made of pieces of others: what an output has in common with its source is not copied. */
#ifndef SMTPATCH_PIECES_H
#define SMTPATCH_PIECES_H

#include "arena.h"
#include "buffer.h"

typedef struct Pieces {
    Arena *arena; /* of the list, and of what is copied */
    VECTOR(Str) list;
    size_t size; /* of the whole text */
} Pieces;

/* Appends text, which must live as long as the pieces do. */
void pieces_add(Pieces *pieces, Str text);

/* Appends text, of which only what differs from `like` in the middle is copied; `like` must live on. */
void pieces_add_like(Pieces *pieces, Str text, Str like);

/* A place in the text: a byte of a piece. */
typedef struct PiecePlace {
    size_t piece, offset;
} PiecePlace;

/* The text from a place on, in arena, with a NUL after it (not counted). */
Str pieces_text(const Pieces *pieces, PiecePlace from, Arena *arena);

/* Where the text ends now. */
PiecePlace pieces_end(const Pieces *pieces);

/* The place that is `size` bytes behind another. */
PiecePlace pieces_behind(const Pieces *pieces, PiecePlace place, size_t size);

/* What is left of the piece at a place; empty at the end. */
Str pieces_at(const Pieces *pieces, PiecePlace place);

bool pieces_equal(const Pieces *pieces, Str text);

/* How many bytes two texts have in common at their start. */
size_t common_prefix(Str a, Str b);
/* The same at their end. */
size_t common_suffix(Str a, Str b);

#endif
