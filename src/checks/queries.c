/* Checks of what the script's statements do with its tables. */
#include "checks/columns.h"
#include "checks/registry.h"

#include "syntax/lexer.h"

/* ---- Sources that nothing reads ---------------------------------------------------------------------------------- */

/* EXPLAIN, COMPILE PLAN and what smtpatch does not know may read a table without its being seen; so may a query whose
 * tables a template is to fill in. */
static bool may_read_unseen(const Checker *checker, const Statement *statement) {
    bool is_query =
        statement->insert_count > 0 || statement->kind == STATEMENT_QUERY || !span_is_empty(statement->query);
    if (is_query) {
        return is_placeholder(source_slice(checker->script->source, statement->span));
    }
    if (statement->kind != STATEMENT_OTHER) {
        return false;
    }
    Token first = lex_significant(checker->script->source->text, statement->span.start);
    return first.kind == TOKEN_EXPLAIN || first.kind == TOKEN_COMPILE || first.kind == TOKEN_EXECUTE;
}

/* Whether the script moves rows at all, and shows all that it reads. */
static bool tells_what_it_reads(const Checker *checker) {
    bool has_query = false;
    for (size_t i = 0; i < checker->script->statement_count; i++) {
        const Statement *statement = &checker->script->statements[i];
        if (may_read_unseen(checker, statement)) {
            return false;
        }
        has_query = has_query || statement->insert_count > 0 || statement->kind == STATEMENT_QUERY;
    }
    return has_query;
}

void check_source_not_read(Checker *checker) {
    if (!tells_what_it_reads(checker)) {
        return;
    }
    const bool *is_base = find_bases(checker);
    const CheckedTable *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        bool is_source = table->connector != NULL && table->connector->family == FAMILY_CDC;
        bool is_unread = table->written->roles == 0 && !table->written->makes_nothing;
        if (is_source && !is_base[i] && is_unread && !is_frozen(table)) {
            first = first ? first : table;
            count++;
        }
    }
    if (first != NULL) {
        Str name = shown(checker, first->written->name.table);
        Str others =
            count == 1 ? STR("") : format(checker, ", nor %zu more source%s", count - 1, count == 2 ? "" : "s");
        fire_at_table(checker, first,
                      format(checker, "no statement of this script reads %.*s%.*s", SHOW(name), SHOW(others)),
                      STR("an INSERT may have been forgotten"));
    }
}

/* ---- The number of columns of an INSERT -------------------------------------------------------------------------- */

enum { NOT_KNOWN = -1 };

typedef struct Cursor {
    Str text;
    uint32_t end;
    Token token;
} Cursor;

static void step(Cursor *cursor) { cursor->token = lex_significant(cursor->text, cursor->token.end); }
static bool is_at_end(const Cursor *cursor) {
    return cursor->token.start >= cursor->end || cursor->token.kind == TOKEN_EOF;
}
static char letter(const Cursor *cursor) { return cursor->text.data[cursor->token.start]; }

static bool is_name(Token token) { return token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER; }

static Cursor cursor_at(const Checker *checker, Span span) {
    Str text = checker->script->source->text;
    return (Cursor){.text = text, .end = span.end, .token = lex_significant(text, span.start)};
}

/* What ends a list of expressions, but for `IS DISTINCT FROM`. */
static bool ends_list(Token token, Token previous) {
    switch (token.kind) {
    case TOKEN_FROM:
        return previous.kind != TOKEN_DISTINCT;
    case TOKEN_WHERE:
    case TOKEN_UNION:
    case TOKEN_INTERSECT:
    case TOKEN_EXCEPT:
    case TOKEN_MINUS:
    case TOKEN_ORDER:
    case TOKEN_LIMIT:
    case TOKEN_OFFSET:
    case TOKEN_FETCH:
        return true;
    default:
        return false;
    }
}

/* Moves behind one expression, up to a comma, a closing parenthesis or the clause that follows. False for one that may
 * stand for several columns: *, t.*. */
