#include "syntax/builder.h"

#include <stdlib.h>

#include "syntax/lexer.h"
#include "syntax/setting.h"

void builder_mark(Builder *builder, MarkKind kind, Span span) {
    if (builder->parts & PARSE_MARKS) {
        *vector_add(builder->arena, &builder->marks) = (Mark){span.start, span.end, kind};
    }
}

Span builder_name(Builder *builder, Token token) {
    if (token.kind != TOKEN_IDENTIFIER) {
        builder_mark(builder, MARK_NAME, token_span(token));
    }
    return token_span(token);
}

void builder_list(Builder *builder, Token close) {
    builder_mark(builder, MARK_CLOSE, token_span(close));
}

void builder_item(Builder *builder, Span item) { builder_mark(builder, MARK_ITEM, item); }
void builder_line(Builder *builder, Token token) { builder_mark(builder, MARK_LINE, token_span(token)); }
void builder_tight(Builder *builder, Token token) { builder_mark(builder, MARK_TIGHT, token_span(token)); }
void builder_verbatim(Builder *builder, Span span) { builder_mark(builder, MARK_VERBATIM, span); }

void builder_angles(Builder *builder, Token less, Token greater) {
    builder_tight(builder, less);
    builder_tight(builder, greater);
}

void builder_option(Builder *builder, Span key, Span value) {
    *vector_add(builder->arena, &builder->options) = (Option){key, value, false};
    builder->element = ELEMENT_OPTION;
    builder_mark(builder, MARK_ITEM, key);
}

void builder_with(Builder *builder, Token keyword, Span properties) {
    builder_line(builder, keyword);
    builder->table.option_list = properties;
}

void builder_clause(Builder *builder, Token keyword, Span last) {
    builder_line(builder, keyword);
    builder->table.with_place = last.end;
}

void builder_connection(Builder *builder, Token keyword, Span path) {
    builder_clause(builder, keyword, path);
    builder->table.has_connection = true;
}

void builder_temporary(Builder *builder) { builder->table.is_temporary = true; }

void builder_table(Builder *builder, Span path) {
    builder->table.name = path;
    builder->table.with_place = path.end;
    builder->statement.name = path;
}

void builder_elements(Builder *builder, Token close) {
    builder_list(builder, close);
    builder->table.with_place = close.end;
}

static bool holds_real(Str text) {
    for (size_t i = 0; i + 4 <= text.size; i++) {
        if ((text.data[i] | 0x20) == 'r' && str_equal_ignore_case((Str){text.data + i, 4}, STR("REAL"))) {
            return true;
        }
    }
    return false;
}

void builder_column(Builder *builder, ColumnKind kind, Span first, Span name, Span content) {
    builder->column = (Column){.name = name,
                               .content = content,
                               .metadata_key = builder->metadata_key,
                               .kind = kind,
                               .is_virtual = builder->is_virtual,
                               .is_primary_key = builder->is_primary_key,
                               .is_quoted = !span_is_empty(name) && builder->source->text.data[name.start] == '`',
                               .may_hold_real = holds_real(source_slice(builder->source, content))};
    if (builder->parts & (PARSE_SUMMARIES | PARSE_COLUMNS)) {
        *vector_add(builder->arena, &builder->columns) = builder->column;
    }
    builder->metadata_key = SPAN_NONE;
    builder->is_virtual = false;
    builder->is_primary_key = false;
    builder->element = ELEMENT_COLUMN;
    if (kind == COLUMN_REFERENCE) { /* they make a list of their own */
        builder->element = ELEMENT_NONE;
        builder->bare_column = span_is_empty(builder->bare_column) ? name : builder->bare_column;
    }
    builder_mark(builder, MARK_ITEM, first);
}

void builder_named_constraint(Builder *builder, Token keyword, Span name) {
    if (builder->marks.count > 0) { /* none when none are wanted */
        builder->marks.items[builder->marks.count - 1].start = keyword.start;
    }
    if (builder->columns.count > 0) {
        builder->columns.items[builder->columns.count - 1].name = name;
    }
}

void builder_metadata_key(Builder *builder, Span literal) { builder->metadata_key = literal; }
void builder_virtual(Builder *builder) { builder->is_virtual = true; }
void builder_column_is_key(Builder *builder) { builder->is_primary_key = true; }

void builder_columns_clause(Builder *builder, Token keyword, Token close) {
    builder_line(builder, keyword);
    builder_list(builder, close);
    builder->columns.count = 0; /* a model's, not a table's */
}

/* EXCLUDING OPTIONS keeps the other table's options away; so does EXCLUDING ALL, unless OPTIONS is named. */
void builder_like(Builder *builder, Token keyword, Span path) {
    uint16_t strategy = builder->like_options != 0 ? builder->like_options : builder->like_all;
    builder_line(builder, keyword);
    builder->table.like = path;
    builder->table.takes_like_options = strategy != TOKEN_EXCLUDING;
}

