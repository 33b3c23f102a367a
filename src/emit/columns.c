#include "emit/columns.h"

#include <stdlib.h>

#include "syntax/lexer.h"

static int compare_columns(const void *a, const void *b) {
    return str_compare(((const NamedColumn *)a)->name, ((const NamedColumn *)b)->name);
}

void column_list(Str text, Span list, Arena *arena, Names *names) {
    for (Token token = lex_significant(text, list.start); token.start < list.end;
         token = lex_significant(text, token.end)) {
        if (token.kind != TOKEN_LEFT_PAREN && token.kind != TOKEN_RIGHT_PAREN && token.kind != TOKEN_COMMA) {
            *vector_add(arena, names) = identifier_value(text, token_span(token), arena);
        }
    }
}

static void add_column(Columns *columns, const Column *column, Str text, Arena *arena) {
    bool is_column =
        column->kind == COLUMN_PHYSICAL || column->kind == COLUMN_METADATA || column->kind == COLUMN_COMPUTED;
    if (column->kind == COLUMN_PRIMARY_KEY) {
        column_list(text, column->content, arena, &columns->key);
    }
    if (!is_column) {
        return;
    }
    NamedColumn named = {identifier_value(text, column->name, arena), column};
    *vector_add(arena, &columns->items) = named;
    columns->is_plain = columns->is_plain && column->kind == COLUMN_PHYSICAL;
    if (column->is_primary_key) {
        *vector_add(arena, &columns->key) = named.name;
    }
}

Columns columns_of(const Script *script, const Table *table, Arena *arena) {
    const TableDefinition *definition = table->definition;
    Columns columns = {.table = table, .is_plain = true};
    columns.is_partial = !span_is_empty(definition->like) || !span_is_empty(table->statement->query);
    for (size_t i = 0; i < definition->column_count; i++) {
        add_column(&columns, &definition->columns[i], script->source->text, arena);
    }
    columns.by_name = arena_array(arena, columns.items.count, sizeof *columns.by_name);
    if (columns.items.count > 0) {
        memcpy(columns.by_name, columns.items.items, columns.items.count * sizeof *columns.by_name);
        qsort(columns.by_name, columns.items.count, sizeof *columns.by_name, compare_columns);
    }
    return columns;
}

const NamedColumn *columns_find(const Columns *columns, Str name) {
    NamedColumn wanted = {.name = name};
    if (columns->items.count == 0) {
        return NULL;
    }
    return bsearch(&wanted, columns->by_name, columns->items.count, sizeof wanted, compare_columns);
}
