#include "syntax/skeleton_match.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "syntax/lexer.h"
#include "syntax/pragma.h"

/* ---- Eight bytes at a time --------------------------------------------------------------------------------------- */

#define EACH_BYTE UINT64_C(0x0101010101010101)
#define HIGH_BITS UINT64_C(0x8080808080808080)

enum { WORD = sizeof(uint64_t) };

/* The lowest bit set tells the first byte that is less than `limit`, which is at most 128; none is set when none is. */
static inline uint64_t bytes_below(uint64_t word, uint8_t limit) {
    return (word - EACH_BYTE * limit) & ~word & HIGH_BITS;
}

static inline uint64_t bytes_equal(uint64_t word, char byte) {
    return bytes_below(word ^ EACH_BYTE * (uint8_t)byte, 1);
}

/* Whether the part's text stands at `at`. A word may be read there where one is left, and a NUL behind the text. */
static inline bool part_matches(const SkeletonPart *part, Str text, uint32_t at) {
    size_t size = part->text.size;
    const char *there = text.data + at;
    if (text.size - at < WORD) {
        return size <= text.size - at && memcmp(there, part->text.data, size) == 0;
    }
    if (((skeleton_word(there) ^ part->head) & part->head_mask) != 0) {
        return false;
    }
    if (size <= WORD) {
        return true;
    }
    if (size > text.size - at) {
        return false;
    }
    for (size_t i = WORD; i + WORD < size; i += WORD) {
        if (skeleton_word(there + i) != skeleton_word(part->text.data + i)) {
            return false;
        }
    }
    return skeleton_word(there + size - WORD) == skeleton_word(part->text.data + size - WORD);
}

/* ---- Gaps -------------------------------------------------------------------------------------------------------- */

enum { LINE_ENDS_MAX = 15 /* and other controls */ };

/* The first of STEP bytes that is the quote, or perhaps ends a line: its number; STEP when none is. */
#ifdef __SSE2__
enum { STEP = sizeof(__m128i) };

static inline size_t find_quote(const char *bytes, char quote) {
    __m128i block = _mm_loadu_si128((const __m128i *)bytes);
    __m128i is_quote = _mm_cmpeq_epi8(block, _mm_set1_epi8(quote));
    __m128i is_line_end = _mm_cmpeq_epi8(block, _mm_min_epu8(block, _mm_set1_epi8(LINE_ENDS_MAX)));
    unsigned found = (unsigned)_mm_movemask_epi8(_mm_or_si128(is_quote, is_line_end));
    return found != 0 ? (size_t)__builtin_ctz(found) : STEP;
}
#else
enum { STEP = WORD };

static inline size_t find_quote(const char *bytes, char quote) {
    uint64_t word = skeleton_word(bytes);
    uint64_t found = bytes_equal(word, quote) | bytes_below(word, LINE_ENDS_MAX + 1);
    return found != 0 ? (size_t)__builtin_ctzll(found) / 8 : STEP;
}
#endif

static __attribute__((noinline)) uint32_t lexed_end(Str text, uint32_t at, uint16_t kind) {
    Token token = lex(text, at);
    return token.kind == kind ? token.end : 0;
}

/* Behind the string or name in backticks that begins at `at`, when it is one; else 0. */
static inline uint32_t quoted_end(Matching *matching, uint32_t at, char quote, uint16_t kind) {
    Str text = matching->text;
    if (text.data[at] != quote) {
        return 0;
    }
    for (size_t i = at + 1; i + STEP < text.size; i += STEP) {
        size_t found = find_quote(text.data + i, quote);
        if (found < STEP) {
            size_t end = i + found;
            bool is_closed = text.data[end] == quote && text.data[end + 1] != quote;
            bool is_empty_name = end == at + 1 && kind == TOKEN_QUOTED_IDENTIFIER;
            if (is_closed && !is_empty_name) {
                return (uint32_t)end + 1;
            }
            break;
        }
    }
    matching->is_plain = false;
    return lexed_end(text, at, kind);
}

