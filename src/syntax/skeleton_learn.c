#include "syntax/lexer.h"
#include "syntax/skeleton_match.h"

enum {
    SEGMENTS_MAX = 4096,  /* of a statement that is learned from */
    TEXT_MAX = 1024,      /* bytes of a segment */
    ITEMS_MAX = 64,       /* of a kind in a segment */
    SAME_KEY_MAX = 16,    /* skeletons that are tried one after the other */
};

void skeletons_watch(Skeletons *skeletons) {
    skeletons->segments.count = 0;
    skeletons->is_watching = true;
}

static void note(Skeletons *skeletons, uint32_t offset, ListKind list, bool is_behind_comma) {
    skeletons->is_watching = skeletons->segments.count < SEGMENTS_MAX;
    if (skeletons->is_watching) {
        *vector_add(skeletons->arena, &skeletons->segments) = (SegmentStart){offset, list, is_behind_comma};
    }
}

void skeletons_note_comma(Skeletons *skeletons, const Builder *builder, Token comma, uint32_t open) {
    size_t count = skeletons->segments.count;
    if (!skeletons->is_watching || builder->element == ELEMENT_NONE) {
        return;
    }
    ListKind list = builder->element == ELEMENT_OPTION ? LIST_OPTIONS : LIST_COLUMNS;
    if (count == 0 || skeletons->segments.items[count - 1].offset <= open) {
        note(skeletons, open + 1, list, false);
    }
    note(skeletons, comma.end, list, true);
}

/* A statement to learn from, cut at its segments. */
typedef struct Lesson {
    Skeletons *skeletons;
    const Builder *builder;
    Matching matching;
    const Skeleton *known[SKELETON_LEVELS + 1]; /* whose segments were matched */
    size_t next_option, next_column, next_mark, next_insert; /* which the segments before do not hold */
    bool fails; /* an offset is none that a spot could tell */
} Lesson;

/* ---- Parts ------------------------------------------------------------------------------------------------------- */

/* What the driver minds besides the grammar. */
static bool is_known_kind(uint16_t kind) {
    switch (kind) {
    case TOKEN_ILLEGAL:
    case TOKEN_HINT_BEGIN:
    case TOKEN_COMMENT_END:
    case TOKEN_BEGIN:
    case TOKEN_CASE:
    case TOKEN_END:
        return false;
    default:
        return kind < TOKEN_UNCLOSED_STRING;
    }
}

/* Whether any other name could stand there and be the same token: "1a" is two tokens, but "1e5" one. */
static bool stands_apart(Str text, Token token) {
    char before = token.start > 0 ? text.data[token.start - 1] : ' ';
    return token.kind != TOKEN_IDENTIFIER || is_blank(before) || strchr("(.,;", before) != NULL;
}

static Str slice(Str text, uint32_t start, uint32_t end) { return (Str){text.data + start, end - start}; }

static SkeletonPart part_of(Str text, uint16_t gap) {
    char head[sizeof(uint64_t)] = {0}, mask[sizeof(uint64_t)] = {0};
    size_t size = text.size < sizeof head ? text.size : sizeof head;
    memcpy(head, text.data, size);
    memset(mask, 0xFF, size);
    return (SkeletonPart){.text = text, .head = skeleton_word(head), .head_mask = skeleton_word(mask), .gap = gap};
}

/* The parts of the text up to `end`; 0 when it cannot be a skeleton. */
static uint32_t find_parts(const Lesson *lesson, uint32_t end, SkeletonPart *parts) {
    Str text = lesson->matching.text;
    uint32_t count = 0, start = lesson->matching.at, at = start;
    while (at < end) {
        Token token = lex_solid(text, at);
        if (token_is_comment(token) || !is_known_kind(token.kind) || token.end > end) {
            return 0;
        }
        at = token.end;
        if (!is_gap_kind(token.kind) || !stands_apart(text, token)) {
            continue;
        }
        if (count + 1 == SKELETON_PARTS) {
            return 0;
        }
        parts[count++] = part_of(slice(text, start, token.start), token.kind);
        start = token.end;
    }
    parts[count++] = part_of(slice(text, start, end), TOKEN_EOF);
    return count;
}

