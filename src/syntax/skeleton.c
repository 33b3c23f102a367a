#include "syntax/skeleton_match.h"

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

static void add_moved(const ColumnList *list, uint32_t by, Builder *builder) {
    for (size_t i = 0; i < list->segments.count; i++) {
        const Segment *segment = &list->segments.items[i];
        *vector_add(builder->arena, &builder->segments) =
            (Segment){segment->start + by, segment->end + by, segment->skeleton};
    }
    for (size_t i = 0; i < list->columns.count; i++) {
        *vector_add(builder->arena, &builder->columns) = column_moved(list->columns.items[i], by);
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

void skeletons_start(Skeletons *skeletons) {
    skeletons->last_list = (ColumnList){0};
    skeletons->debt = skeletons->skipped = 0;
}

bool skeletons_are_full(const Skeletons *skeletons) { return skeletons->count == SKELETONS_MAX; }

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
