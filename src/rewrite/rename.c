#include <stdlib.h>

#include "edits.h"
#include "model/model.h"
#include "model/qualifiers.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"

typedef struct Renaming {
    const Script *script;
    const Rename *renames; /* by their tables */
    size_t count;
    Arena *arena;
    Str text;
    TableName current; /* the catalog and database in force */
    Edits edits;
} Renaming;

static int compare_renames(const void *a, const void *b) {
    return table_name_compare(&((const Rename *)a)->table, &((const Rename *)b)->table);
}

static const Rename *find_rename(const Renaming *renaming, const TableName *name) {
    Rename wanted = {.table = *name};
    return renaming->count == 0 ? NULL
                                : bsearch(&wanted, renaming->renames, renaming->count, sizeof wanted, compare_renames);
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
    TableName name = table_name(renaming->text, path, &renaming->current, renaming->arena);
    const Rename *rename = find_rename(renaming, &name);
    if (rename != NULL) {
        Token last = last_token(renaming->text, path);
        edits_add(&renaming->edits, last.start, last.end, quoted(renaming, rename->new_name));
    }
    return rename;
}

/* The tables of a query, from where it begins to where the statement ends, and the qualifiers that stand for them. */
static void rename_reads(Renaming *renaming, Span query, const Spans *tables) {
    const Rename **renames = arena_array(renaming->arena, tables->count, sizeof *renames);
    Qualifiers qualifiers = {0};
    bool any = false;
    for (size_t i = 0; i < tables->count; i++) {
        renames[i] = rename_path(renaming, tables->items[i]);
        any = any || renames[i] != NULL;
    }
    if (any) {
        query_qualifiers(renaming->text, query, &renaming->current, tables, renaming->arena, &qualifiers);
    }
    for (size_t i = 0; i < qualifiers.count; i++) {
        const Rename *rename = renames[qualifiers.items[i].table];
        if (rename != NULL) {
            Span name = qualifiers.items[i].name;
            edits_add(&renaming->edits, name.start, name.end, quoted(renaming, rename->new_name));
        }
    }
}

static void rename_in_query(Renaming *renaming, Span query) {
    Spans tables = {0};
    query_tables(renaming->text, query, renaming->arena, &tables);
    rename_reads(renaming, query, &tables);
}

static bool is_word(const Renaming *renaming, Token token, const char *word) {
    return str_equal_ignore_case(source_slice(renaming->script->source, token_span(token)), str_of(word));
}

/* The path that begins at token. */
static Span path_at(const Renaming *renaming, Token token) {
    Span path = token_span(token);
    for (Token dot = lex_significant(renaming->text, path.end); dot.kind == TOKEN_DOT;
         dot = lex_significant(renaming->text, path.end)) {
        path.end = lex_significant(renaming->text, dot.end).end;
    }
    return path;
}

/* Behind which words the name of a table stands. */
static const struct {
    const char *first, *before;
    bool reads; /* the rest is a query over that table */
} table_words[] = {
    {"DELETE", "FROM", true},      {"UPDATE", "UPDATE", true},     {"EXPLAIN", "INTO", true},
    {"EXPLAIN", "OVERWRITE", true}, {"DESCRIBE", "DESCRIBE", false}, {"DESC", "DESC", false},
    {"SHOW", "COLUMNS", false},    {"SHOW", "PARTITIONS", false},  {NULL, "TABLE", false},
};

enum { TABLE_WORDS = sizeof table_words / sizeof *table_words };

static size_t table_words_at(const Renaming *renaming, Token first, Token token) {
    size_t i = 0;
    while (i < TABLE_WORDS && !((table_words[i].first == NULL || is_word(renaming, first, table_words[i].first)) &&
                                is_word(renaming, token, table_words[i].before))) {
        i++;
    }
    return i;
}

static Token behind_fillers(const Renaming *renaming, Token token) {
    static const char *const fillers[] = {"IF", "NOT", "EXISTS", "EXTENDED", "FROM", "IN"};
    for (size_t i = 0; i < sizeof fillers / sizeof *fillers; i++) {
        token = is_word(renaming, token, fillers[i]) ? lex_significant(renaming->text, token.end) : token;
    }
    return token;
}