/* Behind the token of that kind that begins at `at`; 0 when none does. */
static inline uint32_t gap_end(Matching *matching, uint32_t at, uint16_t kind) {
    switch (kind) {
    case TOKEN_QUOTED_STRING:
        return quoted_end(matching, at, '\'', kind);
    case TOKEN_QUOTED_IDENTIFIER:
        return quoted_end(matching, at, '`', kind);
    default:
        return lexed_end(matching->text, at, kind);
    }
}

/* What kind of gap a segment begins with, if it begins with one. */
static inline uint16_t first_gap_kind(const Matching *matching) {
    char first = matching->text.data[matching->at];
    return first == '`' ? TOKEN_QUOTED_IDENTIFIER : first == '\'' ? TOKEN_QUOTED_STRING : TOKEN_IDENTIFIER;
}

/* Where that gap ends; 0 when the segment begins with none. */
static inline uint32_t first_gap_end(Matching *matching) {
    return gap_end(matching, matching->at, first_gap_kind(matching));
}

static bool begins_quoted(const Matching *matching) {
    char first = matching->text.data[matching->at];
    return first == '`' || first == '\'';
}

/* ---- Finding ----------------------------------------------------------------------------------------------------- */

enum { KEY_BYTES = 2 * WORD };

static __attribute__((noinline)) void read_last_words(Str text, uint32_t at, uint64_t *low, uint64_t *high) {
    char bytes[KEY_BYTES] = {0};
    memcpy(bytes, text.data + at, text.size - at);
    *low = skeleton_word(bytes);
    *high = skeleton_word(bytes + WORD);
}

/* The bytes of the word up to a comma, the end of a line or what may be a gap; *goes_on tells that there is none. */
static inline uint64_t cut_word(uint64_t word, bool *goes_on) {
    uint64_t end = bytes_equal(word, ',') | bytes_equal(word, '\n') | bytes_equal(word, '\'') | bytes_equal(word, '`');
    *goes_on = end == 0;
    return end == 0 ? word : word & (((end & -end) >> 7) - 1);
}