void builder_like_option(Builder *builder, Token strategy, Token feature) {
    builder_mark(builder, MARK_ITEM, token_span(strategy));
    if (feature.kind == TOKEN_ALL) {
        builder->like_all = strategy.kind;
    } else if (feature.kind == TOKEN_OPTIONS) {
        builder->like_options = strategy.kind;
    }
}

void builder_as_query(Builder *builder, Token keyword, Span query) {
    builder_line(builder, keyword);
    builder_mark(builder, MARK_LINE, query);
    builder->statement.query = query;
}

void builder_view(Builder *builder, Span path) { builder->statement.name = path; }

/* INSERT INTO t (a, b) SELECT …: a parenthesis that does not open a query holds the target's columns. */
static Span target_columns(const Builder *builder, Span *query) {
    Str text = builder->source->text;
    Token open = lex_significant(text, query->start);
    Token first = lex_significant(text, open.end);
    if (open.kind != TOKEN_LEFT_PAREN || (first.kind != TOKEN_IDENTIFIER && first.kind != TOKEN_QUOTED_IDENTIFIER)) {
        return SPAN_NONE;
    }
    Token token = first;
    while (token.kind != TOKEN_RIGHT_PAREN && token.end < query->end) {
        token = lex_significant(text, token.end);
    }
    Token next = lex_significant(text, token.end);
    if (next.start >= query->end) {
        return SPAN_NONE;
    }
    query->start = next.start;
    return span_between(open, token);
}

void builder_insert(Builder *builder, Token keyword, Span target, Span query) {
    Insert insert = {.span = {keyword.start, query.end}, .target = target, .query = query};
    insert.columns = target_columns(builder, &insert.query);
    *vector_add(builder->arena, &builder->inserts) = insert;
    builder_line(builder, keyword);
    builder_mark(builder, MARK_LINE, insert.query);
    builder_verbatim(builder, insert.query);
}

void builder_statement_set(Builder *builder, Token begin, Token end) {
    builder_line(builder, begin);
    builder_line(builder, end);
}

void builder_setting(Builder *builder, Span key, Span value) {
    builder->statement.name = key;
    builder->statement.value = value;
    builder_statement(builder, STATEMENT_SET);
}

void builder_reset(Builder *builder, Span key) {
    builder->statement.name = key;
    builder_statement(builder, STATEMENT_RESET);
}

/* The client takes these forms by a regular expression over the text, not by the grammar. */
void builder_raw_setting(Builder *builder) {
    Span span = {builder->first.start, builder->previous.end};
    RawSetting setting;
    if (!raw_setting_parse(builder->source->text, span, &setting)) {
        builder->has_syntax_error = true;
        return;
    }
    builder->statement.is_raw = true;
    builder->statement.name = setting.key;
    builder->statement.value = setting.value;
    builder_statement(builder, builder->first.kind == TOKEN_SET ? STATEMENT_SET : STATEMENT_RESET);
}

void builder_use(Builder *builder, StatementKind kind, Span name) {
    builder->statement.name = name;
    builder_statement(builder, kind);
}

void builder_statement(Builder *builder, StatementKind kind) { builder->statement.kind = kind; }

void builder_other(Builder *builder) {
    bool is_query = builder->first.kind == TOKEN_SELECT || builder->first.kind == TOKEN_WITH ||
                    builder->first.kind == TOKEN_VALUES || builder->first.kind == TOKEN_LEFT_PAREN;
    builder_statement(builder, is_query ? STATEMENT_QUERY : STATEMENT_OTHER);
}

void builder_out_of_memory(Builder *builder) { builder->is_out_of_memory = true; }

static void *copy_items(Builder *builder, const void *items, size_t count, size_t size) {
    return count == 0 ? NULL : memcpy(arena_array(builder->tree, count, size), items, count * size);
}

#define copy_vector(builder, vector) \
    copy_items((builder), (vector).items, (vector).count, sizeof *(vector).items)

static int compare_marks(const void *a, const void *b) {
    const Mark *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    return (int)left->kind - (int)right->kind;
}

/* By insertion, which is quick while few stand far from their place. False when too many do. */
static bool sort_nearly_sorted(Mark *marks, size_t count) {
    size_t moves = 8 * count;
    for (size_t i = 1; i < count; i++) {
        Mark mark = marks[i];
        size_t at = i;
        for (; at > 0 && compare_marks(&marks[at - 1], &mark) > 0 && moves > 0; at--, moves--) {
            marks[at] = marks[at - 1];
        }
        marks[at] = mark;
        if (moves == 0) {
            return false;
        }
    }
    return true;
}

