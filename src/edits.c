#include "edits.h"

#include <stdlib.h>

void edits_add(Edits *edits, uint32_t start, uint32_t end, Str text) {
    size_t number = edits->list.count;
    *vector_add(edits->arena, &edits->list) = (Edit){start, end, text, number};
}

static int compare_edits(const void *a, const void *b) {
    const Edit *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    if (left->end != right->end) {
        return left->end < right->end ? -1 : 1; /* insertions first */
    }
    return (left->number > right->number) - (left->number < right->number);
}

static void sort(Edits *edits) {
    if (edits->list.count > 1) {
        qsort(edits->list.items, edits->list.count, sizeof *edits->list.items, compare_edits);
    }
}

uint32_t edits_apply(Edits *edits, Str source, uint32_t from, Pieces *out) {
    sort(edits);
    for (size_t i = 0; i < edits->list.count; i++) {
        const Edit *edit = &edits->list.items[i];
        uint32_t start = edit->start > from ? edit->start : from;
        pieces_add(out, (Str){source.data + from, start - from});
        if (edit->text.size > 0) {
            pieces_add(out, arena_copy(out->arena, edit->text));
        }
        from = edit->end > start ? edit->end : start;
    }
    edits->list.count = 0;
    return from;
}

uint32_t edits_write(Edits *edits, Str source, uint32_t from, Buffer *out) {
    Pieces pieces = {.arena = edits->arena};
    uint32_t end = edits_apply(edits, source, from, &pieces);
    for (size_t i = 0; i < pieces.list.count; i++) {
        buffer_add(out, pieces.list.items[i]);
    }
    return end;
}