/* ---- Spots ------------------------------------------------------------------------------------------------------- */

static bool find_spot(const Lesson *lesson, uint8_t level, uint32_t offset, Spot *spot) {
    const Skeleton *skeleton = lesson->known[level];
    for (uint32_t i = 0; skeleton != NULL && i < skeleton->part_count; i++) {
        uint32_t start = lesson->matching.starts[level][i];
        if (offset >= start && offset <= start + skeleton->parts[i].text.size) {
            *spot = (Spot){level, (uint8_t)i, (uint16_t)(offset - start)};
            return true;
        }
    }
    return false;
}

static Spot spot_at(Lesson *lesson, uint32_t offset) {
    Spot spot = {0};
    for (uint8_t level = SKELETON_LEVELS + 1; level-- > 0;) {
        if (find_spot(lesson, level, offset, &spot)) {
            return spot;
        }
    }
    lesson->fails = true;
    return spot;
}

static SpotSpan spots_of(Lesson *lesson, Span span) {
    if (span.start == 0 && span.end == 0) {
        return (SpotSpan){.is_none = true};
    }
    return (SpotSpan){spot_at(lesson, span.start), spot_at(lesson, span.end), false};
}

/* ---- What the segment gave --------------------------------------------------------------------------------------- */

/* Where item `i` of the statement's begins, in a list of its kind. */
typedef uint32_t (*StartOf)(const Builder *builder, size_t i);

/* How many items from number `first` on begin before `end`. */
static size_t count_items(const Lesson *lesson, size_t first, size_t all, uint32_t end, StartOf start_of) {
    size_t count = 0;
    while (first + count < all && start_of(lesson->builder, first + count) < end) {
        count++;
    }
    return count;
}

static uint32_t option_start(const Builder *builder, size_t i) { return builder->options.items[i].key.start; }
static uint32_t mark_start(const Builder *builder, size_t i) { return builder->statement.marks[i].start; }
static uint32_t insert_start(const Builder *builder, size_t i) { return builder->statement.inserts[i].span.start; }

static uint32_t column_start(const Builder *builder, size_t i) {
    const Column *column = &builder->columns.items[i];
    return span_is_empty(column->name) ? column->content.start : column->name.start;
}

/* `count` items of `size` bytes for the skeleton; NULL when there are none, or too many. */
static void *new_items(Lesson *lesson, size_t count, size_t size) {
    lesson->fails = lesson->fails || count > ITEMS_MAX;
    return count == 0 || lesson->fails ? NULL : arena_array(lesson->skeletons->arena, count, size);
}

static bool is_one_string(const Lesson *lesson, Span span) {
    Token token = lex(lesson->matching.text, span.start);
    return token.kind == TOKEN_QUOTED_STRING && token.end == span.end;
}

static void learn_options(Lesson *lesson, Skeleton *skeleton, uint32_t end) {
    const Builder *builder = lesson->builder;
    size_t first = lesson->next_option;
    size_t count = count_items(lesson, first, builder->options.count, end, option_start);
    SpotOption *options = new_items(lesson, count, sizeof *options);
    for (size_t i = 0; options != NULL && i < count; i++) {
        const Option *option = &builder->options.items[first + i];
        options[i] = (SpotOption){spots_of(lesson, option->key), spots_of(lesson, option->value),
                                  is_one_string(lesson, option->key) && is_one_string(lesson, option->value)};
    }
    lesson->next_option += count;
    skeleton->options = options;
    skeleton->option_count = (uint32_t)count;
}

static void learn_columns(Lesson *lesson, Skeleton *skeleton, uint32_t end) {
    const Builder *builder = lesson->builder;
    size_t first = lesson->next_column;
    size_t count = count_items(lesson, first, builder->columns.count, end, column_start);
    SpotColumn *columns = new_items(lesson, count, sizeof *columns);
    for (size_t i = 0; columns != NULL && i < count; i++) {
        const Column *column = &builder->columns.items[first + i];
        columns[i] = (SpotColumn){*column, spots_of(lesson, column->name), spots_of(lesson, column->content),
                                  spots_of(lesson, column->metadata_key)};
    }
    lesson->next_column += count;
    skeleton->columns = columns;
    skeleton->column_count = (uint32_t)count;
}

