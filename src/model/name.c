#include "model/name.h"

#include "syntax/lexer.h"

Str identifier_value(Str text, Span span, Arena *arena) {
    Str name = {text.data + span.start, span.end - span.start};
    if (name.size < 2 || name.data[0] != '`') {
        return name;
    }
    name = (Str){name.data + 1, name.size - 2};
    if (memchr(name.data, '`', name.size) == NULL) {
        return name;
    }
    char *plain = arena_alloc(arena, name.size);
    size_t size = 0;
    for (size_t i = 0; i < name.size; i++) {
        plain[size++] = name.data[i];
        i += name.data[i] == '`';
    }
    return (Str){plain, size};
}

TableName table_name(Str text, Span span, const TableName *current, Arena *arena) {
    TableName name = *current;
    size_t parts = 0;
    for (Token token = lex_significant(text, span.start); token.start < span.end;
         token = lex_significant(text, token.end)) {
        if (token.kind == TOKEN_DOT) {
            continue;
        }
        if (parts > 0) {
            name.catalog = parts > 1 ? name.database : current->catalog;
            name.database = name.table;
        }
        name.table = identifier_value(text, token_span(token), arena);
        parts++;
    }
    return name;
}

void use_database(Str text, Span path, TableName *current, Arena *arena) {
    TableName shifted = {.catalog = STR(""), .database = current->catalog, .table = STR("")};
    TableName name = table_name(text, path, &shifted, arena);
    current->catalog = name.database;
    current->database = name.table;
}

bool table_name_equal(const TableName *a, const TableName *b) {
    return str_equal(a->table, b->table) && str_equal(a->database, b->database) && str_equal(a->catalog, b->catalog);
}

int table_name_compare(const TableName *a, const TableName *b) {
    int order = str_compare(a->table, b->table);
    order = order != 0 ? order : str_compare(a->database, b->database);
    return order != 0 ? order : str_compare(a->catalog, b->catalog);
}

uint64_t table_name_hash(const TableName *name) {
    return str_hash(name->table) * 31 + str_hash(name->database) * 17 + str_hash(name->catalog);
}
