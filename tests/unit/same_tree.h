/* The law of skeletons: a script read twice in one text has the same tree twice, though of the second one the grammar
 * saw only what the first did not teach. */
#ifndef SMTPATCH_SAME_TREE_H
#define SMTPATCH_SAME_TREE_H

#include "buffer.h"
#include "syntax/parser.h"

static inline bool span_is_moved(Span a, Span b, uint32_t by) {
    bool is_none = a.start == 0 && a.end == 0;
    return is_none ? b.start == 0 && b.end == 0 : a.start + by == b.start && a.end + by == b.end;
}

static inline bool is_same_summary(const ColumnSummary *a, const ColumnSummary *b) {
    return a->kinds == b->kinds && a->physical_count == b->physical_count && a->hash == b->hash &&
           a->has_primary_key == b->has_primary_key && a->has_unquoted == b->has_unquoted &&
           a->may_hold_real == b->may_hold_real;
}

/* It says what the columns say. */
static inline bool summary_is_right(const TableDefinition *table) {
    ColumnSummary sum = {.hash = table->summary.hash};
    for (uint32_t i = 0; i < table->column_count; i++) {
        const Column *column = &table->columns[i];
        bool is_constraint = column->kind == COLUMN_PRIMARY_KEY || column->kind == COLUMN_UNIQUE;
        bool has_name = column->kind != COLUMN_WATERMARK && !is_constraint;
        sum.kinds |= 1U << column->kind;
        sum.physical_count += column->kind == COLUMN_PHYSICAL;
        sum.has_primary_key |= column->is_primary_key || column->kind == COLUMN_PRIMARY_KEY;
        sum.has_unquoted |= has_name && !column->is_quoted;
        sum.may_hold_real |= column->may_hold_real;
    }
    return is_same_summary(&sum, &table->summary);
}

static inline bool column_is_moved(const Column *a, const Column *b, uint32_t by) {
    return span_is_moved(a->name, b->name, by) && span_is_moved(a->content, b->content, by) &&
           span_is_moved(a->metadata_key, b->metadata_key, by) && a->kind == b->kind &&
           a->is_virtual == b->is_virtual && a->is_primary_key == b->is_primary_key &&
           a->is_quoted == b->is_quoted && a->may_hold_real == b->may_hold_real;
}

static inline bool columns_are_moved(const TableDefinition *a, const TableDefinition *b, uint32_t by) {
    bool same = a->column_count == b->column_count && is_same_summary(&a->summary, &b->summary) &&
                summary_is_right(a) && summary_is_right(b);
    for (uint32_t i = 0; same && i < a->column_count; i++) {
        same = column_is_moved(&a->columns[i], &b->columns[i], by);
    }
    return same;
}

/* The columns of a statement are the same when they are read again. */
static inline bool columns_are_read_again(const Source *from, const Statement *statement, Arena *to) {
    uint32_t count = statement->table != NULL ? statement->table->column_count : 0;
    const Column *again = count > 0 ? parse_columns(from, statement, to) : NULL;
    bool same = true;
    for (uint32_t i = 0; same && i < count; i++) {
        same = column_is_moved(&statement->table->columns[i], &again[i], 0);
    }
    return same;
}

static inline bool table_is_moved(const TableDefinition *a, const TableDefinition *b, uint32_t by) {
    if (a == NULL || b == NULL) {
        return a == b;
    }
    bool same = a->option_count == b->option_count;
    for (uint32_t i = 0; same && i < a->option_count; i++) {
        same = span_is_moved(a->options[i].key, b->options[i].key, by) &&
               span_is_moved(a->options[i].value, b->options[i].value, by);
    }
    return same && columns_are_moved(a, b, by) && span_is_moved(a->name, b->name, by) &&
           span_is_moved(a->option_list, b->option_list, by) && span_is_moved(a->like, b->like, by) &&
           a->with_place + by == b->with_place && a->takes_like_options == b->takes_like_options &&
           a->is_temporary == b->is_temporary && a->has_connection == b->has_connection;
}