static void learn_marks(Lesson *lesson, Skeleton *skeleton, uint32_t end) {
    const Statement *statement = &lesson->builder->statement;
    size_t first = lesson->next_mark;
    size_t count = count_items(lesson, first, statement->mark_count, end, mark_start);
    SpotMark *marks = new_items(lesson, count, sizeof *marks);
    for (size_t i = 0; marks != NULL && i < count; i++) {
        const Mark *mark = &statement->marks[first + i];
        marks[i] = (SpotMark){spots_of(lesson, (Span){mark->start, mark->end}), mark->kind};
    }
    lesson->next_mark += count;
    skeleton->marks = marks;
    skeleton->mark_count = (uint32_t)count;
}

static void learn_inserts(Lesson *lesson, Skeleton *skeleton, uint32_t end) {
    const Statement *statement = &lesson->builder->statement;
    size_t first = lesson->next_insert;
    size_t count = count_items(lesson, first, statement->insert_count, end, insert_start);
    SpotInsert *inserts = new_items(lesson, count, sizeof *inserts);
    for (size_t i = 0; inserts != NULL && i < count; i++) {
        const Insert *insert = &statement->inserts[first + i];
        inserts[i] = (SpotInsert){spots_of(lesson, insert->span), spots_of(lesson, insert->target),
                                  spots_of(lesson, insert->columns), spots_of(lesson, insert->query)};
    }
    lesson->next_insert += count;
    skeleton->inserts = inserts;
    skeleton->insert_count = (uint32_t)count;
}

static const SpotStatement *learn_ending(Lesson *lesson) {
    const Statement *statement = &lesson->builder->statement;
    const TableDefinition *table = &lesson->builder->table;
    SpotStatement *ending = arena_new(lesson->skeletons->arena, SpotStatement);
    *ending = (SpotStatement){.statement = *statement,
                              .table = *table,
                              .all = spots_of(lesson, statement->span),
                              .name = spots_of(lesson, statement->name),
                              .query = spots_of(lesson, statement->query),
                              .table_name = spots_of(lesson, table->name),
                              .option_list = spots_of(lesson, table->option_list),
                              .like = spots_of(lesson, table->like),
                              .with_place = spots_of(lesson, (Span){table->with_place, table->with_place})};
    ending->statement.table = NULL;
    ending->statement.inserts = NULL;
    ending->statement.marks = NULL;
    ending->table.columns = NULL;
    ending->table.options = NULL;
    return ending;
}

/* ---- Segments ---------------------------------------------------------------------------------------------------- */

/* What ends a segment: where the next one begins, or the statement. */
typedef struct SegmentEnd {
    uint32_t offset;
    ListKind next_list;
    bool is_element, is_statement_end;
} SegmentEnd;

/* The skeleton of the segment up to `end`, without what it means; starts: of its parts in the text. NULL when it can
 * have none. */
static Skeleton *new_skeleton(Lesson *lesson, const SegmentEnd *end, uint32_t *starts) {
    SkeletonPart parts[SKELETON_PARTS];
    Arena *arena = lesson->skeletons->arena;
    uint32_t count = end->offset - lesson->matching.at <= TEXT_MAX ? find_parts(lesson, end->offset, parts) : 0;
    if (count == 0) {
        return NULL;
    }
    Str copy = arena_copy(arena, slice(lesson->matching.text, lesson->matching.at, end->offset));
    for (uint32_t i = 0; i < count; i++) {
        starts[i] = (uint32_t)(parts[i].text.data - lesson->matching.text.data);
        parts[i].text.data = copy.data + (starts[i] - lesson->matching.at);
    }
    Skeleton *skeleton = arena_new(arena, Skeleton);
    *skeleton = (Skeleton){.key = matching_key(&lesson->matching, end->is_element),
                           .number = lesson->skeletons->count + 1,
                           .is_element = end->is_element,
                           .next_list = end->next_list,
                           .parts = memcpy(arena_array(arena, count, sizeof *parts), parts, count * sizeof *parts),
                           .part_count = count};
    return skeleton;
}

