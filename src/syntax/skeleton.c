#include "syntax/skeleton.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "syntax/lexer.h"
#include "syntax/pragma.h"
#include "syntax/skeleton_match.h"

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

static inline void pass_blanks(Matching *matching) {
    static const bool is_blank_byte[256] = {[' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['\f'] = true};
    const char *text = matching->text.data;
    while (is_blank_byte[(unsigned char)text[matching->at]]) {
        matching->at++;
    }
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
        pass_blanks(matching);
    }
    return true;
}

bool matching_pass_gap(Matching *matching, bool *has_comments) {
    pass_blanks(matching);
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

/* ---- Making it again --------------------------------------------------------------------------------------------- */

static inline uint32_t offset_of(const Matching *matching, Spot spot) {
    return matching->starts[spot.level][spot.part] + spot.distance;
}

static inline Span span_of(const Matching *matching, SpotSpan span) {
    return span.is_none ? SPAN_NONE : (Span){offset_of(matching, span.start), offset_of(matching, span.end)};
}

static void add_columns(const Skeleton *skeleton, const Matching *matching, Builder *builder) {
    for (size_t i = 0; i < skeleton->column_count; i++) {
        const SpotColumn *spots = &skeleton->columns[i];
        Column *column = vector_add(builder->arena, &builder->columns);
        *column = spots->column;
        column->name = span_of(matching, spots->name);
        column->content = span_of(matching, spots->content);
        column->metadata_key = span_of(matching, spots->metadata_key);
    }
}

static void add_marks(const Skeleton *skeleton, const Matching *matching, Builder *builder) {
    for (size_t i = 0; i < skeleton->mark_count; i++) {
        Span span = span_of(matching, skeleton->marks[i].span);
        *vector_add(builder->arena, &builder->marks) = (Mark){span.start, span.end, skeleton->marks[i].kind};
    }
}

static void add_inserts(const Skeleton *skeleton, const Matching *matching, Builder *builder) {
    for (size_t i = 0; i < skeleton->insert_count; i++) {
        const SpotInsert *spots = &skeleton->inserts[i];
        *vector_add(builder->arena, &builder->inserts) = (Insert){.span = span_of(matching, spots->span),
                                                                  .target = span_of(matching, spots->target),
                                                                  .columns = span_of(matching, spots->columns),
                                                                  .query = span_of(matching, spots->query)};
    }
}

static void add_segment(const Skeleton *skeleton, const Matching *matching, Builder *builder) {
    if (skeleton->has_no_items) {
        return;
    }
    for (size_t i = 0; i < skeleton->option_count; i++) {
        const SpotOption *spots = &skeleton->options[i];
        *vector_add(builder->arena, &builder->options) = (Option){
            span_of(matching, spots->key), span_of(matching, spots->value), spots->is_plain && matching->is_plain};
    }
    add_columns(skeleton, matching, builder);
    add_marks(skeleton, matching, builder);
    add_inserts(skeleton, matching, builder);
}

static void end_statement(const SpotStatement *ending, const Matching *matching, Builder *builder, bool has_comments) {
    builder->statement = ending->statement;
    builder->statement.has_comments = has_comments;
    builder->statement.name = span_of(matching, ending->name);
    builder->statement.query = span_of(matching, ending->query);
    builder->table = ending->table;
    builder->table.name = span_of(matching, ending->table_name);
    builder->table.option_list = span_of(matching, ending->option_list);
    builder->table.like = span_of(matching, ending->like);
    builder->table.with_place = span_of(matching, ending->with_place).end;
    builder->previous.end = span_of(matching, ending->all).end;
}

/* ---- The columns of the table before ----------------------------------------------------------------------------- */

typedef struct ListStart {
    uint32_t at;
    size_t column, mark, segment; /* how many the builder has */
} ListStart;

static ListStart list_start(const Matching *matching, const Builder *builder) {
    return (ListStart){matching->at, builder->columns.count, builder->marks.count, builder->segments.count};
}

static Span moved_span(Span span, uint32_t by) {
    return span.end == 0 ? SPAN_NONE : (Span){span.start + by, span.end + by};
}

static void add_moved(const ColumnList *list, uint32_t by, Builder *builder) {
    for (size_t i = 0; i < list->segments.count; i++) {
        const Segment *segment = &list->segments.items[i];
        *vector_add(builder->arena, &builder->segments) =
            (Segment){segment->start + by, segment->end + by, segment->skeleton};
    }
    for (size_t i = 0; i < list->columns.count; i++) {
        Column *column = vector_add(builder->arena, &builder->columns);
        *column = list->columns.items[i];
        column->name = moved_span(column->name, by);
        column->content = moved_span(column->content, by);
        column->metadata_key = moved_span(column->metadata_key, by);
    }
    for (size_t i = 0; i < list->marks.count; i++) {
        const Mark *mark = &list->marks.items[i];
        *vector_add(builder->arena, &builder->marks) = (Mark){mark->start + by, mark->end + by, mark->kind};
    }
}

/* Takes the columns at hand when they are those of the table before. */
static void take_last_list(const ColumnList *list, Matching *matching, Builder *builder, bool *has_comments) {
    Str text = matching->text;
    size_t size = list->span.end - list->span.start;
    if (size > 0 && size <= text.size - matching->at &&
        memcmp(text.data + matching->at, text.data + list->span.start, size) == 0) {
        add_moved(list, matching->at - list->span.start, builder);
        *has_comments = *has_comments || list->has_comments;
        matching->at += (uint32_t)size;
    }
}

static void keep_list(ColumnList *list, const ListStart *start, uint32_t end, const Builder *builder,
                      bool has_comments) {
    list->span = (Span){start->at, end};
    list->has_comments = has_comments;
    list->columns.count = list->marks.count = list->segments.count = 0;
    for (size_t i = start->segment; i < builder->segments.count; i++) {
        *vector_add(builder->arena, &list->segments) = builder->segments.items[i];
    }
    for (size_t i = start->column; i < builder->columns.count; i++) {
        *vector_add(builder->arena, &list->columns) = builder->columns.items[i];
    }
    for (size_t i = start->mark; i < builder->marks.count; i++) {
        *vector_add(builder->arena, &list->marks) = builder->marks.items[i];
    }
}

/* ---- The statement ----------------------------------------------------------------------------------------------- */

static bool take(Skeletons *skeletons, Builder *builder, Token *end) {
    Matching matching;
    ListStart start = {0};
    bool has_comments = false;
    matching.text = builder->source->text;
    matching.at = builder->first.start;
    matching.list = LIST_NONE;
    matching.context = 0;
    matching.level = 0;
    for (;;) {
        uint32_t behind;
        const Skeleton *skeleton = matching_find(&matching, skeletons, &behind);
        if (skeleton == NULL) {
            return false;
        }
        if (matching.list == LIST_COLUMNS && !skeleton->is_element) {
            keep_list(&skeletons->last_list, &start, matching.element_end, builder, has_comments);
        }
        if (builder->parts & PARSE_MARKS) {
            *vector_add(builder->arena, &builder->segments) = (Segment){matching.at, behind, skeleton};
        }
        add_segment(skeleton, &matching, builder);
        if (skeleton->ending != NULL) {
            end_statement(skeleton->ending, &matching, builder, has_comments);
            *end = (Token){behind - 1, behind, TOKEN_SEMICOLON};
            return true;
        }
        if (!matching_pass(&matching, skeleton, behind)) {
            return false;
        }
        if (matching.list == LIST_COLUMNS && !skeleton->is_element) {
            start = list_start(&matching, builder);
            take_last_list(&skeletons->last_list, &matching, builder, &has_comments);
            matching.element_end = matching.at;
        }
        if (!matching_pass_gap(&matching, &has_comments)) {
            return false;
        }
    }
}

/* A try in vain costs as much as it would have saved: where they come in numbers, most are left out. */
enum { DEBT_OF_FAILURE = 4, DEBT_LIMIT = 256, SKIPPED_IN_DEBT = 15 };

bool skeletons_take(Skeletons *skeletons, Builder *builder, Token *end) {
    if (skeletons->debt > DEBT_LIMIT && skeletons->skipped < SKIPPED_IN_DEBT) {
        skeletons->skipped++;
        return false;
    }
    skeletons->skipped = 0;
    bool is_taken = skeletons->count > 0 && take(skeletons, builder, end);
    if (!is_taken) {
        skeletons->debt += skeletons->debt > DEBT_LIMIT ? 0 : DEBT_OF_FAILURE;
    } else if (skeletons->debt > 0) {
        skeletons->debt--;
    }
    return is_taken;
}
