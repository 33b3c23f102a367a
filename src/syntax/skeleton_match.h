/* What a skeleton is made of, and how it is found. Only the files of skeletons include this. */
#ifndef SMTPATCH_SKELETON_MATCH_H
#define SMTPATCH_SKELETON_MATCH_H

#include <endian.h>

#include "syntax/segment.h"
#include "syntax/skeleton.h"

enum {
    SKELETON_LEVELS = 4, /* segments of a statement that are no elements, at most */
    ELEMENT_LEVEL = SKELETON_LEVELS,
};

/* The first of eight bytes is the lowest of the word. */
static inline uint64_t skeleton_word(const char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return le64toh(word);
}

/* A place in a statement that was matched: `distance` bytes behind the start of a part of a level's segment. */
typedef struct Spot {
    uint8_t level, part;
    uint16_t distance;
} Spot;

typedef struct SpotSpan {
    Spot start, end;
    bool is_none;
} SpotSpan;

typedef struct SpotOption {
    SpotSpan key, value;
    bool is_plain; /* if the statement's strings are, as they were seen */
} SpotOption;

typedef struct SpotColumn {
    Column column; /* but for its spans */
    SpotSpan name, content, metadata_key;
} SpotColumn;

typedef struct SpotMark {
    SpotSpan span;
    MarkKind kind;
} SpotMark;

typedef struct SpotInsert {
    SpotSpan span, target, columns, query;
} SpotInsert;

/* The statement as a whole, which its last segment keeps. */
typedef struct SpotStatement {
    Statement statement; /* but for what its parts and spans are; so is the table */
    TableDefinition table;
    SpotSpan all, name, query;
    SpotSpan table_name, option_list, like, with_place;
} SpotStatement;

typedef struct Skeleton Skeleton;

struct Skeleton {
    Skeleton *next; /* in the same slot */
    uint64_t key;
    uint32_t number; /* from 1 */
    bool is_element;
    ListKind next_list; /* in which the next segment begins */
    const SkeletonPart *parts;
    const SpotOption *options;
    const SpotColumn *columns;
    const SpotMark *marks;
    const SpotInsert *inserts;
    uint32_t part_count, option_count, column_count, mark_count, insert_count;
    bool has_no_items; /* none of these */
    const SpotStatement *ending; /* NULL when it does not end the statement */
};

/* How far a statement was matched. */
typedef struct Matching {
    Str text;
    uint32_t at; /* the next segment begins here, or its blanks */
    uint32_t element_end; /* behind the list's last element */
    ListKind list;
    uint32_t context; /* the number of the last segment that is no element; 0 at the start */
    uint8_t level;
    bool is_plain; /* no string of the segment has a quote inside */
    uint32_t starts[SKELETON_LEVELS + 1][SKELETON_PARTS]; /* of the parts, by level; those of an element come last */
} Matching;

/* Passes the blanks and comments before the next segment. False where a comment is a pragma. */
bool matching_pass_gap(Matching *matching, bool *has_comments);

/* The skeleton of the segment that begins here, or NULL; *end is behind it, and its starts are known. */
const Skeleton *matching_find(Matching *matching, const Skeletons *skeletons, uint32_t *end);

/* Goes on behind the skeleton's segment, which ends at `end` and not the statement. False when there are too many. */
bool matching_pass(Matching *matching, const Skeleton *skeleton, uint32_t end);

/* The key of a skeleton that would be found where the matching is. */
uint64_t matching_key(Matching *matching, bool is_element);

static inline size_t skeleton_slot(uint64_t key) { return (size_t)(key >> 32) & (SKELETON_SLOTS - 1); }

/* Whether the text of a token of that kind is left out. */
static inline bool is_gap_kind(uint16_t kind) {
    return kind == TOKEN_QUOTED_IDENTIFIER || kind == TOKEN_QUOTED_STRING || kind == TOKEN_IDENTIFIER;
}

#endif
