/* Str and Span: the two ways in which smtpatch names a piece of text. */
#ifndef SMTPATCH_TEXT_H
#define SMTPATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that somebody else owns; not terminated, may hold NUL. */
typedef struct Str {
    const char *data;
    size_t size;
} Str;

/* Bytes [start, end) of one Source, as offsets. An absent thing is the empty span {0, 0}. */
typedef struct Span {
    uint32_t start, end;
} Span;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})
#define STR_NONE ((Str){NULL, 0})

static inline Str str_of(const char *terminated) {
    return (Str){terminated, terminated ? strlen(terminated) : 0};
}

static inline bool str_equal(Str a, Str b) {
    return a.size == b.size && (a.data == b.data || a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool str_has_prefix(Str text, Str prefix) {
    return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

static inline bool str_has_suffix(Str text, Str suffix) {
    return text.size >= suffix.size &&
           (suffix.size == 0 || memcmp(text.data + text.size - suffix.size, suffix.data, suffix.size) == 0);
}

/* The part of text from offset `from` on; empty when `from` is past the end. STR_NONE has no end to point to. */
static inline Str str_from(Str text, size_t from) {
    from = from < text.size ? from : text.size;
    return (Str){text.size > 0 ? text.data + from : text.data, text.size - from};
}

/* Equal when ASCII letters are compared without their case, whatever the locale. */
bool str_equal_ignore_case(Str a, Str b);

/* Order as of memcmp; a prefix stands before the longer string. */
int str_compare(Str a, Str b);

/* text without the blanks (space, tab, CR, LF, FF, VT) at both ends. */
Str str_trim(Str text);

/* FNV-1a, 64 bits: for hash tables and short name hashes, not for secrets. */
uint64_t str_hash(Str text);

/* A hash of text and of what was hashed before, eight bytes at a time: for tables in memory, not for anything kept. */
uint64_t str_mix(uint64_t hash, Str text);

/* The number of single-character edits (insert, delete, replace, swap of neighbours) between a and b,
 * ASCII case aside; SIZE_MAX when it is above `limit` or one of them is longer than 128 bytes. */
size_t str_distance(Str a, Str b, size_t limit);

static inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c; }
static inline char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c; }
static inline bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
static inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

static inline bool span_is_empty(Span span) { return span.start == span.end; }

#endif
