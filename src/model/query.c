#include "model/query.h"

#include "model/name.h"
#include "syntax/lexer.h"

/* What is known of one level of parentheses. */
typedef struct Level {
    bool is_select;     /* SELECT was seen here, so FROM is a query's and no function's */
    bool is_from;       /* in a FROM clause: a comma is followed by a table */
    bool expects_table; /* the next name is a table's */
} Level;

/* A name made by WITH: the query in its parentheses does not see it yet. */
typedef struct OwnName {
    Span name;
    uint32_t from;
} OwnName;

typedef struct Scan {
    Str text;
    Span span;
    Arena *arena;
    Spans *tables;
    VECTOR(OwnName) own_names;
    VECTOR(Level) levels;
    Token previous;
} Scan;

static Level *level_of(Scan *scan) { return &scan->levels.items[scan->levels.count - 1]; }

static Token next_of(const Scan *scan, Token token) { return lex_significant(scan->text, token.end); }

/* The path that begins at first: its last token. */
static Token path_end(const Scan *scan, Token first) {
    for (;;) {
        Token dot = next_of(scan, first);
        Token name = next_of(scan, dot);
        if (dot.kind != TOKEN_DOT || dot.start >= scan->span.end) {
            return first;
        }
        first = name;
    }
}

static bool is_own_name(const Scan *scan, Span name) {
    Str value = identifier_value(scan->text, name, scan->arena);
    for (size_t i = 0; i < scan->own_names.count; i++) {
        const OwnName *own = &scan->own_names.items[i];
        if (name.start >= own->from && str_equal(value, identifier_value(scan->text, own->name, scan->arena))) {
            return true;
        }
    }
    return false;
}

/* The last token of the table's path. */
static Token take_table(Scan *scan, Token first) {
    Token last = path_end(scan, first);
    Span name = {first.start, last.end};
    bool is_function = next_of(scan, last).kind == TOKEN_LEFT_PAREN;
    level_of(scan)->expects_table = false;
    if (!is_function && !is_own_name(scan, name)) {
        *vector_add(scan->arena, scan->tables) = name;
    }
    return last;
}

/* What stands behind the name's list of columns, ( a, b ), if it has one. */
static Token behind_columns(const Scan *scan, Token name) {
    Token token = next_of(scan, name);
    if (token.kind != TOKEN_LEFT_PAREN) {
        return token;
    }
    do {
        token = next_of(scan, token);
    } while (token_is_name(token) || token.kind == TOKEN_COMMA);
    return token.kind == TOKEN_RIGHT_PAREN ? next_of(scan, token) : token;
}

/* WITH name AS ( …: what `name AS (` stands for elsewhere (a window) is no table either. */
static bool is_with_name(const Scan *scan, Token name) {
    Token as = behind_columns(scan, name);
    return as.kind == TOKEN_AS && next_of(scan, as).kind == TOKEN_LEFT_PAREN;
}

/* Behind the parentheses of name AS ( … ). */
static uint32_t end_of_with(const Scan *scan, Token name) {
    Token token = next_of(scan, behind_columns(scan, name));
    for (size_t depth = 0; token.start < scan->span.end; token = next_of(scan, token)) {
        depth += token.kind == TOKEN_LEFT_PAREN;
        if (token.kind == TOKEN_RIGHT_PAREN && --depth == 0) {
            break;
        }
    }
    return token.end;
}

static void take_word(Scan *scan, Token token) {
    Level *level = level_of(scan);
    switch (token.kind) {
    case TOKEN_SELECT:
        *level = (Level){.is_select = true};
        break;
    case TOKEN_FROM:
        if (level->is_select && scan->previous.kind != TOKEN_DISTINCT) {
            level->is_from = level->expects_table = true;
        }
        break;
    case TOKEN_JOIN:
        level->expects_table = true;
        break;
    case TOKEN_COMMA:
        level->expects_table = level->is_from;
        break;
    case TOKEN_UNNEST:
    case TOKEN_VALUES:
        level->expects_table = false;
        break;
    case TOKEN_WHERE:
    case TOKEN_GROUP:
    case TOKEN_HAVING:
    case TOKEN_ORDER:
    case TOKEN_LIMIT:
    case TOKEN_OFFSET:
    case TOKEN_FETCH:
    case TOKEN_WINDOW:
    case TOKEN_QUALIFY:
    case TOKEN_UNION:
    case TOKEN_INTERSECT:
    case TOKEN_EXCEPT:
    case TOKEN_MINUS:
        level->is_from = level->expects_table = false;
        break;
    default:
        break;
    }
}

static void open_level(Scan *scan) {
    bool expects_table = level_of(scan)->expects_table;
    level_of(scan)->expects_table = false;
    *vector_add(scan->arena, &scan->levels) = (Level){.is_from = expects_table, .expects_table = expects_table};
}

static Token take(Scan *scan, Token token) {
    if (token.kind == TOKEN_LEFT_PAREN) {
        open_level(scan);
    } else if (token.kind == TOKEN_RIGHT_PAREN) {
        scan->levels.count -= scan->levels.count > 1;
    } else if (token_is_name(token) && is_with_name(scan, token)) {
        *vector_add(scan->arena, &scan->own_names) = (OwnName){token_span(token), end_of_with(scan, token)};
    } else if (token_is_name(token) && (level_of(scan)->expects_table || scan->previous.kind == TOKEN_TABLE)) {
        return take_table(scan, token);
    } else {
        take_word(scan, token);
    }
    return token;
}

void query_tables(Str text, Span span, Arena *arena, Spans *tables) {
    Scan scan = {.text = text, .span = span, .arena = arena, .tables = tables};
    vector_add(arena, &scan.levels);
    Token token = lex_significant(text, span.start);
    while (token.start < span.end) {
        scan.previous = take(&scan, token);
        token = lex_significant(text, scan.previous.end);
    }
}
