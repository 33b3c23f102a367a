#include "checks/columns.h"

#include "syntax/lexer.h"
#include "syntax/parser.h"

static Str text_of(const Checker *checker) { return checker->script->source->text; }

bool has_own_columns_only(const CheckedTable *table) {
    const Table *item = table->written;
    return span_is_empty(item->definition->like) && span_is_empty(item->statement->query) &&
           item->definition->column_count > 0;
}

static const Column *read_again(const Checker *checker, const Table *table) {
    ArenaMark mark = arena_mark(checker->scratch);
    const Column *columns = parse_columns(checker->script->source, table->statement, checker->scratch);
    size_t size = table->definition->column_count * sizeof *columns;
    const Column *kept = memcpy(arena_alloc_raw(checker->arena, size), columns, size);
    arena_release(checker->scratch, mark);
    return kept;
}

const Column *written_columns(const Checker *checker, const Table *table) {
    const TableDefinition *definition = table->definition;
    if (definition->columns != NULL || definition->column_count == 0) {
        return definition->columns;
    }
    CheckedTable *checked = &checker->tables[table - checker->model->tables];
    if (checked->columns == NULL) {
        checked->columns = read_again(checker, table);
    }
    return checked->columns;
}

static const Column *own_primary_key(const Checker *checker, const Table *table) {
    const Column *columns = written_columns(checker, table);
    for (uint32_t i = 0; i < table->definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->kind == COLUMN_PRIMARY_KEY || column->is_primary_key) {
            return column;
        }
    }
    return NULL;
}

Answer has_primary_key(const CheckedTable *table) {
    for (const Table *item = table->written;; item = item->like) {
        if (item->definition->summary.has_primary_key) {
            return ANSWER_YES;
        }
        if (span_is_empty(item->definition->like)) {
            return item->definition->column_count > 0 ? ANSWER_NO : ANSWER_UNKNOWN;
        }
        if (item->like == NULL) {
            return ANSWER_UNKNOWN;
        }
    }
}

static bool declares_column(const Checker *checker, const Table *table, Str name) {
    const Column *columns = written_columns(checker, table);
    for (uint32_t i = 0; i < table->definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->kind == COLUMN_PHYSICAL &&
            str_equal(identifier_value(text_of(checker), column->name, checker->arena), name)) {
            return true;
        }
    }
    return false;
}

Answer has_column(const Checker *checker, const CheckedTable *table, Str name) {
    for (const Table *item = table->written;; item = item->like) {
        if (declares_column(checker, item, name)) {
            return ANSWER_YES;
        }
        bool is_last = span_is_empty(item->definition->like);
        if (is_last && item->definition->column_count > 0 && span_is_empty(item->statement->query)) {
            return ANSWER_NO;
        }
        if (is_last || item->like == NULL) {
            return ANSWER_UNKNOWN;
        }
    }
}

bool next_column_name(const Checker *checker, Span span, uint32_t *offset, Str *name) {
    Token token = lex_significant(text_of(checker), *offset);
    while (token.start < span.end && (token.kind == TOKEN_LEFT_PAREN || token.kind == TOKEN_COMMA)) {
        token = lex_significant(text_of(checker), token.end);
    }
    if (token.start >= span.end || token.kind == TOKEN_RIGHT_PAREN || token.kind == TOKEN_EOF) {
        return false;
    }
    *name = identifier_value(text_of(checker), token_span(token), checker->arena);
    *offset = token.end;
    Token dot = lex_significant(text_of(checker), *offset);
    if (dot.kind == TOKEN_DOT && dot.end < span.end) { /* a field of a column */
        *offset = dot.end;
        return next_column_name(checker, span, offset, name);
    }
    return true;
}

bool is_in_own_primary_key(const Checker *checker, const CheckedTable *table, Str name) {
    const Column *key = own_primary_key(checker, table->written);
    if (key == NULL) {
        return false;
    }
    if (key->kind != COLUMN_PRIMARY_KEY) {
        return str_equal(identifier_value(text_of(checker), key->name, checker->arena), name);
    }
    uint32_t offset = key->content.start;
    Str column;
    while (next_column_name(checker, key->content, &offset, &column)) {
        if (str_equal(column, name)) {
            return true;
        }
    }
    return false;
}

const bool *find_bases(const Checker *checker) {
    bool *is_base = arena_array(checker->arena, checker->table_count + 1, sizeof *is_base);
    for (size_t i = 0; i < checker->table_count; i++) {
        const Table *like = checker->tables[i].written->like;
        if (like != NULL) {
            is_base[like - checker->model->tables] = true;
        }
    }
    return is_base;
}