/* ALTER TABLE t, DROP TABLE IF EXISTS t, DESCRIBE t, DELETE FROM t, …: by their words, as they are not parsed. */
static void rename_in_other(Renaming *renaming, Span statement) {
    Token first = lex_significant(renaming->text, statement.start), token = first;
    size_t words = table_words_at(renaming, first, token);
    while (words == TABLE_WORDS && token.start < statement.end) {
        token = lex_significant(renaming->text, token.end);
        words = token.start < statement.end ? table_words_at(renaming, first, token) : TABLE_WORDS;
    }
    token = behind_fillers(renaming, lex_significant(renaming->text, token.end));
    if (words == TABLE_WORDS || token.start >= statement.end) {
        if (is_word(renaming, first, "EXPLAIN")) {
            rename_in_query(renaming, statement);
        }
        return;
    }
    Spans tables = {0};
    *vector_add(renaming->arena, &tables) = path_at(renaming, token);
    if (table_words[words].reads) {
        query_tables(renaming->text, (Span){tables.items[0].end, statement.end}, renaming->arena, &tables);
    }
    rename_reads(renaming, (Span){tables.items[0].start, statement.end}, &tables);
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

static Renaming start_renaming(const Script *script, const Rename *renames, size_t count, Arena *arena) {
    Rename *sorted = arena_array(arena, count, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = renames[i];
    }
    if (count > 1) {
        qsort(sorted, count, sizeof *sorted, compare_renames);
    }
    return (Renaming){.script = script,
                      .renames = sorted,
                      .count = count,
                      .arena = arena,
                      .text = script->source->text,
                      .current = DEFAULT_TABLE_NAME,
                      .edits = {.arena = arena}};
}

void rename_tables(const Script *script, const Rename *renames, size_t count, Arena *arena, Buffer *out) {
    Renaming renaming = start_renaming(script, renames, count, arena);
    for (size_t i = 0; i < script->statement_count; i++) {
        model_apply_use(renaming.text, &script->statements[i], &renaming.current, arena);
        if (!script->statements[i].is_frozen) {
            rename_in(&renaming, &script->statements[i]);
        }
    }
    uint32_t from = edits_write(&renaming.edits, renaming.text, 0, out);
    buffer_add(out, str_from(renaming.text, from));
}

/* ---- What is wrong with the names ------------------------------------------------------------------------------- */

/* A table or view as the script defines it. */
typedef struct Defined {
    TableName old_name, new_name;
    const Statement *statement;
} Defined;

typedef VECTOR(Defined) AllDefined;

static bool defines(const Statement *statement) {
    return statement->kind == STATEMENT_CREATE_TABLE || statement->kind == STATEMENT_CREATE_VIEW ||
           statement->kind == STATEMENT_MATERIALIZED_TABLE;
}

static void add_defined(Renaming *renaming, const Statement *statement, AllDefined *all) {
    TableName name = table_name(renaming->text, statement->name, &renaming->current, renaming->arena);
    const Rename *rename = find_rename(renaming, &name);
    Defined *defined = vector_add(renaming->arena, all);
    *defined = (Defined){name, name, statement};
    if (rename != NULL) {
        defined->new_name.table = rename->new_name;
    }
}

static int compare_defined(const void *a, const void *b) {
    const Defined *left = a, *right = b;
    int order = table_name_compare(&left->new_name, &right->new_name);
    uint32_t left_start = left->statement->span.start, right_start = right->statement->span.start;
    return order != 0 ? order : (left_start > right_start) - (left_start < right_start);
}

/* Two tables must not become one. */
static void tell_collisions(const Renaming *renaming, AllDefined *all, Findings *findings) {
    Source *source = renaming->script->source;
    if (all->count > 1) {
        qsort(all->items, all->count, sizeof *all->items, compare_defined);
    }
    for (size_t i = 1; i < all->count; i++) {
        const Defined *first = &all->items[i - 1], *second = &all->items[i];
        if (!table_name_equal(&first->new_name, &second->new_name) ||
            table_name_equal(&first->old_name, &second->old_name)) {
            continue;
        }
        bool is_first = !table_name_equal(&first->old_name, &first->new_name);
        const Defined *renamed = is_first ? first : second, *other = is_first ? second : first;
        Str old = renamed->old_name.table, new = renamed->new_name.table;
        Str message = arena_format(renaming->arena,
                                   "'%.*s' cannot be renamed '%.*s': the table or view at line %zu would have that "
                                   "name, too",
                                   (int)old.size, old.data, (int)new.size, new.data,
                                   source_line(source, other->statement->span.start));
        finding_trouble(findings, source, renamed->statement->name, message, STR(""));
    }
}

/* What would be edited in a frozen statement: it goes on using the old name. */
static void tell_frozen(Renaming *renaming, const Statement *statement, Findings *findings) {
    renaming->edits.list.count = 0;
    rename_in(renaming, statement);
    if (renaming->edits.list.count == 0) {
        return;
    }
    const Edit *edit = &renaming->edits.list.items[0];
    Str message = arena_format(renaming->arena,
                               "the table is renamed %.*s, but not here: a pragma keeps this statement as it is",
                               (int)edit->text.size, edit->text.data);
    finding_add(findings, (Finding){.severity = SEVERITY_WARNING,
                                    .source = renaming->script->source,
                                    .span = {edit->start, edit->end},
                                    .message = message});
}

void rename_findings(const Script *script, const Rename *renames, size_t count, Arena *arena, Findings *findings) {
    Renaming renaming = start_renaming(script, renames, count, arena);
    AllDefined all = {0};
    for (size_t i = 0; i < script->statement_count && count > 0; i++) {
        const Statement *statement = &script->statements[i];
        model_apply_use(renaming.text, statement, &renaming.current, arena);
        if (statement->is_frozen) {
            tell_frozen(&renaming, statement, findings);
        }
        if (defines(statement)) {
            add_defined(&renaming, statement, &all);
        }
    }
    tell_collisions(&renaming, &all, findings);
}