static bool has_room(const Skeletons *skeletons, uint64_t key) {
    size_t same = 0;
    for (const Skeleton *other = skeletons->slots[skeleton_slot(key)]; other != NULL; other = other->next) {
        same += other->key == key;
    }
    return skeletons->count < SKELETONS_MAX && same < SAME_KEY_MAX;
}

static void put(Skeletons *skeletons, Skeleton *skeleton) {
    Skeleton **slot = &skeletons->slots[skeleton_slot(skeleton->key)];
    skeleton->next = *slot;
    *slot = skeleton;
    skeletons->count++;
}

static void learn_meaning(Lesson *lesson, Skeleton *skeleton, const SegmentEnd *end) {
    learn_options(lesson, skeleton, end->offset);
    learn_columns(lesson, skeleton, end->offset);
    learn_marks(lesson, skeleton, end->offset);
    learn_inserts(lesson, skeleton, end->offset);
    skeleton->has_no_items = skeleton->option_count + skeleton->column_count + skeleton->mark_count +
                             skeleton->insert_count == 0;
    if (end->is_statement_end) {
        skeleton->ending = learn_ending(lesson);
    }
}

static void pass_items(Lesson *lesson, const Skeleton *skeleton) {
    lesson->next_option += skeleton->option_count;
    lesson->next_column += skeleton->column_count;
    lesson->next_mark += skeleton->mark_count;
    lesson->next_insert += skeleton->insert_count;
}

/* NULL when nothing can be learned from the segment, nor from those behind it. */
static const Skeleton *learn_new(Lesson *lesson, const SegmentEnd *end) {
    size_t level = end->is_element ? ELEMENT_LEVEL : lesson->matching.level;
    bool can_be_kept = has_room(lesson->skeletons, matching_key(&lesson->matching, end->is_element));
    Skeleton *skeleton = can_be_kept ? new_skeleton(lesson, end, lesson->matching.starts[level]) : NULL;
    if (skeleton == NULL) {
        return NULL;
    }
    lesson->known[ELEMENT_LEVEL] = NULL; /* its end may be this one's start, but it need not come before each */
    lesson->known[level] = skeleton;
    learn_meaning(lesson, skeleton, end);
    if (lesson->fails) {
        return NULL;
    }
    put(lesson->skeletons, skeleton);
    return skeleton;
}

static bool learn_segment(Lesson *lesson, const SegmentEnd *end) {
    uint32_t behind;
    bool has_comments;
    if (!matching_pass_gap(&lesson->matching, &has_comments)) {
        return false;
    }
    const Skeleton *skeleton = matching_find(&lesson->matching, lesson->skeletons, &behind);
    if (skeleton != NULL && behind != end->offset) {
        return false;
    }
    if (skeleton != NULL) {
        lesson->known[end->is_element ? ELEMENT_LEVEL : lesson->matching.level] = skeleton;
        pass_items(lesson, skeleton);
    } else {
        skeleton = learn_new(lesson, end);
    }
    return skeleton != NULL && skeleton->ending == NULL && matching_pass(&lesson->matching, skeleton, end->offset);
}

/* Other statements have lists, too, but keep less of what is in them. */
static bool is_worth_learning(const Skeletons *skeletons, const Builder *builder) {
    const Statement *statement = &builder->statement;
    bool has_semicolon = statement->end < builder->source->text.size;
    return skeletons->is_watching && has_semicolon &&
           (statement->kind == STATEMENT_CREATE_TABLE || statement->kind == STATEMENT_INSERT);
}

void skeletons_learn(Skeletons *skeletons, const Builder *builder) {
    Lesson lesson = {.skeletons = skeletons,
                     .builder = builder,
                     .matching = {.text = builder->source->text, .at = builder->statement.span.start}};
    if (!is_worth_learning(skeletons, builder)) {
        return;
    }
    ListKind list = LIST_NONE;
    for (size_t i = 0; i < skeletons->segments.count; i++) {
        const SegmentStart *next = &skeletons->segments.items[i];
        SegmentEnd end = {next->offset, next->list, next->is_behind_comma && next->list == list, false};
        if (!learn_segment(&lesson, &end)) {
            return;
        }
        list = next->list;
    }
    learn_segment(&lesson, &(SegmentEnd){builder->statement.end + 1, LIST_NONE, false, true});
}