/* Marks are made when the grammar has seen the whole of a thing, so an outer one may come after its inner ones. Those
 * of segments were sorted when they were learned. */
static void sort_marks(Builder *builder) {
    if (builder->segments.count == 0 && !sort_nearly_sorted(builder->marks.items, builder->marks.count)) {
        qsort(builder->marks.items, builder->marks.count, sizeof *builder->marks.items, compare_marks);
    }
}

static void sum_up(ColumnSummary *summary, const Source *source, const Column *column) {
    bool is_constraint = column->kind == COLUMN_PRIMARY_KEY || column->kind == COLUMN_UNIQUE;
    bool is_column = !is_constraint && column->kind != COLUMN_WATERMARK;
    bool is_one = is_constraint || column->kind == COLUMN_REFERENCE; /* of the two */
    Span whole = {column->name.start, column->content.end};
    Span said = !is_one ? whole : is_constraint ? column->content : column->name;
    summary->kinds |= 1U << column->kind;
    summary->physical_count += column->kind == COLUMN_PHYSICAL;
    summary->hash = str_mix(summary->hash + column->kind, source_slice(source, said));
    summary->has_primary_key |= column->is_primary_key || column->kind == COLUMN_PRIMARY_KEY;
    summary->has_unquoted |= is_column && !column->is_quoted;
    summary->may_hold_real |= column->may_hold_real;
}

/* From the first one's start to where their list has ended. */
static Span columns_span(const Builder *builder) {
    const Column *first = &builder->columns.items[0];
    return (Span){span_is_empty(first->name) ? first->content.start : first->name.start, builder->table.with_place};
}

/* A sink often has its source's columns, letter by letter. */
static ColumnSummary sum_up_columns(Builder *builder) {
    Span columns = columns_span(builder);
    if (!str_equal(source_slice(builder->source, columns), source_slice(builder->source, builder->last_columns))) {
        builder->last_summary = (ColumnSummary){0};
        for (size_t i = 0; i < builder->columns.count; i++) {
            sum_up(&builder->last_summary, builder->source, &builder->columns.items[i]);
        }
        builder->last_columns = columns;
    }
    return builder->last_summary;
}

static bool are_mostly_looked_at(const ColumnSummary *summary) {
    return summary->has_unquoted || summary->may_hold_real ||
           (summary->kinds & (1U << COLUMN_METADATA | 1U << COLUMN_COMPUTED)) != 0;
}

static void finish_columns(Builder *builder) {
    TableDefinition *table = &builder->table;
    table->column_count = (uint32_t)builder->columns.count;
    table->summary = table->column_count > 0 ? sum_up_columns(builder) : (ColumnSummary){0};
    bool is_wanted = (builder->parts & PARSE_COLUMNS) != 0 || are_mostly_looked_at(&table->summary);
    table->columns = is_wanted ? copy_vector(builder, builder->columns) : NULL;
}

static void finish_table(Builder *builder, Statement *statement) {
    builder->table.options = copy_vector(builder, builder->options);
    builder->table.option_count = (uint32_t)builder->options.count;
    finish_columns(builder);
    statement->table = arena_new(builder->tree, TableDefinition);
    *statement->table = builder->table;
}

/* Flink's parser looks for the query when it has read the whole statement, too. */
static void check_bare_columns(const Builder *builder) {
    if (!span_is_empty(builder->bare_column) && span_is_empty(builder->statement.query)) {
        finding_trouble(builder->findings, builder->source, builder->bare_column,
                        STR("columns without types are only for CREATE TABLE ... AS"),
                        STR("give each column its type"));
    }
}

static bool keeps_its_text(const Statement *statement) {
    return statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_QUERY || statement->is_raw;
}

void builder_end_statement(Builder *builder, uint32_t end) {
    Statement *statement = &builder->statement;
    statement->span = (Span){builder->first.start, builder->previous.end};
    statement->end = end;
    if (keeps_its_text(statement)) {
        builder->marks.count = 0;
        builder_verbatim(builder, statement->span);
    }
    if (statement->kind == STATEMENT_CREATE_TABLE || statement->kind == STATEMENT_MATERIALIZED_TABLE) {
        finish_table(builder, statement);
        check_bare_columns(builder);
    }
    sort_marks(builder);
    statement->marks = copy_vector(builder, builder->marks);
    statement->mark_count = (uint32_t)builder->marks.count;
    statement->segments = copy_vector(builder, builder->segments);
    statement->segment_count = (uint32_t)builder->segments.count;
    statement->inserts = copy_vector(builder, builder->inserts);
    statement->insert_count = (uint32_t)builder->inserts.count;
    builder->first.kind = TOKEN_EOF;
}
