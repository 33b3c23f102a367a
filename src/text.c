#include "text.h"

enum { DISTANCE_MAX = 128 };

bool str_equal_ignore_case(Str a, Str b) {
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (ascii_lower(a.data[i]) != ascii_lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

int str_compare(Str a, Str b) {
    size_t shared = a.size < b.size ? a.size : b.size;
    int order = shared > 0 && a.data != b.data ? memcmp(a.data, b.data, shared) : 0;
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

Str str_trim(Str text) {
    while (text.size > 0 && is_blank(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size > 0 && is_blank(text.data[text.size - 1])) {
        text.size--;
    }
    return text;
}

uint64_t str_hash(Str text) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.size; i++) {
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

static uint64_t mix_word(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 29;
}

uint64_t str_mix(uint64_t hash, Str text) {
    uint64_t word = 0;
    size_t at = 0;
    for (; text.size - at > sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        hash = mix_word(hash, word);
    }
    if (text.size >= sizeof word) { /* the last eight bytes, of which some were mixed in already */
        memcpy(&word, text.data + text.size - sizeof word, sizeof word);
    } else {
        for (word = 0; at < text.size; at++) {
            word = word << 8 | (unsigned char)text.data[at];
        }
    }
    return mix_word(hash + text.size, word);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Optimal string alignment over three rolling rows. */
size_t str_distance(Str a, Str b, size_t limit) {
    if (a.size > DISTANCE_MAX || b.size > DISTANCE_MAX) {
        return SIZE_MAX;
    }
    size_t rows[3][DISTANCE_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.size; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= a.size; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.size; j++) {
            char x = ascii_lower(a.data[i - 1]), y = ascii_lower(b.data[j - 1]);
            row[j] = least(above[j - 1] + (x != y), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == ascii_lower(b.data[j - 2]) && ascii_lower(a.data[i - 2]) == y) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.size] <= limit ? above[b.size] : SIZE_MAX;
}
