#include "edits.h"
#include "model/model.h"
#include "model/query.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"

typedef struct Renaming {
    const Script *script;
    const Rename *renames;
    size_t count;
    Arena *arena;
    Str text;
    TableName current; /* the catalog and database in force */
    Edits edits;
    Buffer *out;
} Renaming;

static const Rename *find_rename(const Renaming *renaming, Span path) {
    TableName name = table_name(renaming->text, path, &renaming->current, renaming->arena);
    for (size_t i = 0; i < renaming->count; i++) {
        if (table_name_equal(&name, &renaming->renames[i].table)) {
            return &renaming->renames[i];
        }
    }
    return NULL;
}

/* As an identifier: in backticks, those in it doubled. */
static Str quoted(Renaming *renaming, Str name) {
    Buffer buffer = {0};
    buffer_add_char(&buffer, '`');
    for (size_t i = 0; i < name.size; i++) {
        buffer_add(&buffer, name.data[i] == '`' ? STR("``") : (Str){&name.data[i], 1});
    }
    buffer_add_char(&buffer, '`');
    return buffer_take(&buffer, renaming->arena);
}

static Token last_token(Str text, Span span) {
    Token last = lex_significant(text, span.start);
    for (Token token = last; token.start < span.end; token = lex_significant(text, token.end)) {
        last = token;
    }
    return last;
}

/* Replaces the last part of a path that names a renamed table. The rename, or NULL. */
static const Rename *rename_path(Renaming *renaming, Span path) {
    const Rename *rename = find_rename(renaming, path);
    if (rename != NULL) {
        Token last = last_token(renaming->text, path);
        edits_add(&renaming->edits, last.start, last.end, quoted(renaming, rename->new_name));
    }
    return rename;
}

/* Qualifiers of columns: `table.` in a query that reads the table, behind no dot. */
static void rename_qualifiers(Renaming *renaming, Span query, const Rename *rename) {
    Token previous = {0};
    for (Token token = lex_significant(renaming->text, query.start); token.start < query.end;
         token = lex_significant(renaming->text, token.end)) {
        bool is_name = token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER;
        bool is_qualifier = is_name && previous.kind != TOKEN_DOT && lex_significant(renaming->text, token.end).kind == TOKEN_DOT;
        if (is_qualifier && str_equal(identifier_value(renaming->text, token_span(token), renaming->arena), rename->table.table)) {
            edits_add(&renaming->edits, token.start, token.end, quoted(renaming, rename->new_name));
        }
        previous = token;
    }
}

static bool is_told_before(const Rename *const *done, size_t count, const Rename *rename) {
    for (size_t i = 0; i < count; i++) {
        if (done[i] == rename) {
            return true;
        }
    }
    return false;
}

static void rename_in_query(Renaming *renaming, Span query) {
    Spans tables = {0};
    VECTOR(const Rename *) done = {0};
    query_tables(renaming->text, query, renaming->arena, &tables);
    for (size_t i = 0; i < tables.count; i++) {
        const Rename *rename = rename_path(renaming, tables.items[i]);
        bool is_path = lex_significant(renaming->text, tables.items[i].start).end != tables.items[i].end;
        if (rename != NULL && !is_path && !is_told_before(done.items, done.count, rename)) {
            *vector_add(renaming->arena, &done) = rename;
            rename_qualifiers(renaming, query, rename);
        }
    }
}

static bool is_word(const Renaming *renaming, Token token, const char *word) {
    return str_equal_ignore_case(source_slice(renaming->script->source, token_span(token)), str_of(word));
}

/* ALTER TABLE t, DROP TABLE IF EXISTS t, TRUNCATE TABLE t, DESCRIBE t, SHOW CREATE TABLE t, … */
static void rename_in_other(Renaming *renaming, Span statement) {
    Token token = lex_significant(renaming->text, statement.start);
    bool describes = is_word(renaming, token, "DESCRIBE") || is_word(renaming, token, "DESC");
    while (token.start < statement.end && token.kind != TOKEN_TABLE && !describes) {
        token = lex_significant(renaming->text, token.end);
    }
    token = lex_significant(renaming->text, token.end);
    while (token.kind == TOKEN_IF || token.kind == TOKEN_NOT || token.kind == TOKEN_EXISTS || is_word(renaming, token, "EXTENDED")) {
        token = lex_significant(renaming->text, token.end);
    }
    Span path = {token.start, token.end};
    for (Token dot = lex_significant(renaming->text, path.end); dot.kind == TOKEN_DOT && dot.start < statement.end;
         dot = lex_significant(renaming->text, path.end)) {
        path.end = lex_significant(renaming->text, dot.end).end;
    }
    if (token.start < statement.end) {
        rename_path(renaming, path);
    }
}

static void rename_in(Renaming *renaming, const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_MATERIALIZED_TABLE:
        rename_path(renaming, statement->name);
        if (!span_is_empty(statement->table->like)) {
            rename_path(renaming, statement->table->like);
        }
        break;
    case STATEMENT_QUERY:
        rename_in_query(renaming, statement->span);
        break;
    case STATEMENT_OTHER:
    case STATEMENT_WITH_OPTIONS:
        rename_in_other(renaming, statement->span);
        break;
    default:
        break;
    }
    if (!span_is_empty(statement->query)) {
        rename_in_query(renaming, statement->query);
    }
    for (uint32_t i = 0; i < statement->insert_count; i++) {
        rename_path(renaming, statement->inserts[i].target);
        rename_in_query(renaming, statement->inserts[i].query);
    }
}

void rename_tables(const Script *script, const Rename *renames, size_t count, Arena *arena, Buffer *out) {
    Renaming renaming = {.script = script,
                         .renames = renames,
                         .count = count,
                         .arena = arena,
                         .text = script->source->text,
                         .current = DEFAULT_TABLE_NAME,
                         .edits = {.arena = arena},
                         .out = out};
    for (size_t i = 0; i < script->statement_count; i++) {
        model_apply_use(renaming.text, &script->statements[i], &renaming.current, arena);
        rename_in(&renaming, &script->statements[i]);
    }
    uint32_t from = edits_write(&renaming.edits, renaming.text, 0, out);
    buffer_add(out, str_from(renaming.text, from));
}

void rename_findings(const Script *script, const Rename *renames, size_t count, Arena *arena, Findings *findings) {
    (void)script, (void)renames, (void)count, (void)arena, (void)findings;
}