static bool skip_expression(Cursor *cursor) {
    size_t depth = 0;
    bool is_first = true;
    Token previous = {0};
    while (!is_at_end(cursor)) {
        char c = letter(cursor);
        bool is_open = cursor->token.kind == TOKEN_LEFT_PAREN || c == '[' || c == '{';
        bool is_close = cursor->token.kind == TOKEN_RIGHT_PAREN || c == ']' || c == '}';
        if (depth == 0 && (cursor->token.kind == TOKEN_COMMA || ends_list(cursor->token, previous) || is_close)) {
            return true;
        }
        bool is_star = cursor->token.kind == TOKEN_OPERATOR && c == '*';
        if (depth == 0 && is_star && (is_first || previous.kind == TOKEN_DOT)) {
            return false;
        }
        depth = is_open ? depth + 1 : depth - (is_close && depth > 0);
        is_first = false;
        previous = cursor->token;
        step(cursor);
    }
    return true;
}

/* The number of expressions up to the clause that follows, a closing parenthesis or the end. */
static int count_list(Cursor *cursor) {
    for (int count = 1;; count++) {
        if (!skip_expression(cursor)) {
            return NOT_KNOWN;
        }
        if (is_at_end(cursor) || cursor->token.kind != TOKEN_COMMA) {
            return count;
        }
        step(cursor);
    }
}

/* What SELECT * of the table gives, or what an INSERT into it wants: computed columns are read and not written; so are
 * metadata columns that are VIRTUAL. */
static int count_columns(const Checker *checker, const CheckedTable *table, bool is_written) {
    if (!has_own_columns_only(table)) {
        return NOT_KNOWN;
    }
    const TableDefinition *definition = table->written->definition;
    if ((definition->summary.kinds & (1U << COLUMN_METADATA | 1U << COLUMN_COMPUTED)) == 0) {
        return (int)definition->summary.physical_count;
    }
    int count = 0;
    const Column *columns = written_columns(checker, table->written);
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &columns[i];
        bool is_read_only = column->kind == COLUMN_COMPUTED || (column->kind == COLUMN_METADATA && column->is_virtual);
        bool is_column = column->kind == COLUMN_PHYSICAL || column->kind == COLUMN_METADATA || is_read_only;
        count += is_column && !(is_written && is_read_only);
    }
    return count;
}

static const CheckedTable *table_named(const Checker *checker, Span name, const TableName *current, uint32_t offset) {
    TableName full = table_name(checker->script->source->text, name, current, checker->arena);
    const Table *table = model_find(checker->model, &full, offset);
    return table != NULL && table->statement->span.start < offset ? &checker->tables[table - checker->model->tables]
                                                                  : NULL;
}

/* Behind `SELECT *`: FROM one table, with an alias or a hint at most, then nothing or WHERE. */
static int count_star(const Checker *checker, Cursor *cursor, const TableName *current, uint32_t offset) {
    step(cursor);
    if (is_at_end(cursor) || cursor->token.kind != TOKEN_FROM) {
        return NOT_KNOWN;
    }
    step(cursor);
    Span name = token_span(cursor->token);
    for (bool wants_name = true;
         !is_at_end(cursor) && (wants_name ? is_name(cursor->token) : cursor->token.kind == TOKEN_DOT);
         wants_name = !wants_name) {
        name.end = cursor->token.end;
        step(cursor);
    }
    while (!is_at_end(cursor) && (cursor->token.kind == TOKEN_AS || is_name(cursor->token))) {
        step(cursor);
    }
    if (!is_at_end(cursor) && cursor->token.kind != TOKEN_WHERE) {
        return NOT_KNOWN;
    }
    const CheckedTable *table = table_named(checker, name, current, offset);
    return table ? count_columns(checker, table, false) : NOT_KNOWN;
}

static int count_select(const Checker *checker, Cursor *cursor, const TableName *current, uint32_t offset) {
    step(cursor);
    while (cursor->token.kind == TOKEN_DISTINCT || cursor->token.kind == TOKEN_ALL) {
        step(cursor);
    }
    if (cursor->token.kind == TOKEN_HINT_BEGIN) {
        return NOT_KNOWN;
    }
    if (cursor->token.kind == TOKEN_OPERATOR && letter(cursor) == '*') {
        return count_star(checker, cursor, current, offset);
    }
    return count_list(cursor);
}

/* The first row that has another number of values than are wanted, else the number of the last. */
static int count_rows(Cursor *cursor, int wanted) {
    int count = NOT_KNOWN;
    do {
        step(cursor);
        if (is_at_end(cursor) || cursor->token.kind != TOKEN_LEFT_PAREN) {
            return NOT_KNOWN;
        }
        step(cursor);
        count = count_list(cursor);
        if (count != wanted || is_at_end(cursor)) {
            return count;
        }
        step(cursor);
    } while (!is_at_end(cursor) && cursor->token.kind == TOKEN_COMMA);
    return is_at_end(cursor) ? count : NOT_KNOWN;
}