static inline bool parts_are_moved(const Statement *a, const Statement *b, uint32_t by) {
    bool same = a->insert_count == b->insert_count && a->mark_count == b->mark_count;
    for (uint32_t i = 0; same && i < a->insert_count; i++) {
        const Insert *first = &a->inserts[i], *second = &b->inserts[i];
        same = span_is_moved(first->span, second->span, by) && span_is_moved(first->target, second->target, by) &&
               span_is_moved(first->columns, second->columns, by) && span_is_moved(first->query, second->query, by);
    }
    for (uint32_t i = 0; same && i < a->mark_count; i++) {
        same = a->marks[i].start + by == b->marks[i].start && a->marks[i].end + by == b->marks[i].end &&
               a->marks[i].kind == b->marks[i].kind;
    }
    return same;
}

/* A pragma of the first half may freeze what stands in the second, so is_frozen is not compared. */
static inline bool statement_is_moved(const Statement *a, const Statement *b, uint32_t by) {
    bool is_whole = b->segment_count == 0 || (b->segments[0].start == b->span.start &&
                                              b->segments[b->segment_count - 1].end == b->end + 1);
    return is_whole && a->kind == b->kind && a->is_raw == b->is_raw && a->has_comments == b->has_comments &&
           span_is_moved(a->span, b->span, by) && a->end + by == b->end && span_is_moved(a->name, b->name, by) &&
           span_is_moved(a->value, b->value, by) && span_is_moved(a->query, b->query, by) &&
           table_is_moved(a->table, b->table, by) && parts_are_moved(a, b, by);
}

static inline const Script *parse_times(Str text, int times, Arena *memory, Findings *findings) {
    Buffer buffer = {0};
    for (int i = 0; i < times; i++) {
        buffer_add(&buffer, text);
        buffer_add(&buffer, STR("\n;\n"));
    }
    Source *source = arena_new(memory, Source);
    *source = source_of(STR("twice.sql"), buffer_take(&buffer, memory), memory);
    return parse_script(source, PARSE_ALL, NULL, memory, findings);
}

/* False when the law is broken. *known_count counts the statements that were taken by their skeletons. A text with
 * errors, or a byte order mark, is no matter of the law. */
static inline bool is_same_twice(Str text, Arena *memory, size_t *known_count) {
    Findings findings = {.arena = memory};
    const Script *once = parse_times(text, 1, memory, &findings);
    if (findings.worst >= SEVERITY_TROUBLE || once->source->begin > 0) {
        return true;
    }
    const Script *twice = parse_times(text, 2, memory, &findings);
    size_t half = once->statement_count;
    bool same = findings.worst < SEVERITY_TROUBLE && twice->statement_count == 2 * half;
    for (size_t i = 0; same && i < half; i++) {
        const Statement *first = &once->statements[i], *second = &twice->statements[half + i];
        same = statement_is_moved(first, second, (uint32_t)text.size + 3);
        *known_count += second->segment_count > 0;
    }
    return same;
}

/* The same of a script that is read after itself, when the first one and its tree are gone. */
static inline bool is_same_again(Str text, Arena *memory) {
    Findings findings = {.arena = memory};
    const Script *once = parse_times(text, 1, memory, &findings);
    ParserMemory parser = {0};
    for (int i = 0; i < 2; i++) {
        Arena gone;
        arena_init(&gone, memory->guard);
        Findings ignored = {.arena = &gone};
        Source copy = source_of(once->source->name, arena_copy(&gone, once->source->text), &gone);
        parse_script(&copy, PARSE_ALL, &parser, &gone, &ignored);
        arena_free(&gone);
    }
    findings.list.count = 0;
    const Script *again = parse_script(once->source, PARSE_ALL, &parser, memory, &findings);
    bool same = again->statement_count == once->statement_count;
    for (size_t i = 0; same && i < once->statement_count; i++) {
        same = statement_is_moved(&once->statements[i], &again->statements[i], 0) &&
               once->statements[i].is_frozen == again->statements[i].is_frozen;
    }
    parser_memory_free(&parser);
    return same;
}

#endif
