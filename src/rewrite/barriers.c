#include "rewrite/barriers.h"

#include <stdlib.h>

#include "model/model.h"
#include "name_index.h"
#include "syntax/lexer.h"

typedef struct Search {
    const Script *script;
    Arena *arena;
    Str text;
    bool *stops;
} Search;

/* ---- Names that are given to something else ---------------------------------------------------------------------- */

typedef struct Definition {
    TableName name;
    size_t statement;
} Definition;

static int compare_definitions(const void *a, const void *b) {
    const Definition *left = a, *right = b;
    int order = table_name_compare(&left->name, &right->name);
    return order != 0 ? order : (left->statement > right->statement) - (left->statement < right->statement);
}

static bool is_definition(const Statement *statement) {
    return statement->kind == STATEMENT_CREATE_TABLE || statement->kind == STATEMENT_CREATE_VIEW;
}

/* CREATE OR REPLACE TABLE, or a temporary one in front of another: INSERTs before it mean the earlier one. */
static void find_redefinitions(Search *search) {
    const Script *script = search->script;
    TableName current = DEFAULT_TABLE_NAME;
    VECTOR(Definition) definitions = {0};
    for (size_t i = 0; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        model_apply_use(search->text, statement, &current, search->arena);
        if (is_definition(statement) && !model_is_conditional(search->text, statement)) {
            TableName name = table_name(search->text, statement->name, &current, search->arena);
            *vector_add(search->arena, &definitions) = (Definition){name, i};
        }
    }
    if (definitions.count > 1) {
        qsort(definitions.items, definitions.count, sizeof *definitions.items, compare_definitions);
    }
    for (size_t i = 1; i < definitions.count; i++) {
        const Definition *definition = &definitions.items[i];
        search->stops[definition->statement] = table_name_equal(&definition->name, &definition[-1].name);
    }
}

static bool is_temporary(const Search *search, const Statement *statement) {
    Token first = lex_significant(search->text, statement->span.start);
    return first.kind == TOKEN_CREATE && lex_significant(search->text, first.end).kind == TOKEN_TEMPORARY;
}

/* Names of functions are the same in any case; of tables, that makes a barrier too many at worst. */
static Str folded_name(const Search *search, Token token) {
    bool is_quoted = token.kind == TOKEN_QUOTED_IDENTIFIER;
    Str name = source_slice(search->script->source, (Span){token.start + is_quoted, token.end - is_quoted});
    char *folded = arena_alloc(search->arena, name.size + 1);
    for (size_t i = 0; i < name.size; i++) {
        folded[i] = ascii_lower(name.data[i]);
    }
    return (Str){folded, name.size};
}

static bool is_name(Token token) { return token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER; }

/* The last part of what CREATE TEMPORARY … [IF NOT EXISTS] a.b.c makes. */
static Str made_name(const Search *search, const Statement *statement) {
    Token token = lex_significant(search->text, statement->span.start), name = {0};
    while (token.start < statement->span.end && !is_name(token)) {
        token = lex_significant(search->text, token.end);
    }
    while (token.start < statement->span.end && is_name(token)) {
        name = token;
        token = lex_significant(search->text, token.end);
        token = token.kind == TOKEN_DOT ? lex_significant(search->text, token.end) : (Token){0};
    }
    return folded_name(search, name);
}

static void note_names(const Search *search, const Statement *statement, NameIndex *names) {
    Token token = lex_significant(search->text, statement->span.start);
    for (; token.start < statement->span.end && token.kind != TOKEN_EOF;
         token = lex_significant(search->text, token.end)) {
        if (is_name(token)) {
            name_index_set(names, folded_name(search, token), 1, search->arena);
        }
    }
}

/* A temporary table, view or function hides one of that name in a catalog, which INSERTs before it mean. */
static void find_hiding(Search *search) {
    const Script *script = search->script;
    NameIndex *names = name_index_new(search->arena);
    size_t last = script->statement_count;
    while (last > 0 && !is_temporary(search, &script->statements[last - 1])) {
        last--;
    }
    for (size_t i = 0; i < last; i++) {
        const Statement *statement = &script->statements[i];
        bool uses_names = statement->insert_count > 0 || statement->kind == STATEMENT_CREATE_VIEW;
        if (is_temporary(search, statement) && name_index_get(names, made_name(search, statement)) != SIZE_MAX) {
            search->stops[i] = true;
        } else if (uses_names) {
            note_names(search, statement, names);
        }
    }
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

/* Kinds that an INSERT must not be carried across, unless they turn out to be harmless. */
static bool is_barrier(const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_SET:
    case STATEMENT_RESET:
    case STATEMENT_USE_CATALOG:
    case STATEMENT_USE_DATABASE:
    case STATEMENT_OTHER:
    case STATEMENT_MATERIALIZED_TABLE:
        return true;
    case STATEMENT_INSERT:
    case STATEMENT_EXECUTE_SET:
    case STATEMENT_BEGIN_SET:
    case STATEMENT_END_SET:
        return statement->is_frozen;
    default:
        return false;
    }
}

/* ALTER changes what stands before it; CREATE of other things does not. SHOW and EXPLAIN only look. */
static bool is_harmless(const Search *search, const Statement *statement) {
    Token first = lex_significant(search->text, statement->span.start);
    Str word = source_slice(search->script->source, token_span(first));
    return first.kind == TOKEN_CREATE || first.kind == TOKEN_EXPLAIN ||
           str_equal_ignore_case(word, STR("SHOW")) || str_equal_ignore_case(word, STR("DESCRIBE")) ||
           str_equal_ignore_case(word, STR("DESC"));
}

static bool may_change_inserts(const Search *search, const Statement *statement) {
    bool may_change = statement->kind == STATEMENT_WITH_OPTIONS || is_barrier(statement);
    bool is_frame = statement->kind >= STATEMENT_INSERT && statement->kind <= STATEMENT_END_SET;
    bool is_setting = statement->kind >= STATEMENT_SET;
    return may_change && (is_frame || is_setting || !is_harmless(search, statement));
}

const bool *insert_barriers(const Script *script, Arena *arena) {
    Search search = {.script = script, .arena = arena, .text = script->source->text};
    search.stops = arena_array(arena, script->statement_count, sizeof *search.stops);
    find_redefinitions(&search);
    find_hiding(&search);
    for (size_t i = 0; i < script->statement_count; i++) {
        search.stops[i] = search.stops[i] || may_change_inserts(&search, &script->statements[i]);
    }
    return search.stops;
}