/* Of the next blanks and the bytes behind them: types differ there. */
static inline uint64_t text_key(Str text, uint32_t at) {
    uint64_t low, high;
    uint32_t start = at;
    bool goes_on;
    while (text.data[at] == ' ') { /* columns may be aligned */
        at++;
    }
    if (text.size - at < KEY_BYTES) {
        read_last_words(text, at, &low, &high);
    } else {
        low = skeleton_word(text.data + at);
        high = skeleton_word(text.data + at + WORD);
    }
    low = cut_word(low, &goes_on);
    high = goes_on ? cut_word(high, &goes_on) : 0;
    return (low ^ (high * UINT64_C(0xC2B2AE3D27D4EB4F)) ^ (at - start)) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Of a word that no gap is: heads of statements differ in their first letters. */
static inline uint64_t word_key(Str text, uint32_t at) {
    uint64_t low, high;
    bool goes_on;
    if (text.size - at < KEY_BYTES) {
        read_last_words(text, at, &low, &high);
    } else {
        low = skeleton_word(text.data + at);
    }
    return cut_word(low, &goes_on) * UINT64_C(0x9E3779B97F4A7C15);
}

/* Elements are the same in every context. */
static inline uint64_t key_in(const Matching *matching, uint64_t of_text, bool is_element) {
    uint64_t place = is_element ? UINT64_MAX - matching->list : matching->context;
    return (of_text ^ place) * UINT64_C(0x9E3779B97F4A7C15);
}

/* The forms of an option are few, and what stands behind its key is mostly a value. */
static inline uint64_t key_behind(const Matching *matching, uint32_t first_end) {
    if (first_end == 0) {
        return word_key(matching->text, matching->at);
    }
    return matching->list == LIST_OPTIONS ? 0 : text_key(matching->text, first_end);
}

uint64_t matching_key(Matching *matching, bool is_element) {
    return key_in(matching, key_behind(matching, first_gap_end(matching)), is_element);
}

/* Behind the text that has the skeleton, or 0. first_end: the end of the gap that the segment begins with, or 0. */
static inline __attribute__((always_inline)) uint32_t match(const Skeleton *skeleton, Matching *matching,
                                                            uint32_t first_end, uint32_t *starts) {
    Str text = matching->text;
    const SkeletonPart *part = skeleton->parts;
    uint32_t at = matching->at;
    if (first_end > 0) {
        if (part->text.size > 0 || part->gap != first_gap_kind(matching)) {
            return 0;
        }
        *starts++ = at;
        at = first_end;
        part++;
    }
    for (;; part++) {
        *starts++ = at;
        if (!part_matches(part, text, at)) {
            return 0;
        }
        at += (uint32_t)part->text.size;
        if (part->gap == TOKEN_EOF) {
            return at;
        }
        at = gap_end(matching, at, part->gap);
        if (at == 0) {
            return 0;
        }
    }
}

static inline const Skeleton *find_of(Matching *matching, const Skeletons *skeletons, uint32_t first_end, uint64_t key,
                                      bool is_element, uint32_t *end) {
    uint32_t *starts = matching->starts[is_element ? ELEMENT_LEVEL : matching->level];
    for (const Skeleton *skeleton = skeletons->slots[skeleton_slot(key)]; skeleton != NULL; skeleton = skeleton->next) {
        if (skeleton->key == key && (*end = match(skeleton, matching, first_end, starts)) != 0) {
            return skeleton;
        }
    }
    return NULL;
}

static inline const Skeleton *find(Matching *matching, const Skeletons *skeletons, uint32_t first_end, uint32_t *end) {
    uint64_t of_text = key_behind(matching, first_end);
    const Skeleton *found = NULL;
    if (matching->list != LIST_NONE) {
        found = find_of(matching, skeletons, first_end, key_in(matching, of_text, true), true, end);
    }
    return found ? found : find_of(matching, skeletons, first_end, key_in(matching, of_text, false), false, end);
}

/* Most words that a segment begins with are keywords, so that is tried first. */
const Skeleton *matching_find(Matching *matching, const Skeletons *skeletons, uint32_t *end) {
    const Skeleton *found = NULL;
    matching->is_plain = true;
    if (!begins_quoted(matching)) {
        found = find(matching, skeletons, 0, end);
    }
    uint32_t first_end = found != NULL ? 0 : first_gap_end(matching);
    return first_end > 0 ? find(matching, skeletons, first_end, end) : found;
}

static __attribute__((noinline)) bool pass_comments(Matching *matching, bool *has_comments) {
    Pragma pragma;
    for (Token token = lex(matching->text, matching->at); token_is_comment(token);
         token = lex(matching->text, matching->at)) {
        if (pragma_parse(matching->text, token, &pragma) != PRAGMA_NONE) {
            return false;
        }
        *has_comments = true;
        matching->at = token.end;
        matching->at = skip_sql_blanks(matching->text, matching->at);
    }
    return true;
}

bool matching_pass_gap(Matching *matching, bool *has_comments) {
    matching->at = skip_sql_blanks(matching->text, matching->at);
    char first = matching->text.data[matching->at];
    return (first != '-' && first != '/') || pass_comments(matching, has_comments);
}

uint32_t segment_number(const Segment *segment) { return segment->skeleton->number; }

bool segment_parts(Str text, const Segment *segment, const SkeletonPart **parts, uint32_t starts[SKELETON_PARTS]) {
    *parts = segment->skeleton->parts;
    return match(segment->skeleton, &(Matching){.text = text, .at = segment->start}, 0, starts) == segment->end;
}

bool matching_pass(Matching *matching, const Skeleton *skeleton, uint32_t end) {
    matching->at = end;
    if (skeleton->is_element) {
        matching->element_end = end;
    } else {
        matching->context = skeleton->number;
        matching->list = skeleton->next_list;
        matching->level++;
    }
    return matching->level < SKELETON_LEVELS;
}
