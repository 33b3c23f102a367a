#include "pieces.h"

void pieces_add(Pieces *pieces, Str text) {
    Str *last = pieces->list.count > 0 ? &pieces->list.items[pieces->list.count - 1] : NULL;
    if (text.size == 0) {
        return;
    }
    pieces->size += text.size;
    if (last != NULL && last->data + last->size == text.data) {
        last->size += text.size;
    } else {
        *vector_add(pieces->arena, &pieces->list) = text;
    }
}

static uint64_t word_at(const char *data) {
    uint64_t word;
    memcpy(&word, data, sizeof word);
    return word;
}

size_t common_prefix(Str a, Str b) {
    size_t most = a.size < b.size ? a.size : b.size, size = 0;
    while (size + sizeof(uint64_t) <= most && word_at(a.data + size) == word_at(b.data + size)) {
        size += sizeof(uint64_t);
    }
    while (size < most && a.data[size] == b.data[size]) {
        size++;
    }
    return size;
}

size_t common_suffix(Str a, Str b) {
    size_t most = a.size < b.size ? a.size : b.size, size = 0;
    if (most == 0) {
        return 0; /* the empty text may be NULL, which has no end */
    }
    const char *a_end = a.data + a.size, *b_end = b.data + b.size;
    while (size + sizeof(uint64_t) <= most &&
           word_at(a_end - size - sizeof(uint64_t)) == word_at(b_end - size - sizeof(uint64_t))) {
        size += sizeof(uint64_t);
    }
    while (size < most && a_end[-(ptrdiff_t)size - 1] == b_end[-(ptrdiff_t)size - 1]) {
        size++;
    }
    return size;
}

void pieces_add_like(Pieces *pieces, Str text, Str like) {
    size_t prefix = common_prefix(text, like);
    pieces_add(pieces, (Str){like.data, prefix});
    text = str_from(text, prefix);
    like = str_from(like, prefix);
    size_t suffix = common_suffix(text, like);
    pieces_add(pieces, arena_copy(pieces->arena, (Str){text.data, text.size - suffix}));
    pieces_add(pieces, str_from(like, like.size - suffix));
}

Str pieces_at(const Pieces *pieces, PiecePlace place) {
    return place.piece < pieces->list.count ? str_from(pieces->list.items[place.piece], place.offset) : STR("");
}

PiecePlace pieces_behind(const Pieces *pieces, PiecePlace place, size_t size) {
    for (Str piece = pieces_at(pieces, place); size > 0 && size >= piece.size && place.piece < pieces->list.count;
         piece = pieces_at(pieces, place)) {
        size -= piece.size;
        place = (PiecePlace){place.piece + 1, 0};
    }
    return (PiecePlace){place.piece, place.offset + size};
}

PiecePlace pieces_end(const Pieces *pieces) {
    size_t count = pieces->list.count; /* the last piece may become longer */
    return count > 0 ? (PiecePlace){count - 1, pieces->list.items[count - 1].size} : (PiecePlace){0, 0};
}

Str pieces_text(const Pieces *pieces, PiecePlace from, Arena *arena) {
    size_t size = pieces_at(pieces, from).size;
    for (size_t i = from.piece + 1; i < pieces->list.count; i++) {
        size += pieces->list.items[i].size; /* of all together: what fits in memory fits in a size */
    }
    char *text = arena_alloc_raw(arena, size + 1), *end = text;
    for (Str piece = pieces_at(pieces, from); piece.size > 0 || from.piece < pieces->list.count;
         piece = pieces_at(pieces, from)) {
        memcpy(end, piece.data, piece.size);
        end += piece.size;
        from = (PiecePlace){from.piece + 1, 0};
    }
    *end = '\0';
    return (Str){text, size};
}

bool pieces_equal(const Pieces *pieces, Str text) {
    if (pieces->size != text.size) {
        return false;
    }
    for (size_t i = 0; i < pieces->list.count; i++) {
        Str piece = pieces->list.items[i];
        if (piece.data != text.data && memcmp(piece.data, text.data, piece.size) != 0) {
            return false;
        }
        text = str_from(text, piece.size);
    }
    return true;
}