static int count_given(const Checker *checker, const Insert *insert, const TableName *current, int wanted) {
    Cursor cursor = cursor_at(checker, insert->query);
    if (cursor.token.kind == TOKEN_SELECT) {
        return count_select(checker, &cursor, current, insert->span.start);
    }
    return cursor.token.kind == TOKEN_VALUES ? count_rows(&cursor, wanted) : NOT_KNOWN;
}

/* PARTITION (...) gives values of its own, and a hint may hold anything. */
static bool is_plain(const Checker *checker, const Insert *insert) {
    Token next = lex_significant(checker->script->source->text, insert->target.end);
    uint32_t expected = span_is_empty(insert->columns) ? insert->query.start : insert->columns.start;
    return next.start == expected;
}

static int count_wanted(const Checker *checker, const Insert *insert, const TableName *current) {
    if (!span_is_empty(insert->columns)) {
        uint32_t offset = insert->columns.start;
        Str name;
        int count = 0;
        while (next_column_name(checker, insert->columns, &offset, &name)) {
            count++;
        }
        return count;
    }
    const CheckedTable *table = table_named(checker, insert->target, current, insert->span.start);
    return table ? count_columns(checker, table, true) : NOT_KNOWN;
}

static Str columns_text(const Checker *checker, int count) {
    return format(checker, "%d column%s", count, count == 1 ? "" : "s");
}

/* Whether the flow, which is the INSERT's, copies a table to one that has as many columns, as SMT writes it. */
static bool copies_all(const Checker *checker, const Insert *insert, const Flow *flow) {
    if (!flow->copies || flow->target == NULL || !span_is_empty(insert->columns) ||
        skip_sql_blanks(checker->script->source->text, insert->target.end) != insert->query.start) {
        return false;
    }
    const CheckedTable *tables = checker->tables;
    int given = count_columns(checker, &tables[flow->sources[0] - checker->model->tables], false);
    return given != NOT_KNOWN && given == count_columns(checker, &tables[flow->target - checker->model->tables], true);
}

static void check_insert(Checker *checker, const Insert *insert, const TableName *current) {
    int wanted = is_plain(checker, insert) ? count_wanted(checker, insert, current) : NOT_KNOWN;
    int given = wanted == NOT_KNOWN ? NOT_KNOWN : count_given(checker, insert, current, wanted);
    if (given == NOT_KNOWN || given == wanted) {
        return;
    }
    Str target = shown(checker, source_slice(checker->script->source, insert->target)),
        columns = columns_text(checker, wanted);
    bool has_list = !span_is_empty(insert->columns);
    fire_at(checker, insert->target,
            format(checker, "%.*s%s %.*s, but the query gives %d", SHOW(target), has_list ? " is given" : " has",
                   SHOW(columns), given),
            STR("columns are matched by their position, not by name"));
}

static bool alters_tables(const Checker *checker) {
    Str text = checker->script->source->text;
    for (size_t i = 0; i < checker->script->statement_count; i++) {
        const Statement *statement = &checker->script->statements[i];
        bool may_alter = statement->kind == STATEMENT_OTHER || statement->kind == STATEMENT_WITH_OPTIONS;
        Token first = may_alter ? lex_significant(text, statement->span.start) : (Token){0};
        if (may_alter && first.kind == TOKEN_ALTER) {
            return true;
        }
    }
    return false;
}

void check_insert_column_count(Checker *checker) {
    const Script *script = checker->script;
    if (alters_tables(checker)) {
        return;
    }
    TableName current = DEFAULT_TABLE_NAME;
    const Model *model = checker->model;
    size_t next = 0; /* the flow of the INSERT at hand: they come in the same order */
    for (size_t i = 0; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        model_apply_use(checker->script->source->text, statement, &current, checker->arena);
        for (uint32_t j = 0; j < statement->insert_count && !statement->is_frozen; j++) {
            const Insert *insert = &statement->inserts[j];
            while (next < model->flow_count && model->flows[next].insert != insert) {
                next++;
            }
            if (next == model->flow_count || !copies_all(checker, insert, &model->flows[next])) {
                check_insert(checker, insert, &current);
            }
        }
    }
}
