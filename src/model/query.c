#include "model/query.h"

#include "model/name.h"
#include "name_index.h"
#include "syntax/lexer.h"
#include "syntax/tree.h"

/* What is known of one level of parentheses. */
typedef struct Level {
    bool is_select;     /* SELECT was seen here, so FROM is a query's and no function's */
    bool is_from;       /* in a FROM clause: a comma is followed by a table */
    bool expects_table; /* the next name is a table's */
    Span own_name;      /* that WITH gives to these parentheses, which do not see it themselves */
} Level;

typedef struct Scan {
    Str text;
    Span span;
    Arena *arena;
    Spans *tables;
    NameIndex *own_names;    /* those of WITH whose parentheses are closed; NULL before the first */
    Span own_name;           /* one whose parentheses are to come, … */
    uint32_t own_name_start; /* … and where */
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
    return scan->own_names != NULL &&
           name_index_get(scan->own_names, identifier_value(scan->text, name, scan->arena)) != SIZE_MAX;
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
static bool take_with_name(Scan *scan, Token name) {
    Token as = behind_columns(scan, name), open = next_of(scan, as);
    bool is_it = as.kind == TOKEN_AS && open.kind == TOKEN_LEFT_PAREN;
    if (is_it) {
        scan->own_name = token_span(name);
        scan->own_name_start = open.start;
    }
    return is_it;
}

bool begins_clause_behind_from(uint16_t kind) {
    switch (kind) {
    case TOKEN_WHERE:
    case TOKEN_GROUP:
    case TOKEN_HAVING:
    case TOKEN_ORDER:
    case TOKEN_LIMIT:
    case TOKEN_OFFSET:
    case TOKEN_FETCH:
    case TOKEN_WINDOW:
    case TOKEN_QUALIFY:
        return true;
    default:
        return false;
    }
}

bool joins_queries(uint16_t kind) {
    return kind == TOKEN_UNION || kind == TOKEN_INTERSECT || kind == TOKEN_EXCEPT || kind == TOKEN_MINUS;
}

static void take_word(Scan *scan, Token token) {
    Level *level = level_of(scan);
    switch (token.kind) {
    case TOKEN_SELECT:
        *level = (Level){.is_select = true, .own_name = level->own_name};
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
    default:
        if (begins_clause_behind_from(token.kind) || joins_queries(token.kind)) {
            level->is_from = level->expects_table = false;
        }
        break;
    }
}

static void open_level(Scan *scan, Token parenthesis) {
    bool expects_table = level_of(scan)->expects_table;
    bool has_name = !span_is_empty(scan->own_name) && parenthesis.start == scan->own_name_start;
    level_of(scan)->expects_table = false;
    *vector_add(scan->arena, &scan->levels) = (Level){.is_from = expects_table,
                                                      .expects_table = expects_table,
                                                      .own_name = has_name ? scan->own_name : SPAN_NONE};
}

static void close_level(Scan *scan) {
    Span name = level_of(scan)->own_name;
    if (!span_is_empty(name)) {
        scan->own_names = scan->own_names ? scan->own_names : name_index_new(scan->arena);
        name_index_set(scan->own_names, identifier_value(scan->text, name, scan->arena), 0, scan->arena);
    }
    scan->levels.count -= scan->levels.count > 1;
}

static Token take(Scan *scan, Token token) {
    if (token.kind == TOKEN_LEFT_PAREN) {
        open_level(scan, token);
    } else if (token.kind == TOKEN_RIGHT_PAREN) {
        close_level(scan);
    } else if (token_is_name(token) && take_with_name(scan, token)) {
        return token;
    } else if (token_is_name(token) && (level_of(scan)->expects_table || scan->previous.kind == TOKEN_TABLE)) {
        return take_table(scan, token);
    } else {
        take_word(scan, token);
    }
    return token;
}

/* Names in backticks with a dot between them, and nothing else. */
static bool is_quoted_path(Str path) {
    size_t at = 0;
    for (;;) {
        const char *end = at < path.size && path.data[at] == '`'
                              ? memchr(path.data + at + 1, '`', path.size - at - 1)
                              : NULL;
        if (end == NULL) {
            return false;
        }
        at = (size_t)(end - path.data) + 1;
        if (at == path.size || path.data[at] != '.') {
            return at == path.size;
        }
        at++;
    }
}

bool query_is_copy(Str text, Span span, Span *table) {
    Str head = STR("SELECT * FROM "), query = {text.data + span.start, span.end - span.start};
    if (!str_has_prefix(query, head)) {
        return false;
    }
    *table = (Span){span.start + (uint32_t)head.size, span.end};
    return is_quoted_path(str_from(query, head.size));
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
