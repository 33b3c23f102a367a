#include "syntax/selection.h"

#include <stdlib.h>

typedef struct Selector {
    Script *script;
    LineRange *ranges; /* in order, with at least a line between two of them */
    size_t count, next;
    LineRange previous; /* the lines of the statement selected last; none at first */
    VECTOR(Span) runs;
    Arena *arena;
} Selector;

static int by_first(const void *a, const void *b) {
    const LineRange *left = a, *right = b;
    return (left->first > right->first) - (left->first < right->first);
}

static void merge_ranges(Selector *selector, const LineRange *ranges, size_t count) {
    LineRange *merged = arena_array(selector->arena, count, sizeof *merged);
    memcpy(merged, ranges, count * sizeof *merged);
    qsort(merged, count, sizeof *merged, by_first);
    for (size_t i = 0; i < count; i++) {
        LineRange *last = selector->count > 0 ? &merged[selector->count - 1] : NULL;
        if (last == NULL || merged[i].first - 1 > last->last) {
            merged[selector->count++] = merged[i];
        } else if (merged[i].last > last->last) {
            last->last = merged[i].last;
        }
    }
    selector->ranges = merged;
}

/* The statement with its ';'. */
static Span whole(const Script *script, const Statement *statement) {
    bool has_end = statement->end < script->source->text.size;
    return (Span){statement->span.start, has_end ? statement->end + 1 : statement->span.end};
}

static size_t last_line(Source *source) {
    uint32_t size = (uint32_t)source->text.size;
    return source_line(source, size > 0 ? size - 1 : 0);
}

/* With what is before the script's first statement and behind its last one. */
static Span widened(const Selector *selector, const Statement *statement, const LineRange *range) {
    const Script *script = selector->script;
    Span span = whole(script, statement);
    if (statement == script->statements && range->first == 1) {
        span.start = script->source->begin;
    }
    if (statement + 1 == script->statements + script->statement_count && range->last >= last_line(script->source)) {
        span.end = (uint32_t)script->source->text.size;
    }
    return span;
}

static void select_statement(Selector *selector, const Statement *statement, LineRange lines) {
    const LineRange *range = &selector->ranges[selector->next];
    Span span = widened(selector, statement, range);
    if (selector->runs.count > 0 && range->first <= selector->previous.last) {
        selector->runs.items[selector->runs.count - 1].end = span.end;
    } else {
        *vector_add(selector->arena, &selector->runs) = span;
    }
    selector->previous = lines;
}

bool range_is_in_script(const LineRange *range, Source *source) {
    return range->first <= source_line(source, (uint32_t)source->text.size);
}

Selection select_lines(Script *script, const LineRange *ranges, size_t count, Arena *arena) {
    Selector selector = {.script = script, .arena = arena};
    merge_ranges(&selector, ranges, count);
    for (size_t i = 0; i < script->statement_count; i++) {
        Statement *statement = &script->statements[i];
        Span span = whole(script, statement);
        LineRange lines = {source_line(script->source, span.start), source_line(script->source, span.end - 1)};
        while (selector.next < selector.count && selector.ranges[selector.next].last < lines.first) {
            selector.next++;
        }
        if (selector.next < selector.count && selector.ranges[selector.next].first <= lines.last) {
            select_statement(&selector, statement, lines);
        } else {
            statement->is_frozen = true;
        }
    }
    return (Selection){selector.runs.items, selector.runs.count};
}
