#include "model/qualifiers.h"

#include "name_index.h"
#include "syntax/lexer.h"
#include "syntax/tree.h"

enum { NO_SOURCE = SIZE_MAX };

/* A SELECT, or what parentheses hold. */
typedef struct Scope {
    size_t parent;
    size_t last;  /* the source that an alias would be for, or NO_SOURCE */
    bool is_from; /* in a FROM clause */
} Scope;

/* What a FROM clause gives a name to. */
typedef struct QuerySource {
    TableName name; /* of an alias only the table */
    size_t scope;
    size_t table;   /* NO_SOURCE: it is an alias */
    size_t next;    /* of its scope and name, added before it; or NO_SOURCE */
    bool is_hidden; /* behind an alias */
} QuerySource;

typedef struct Walk {
    Str text;
    Span query;
    const TableName *current;
    const Spans *tables;
    Arena *arena;
    Qualifiers *out; /* NULL while the sources are gathered */
    size_t next_table;
    Token previous;
    VECTOR(Scope) scopes;
    VECTOR(size_t) open; /* scopes of the open parentheses, and the query's own first */
    VECTOR(QuerySource) sources;
    VECTOR(NameIndex *) names; /* of each scope's sources by their tables; NULL where there are none */
} Walk;

static Token next_of(const Walk *walk, Token token) { return lex_significant(walk->text, token.end); }

static Str value_of(const Walk *walk, Token name) {
    return identifier_value(walk->text, token_span(name), walk->arena);
}

static size_t *scope_number(Walk *walk) { return &walk->open.items[walk->open.count - 1]; }

static Scope *scope_of(Walk *walk) { return &walk->scopes.items[*scope_number(walk)]; }

static size_t add_scope(Walk *walk, size_t parent) {
    *vector_add(walk->arena, &walk->scopes) = (Scope){.parent = parent, .last = NO_SOURCE};
    return walk->scopes.count - 1;
}

/* FROM (a JOIN b ON …): its names are the query's, too. */
static bool holds_join(Walk *walk, Token parenthesis) {
    int previous = walk->previous.kind, next = next_of(walk, parenthesis).kind;
    bool may_be_table = previous == TOKEN_FROM || previous == TOKEN_COMMA || previous == TOKEN_JOIN;
    bool is_query = next == TOKEN_SELECT || next == TOKEN_WITH || next == TOKEN_VALUES || next == TOKEN_LEFT_PAREN;
    return scope_of(walk)->is_from && may_be_table && !is_query;
}

static void open_scope(Walk *walk, Token parenthesis) {
    size_t outer = *scope_number(walk);
    size_t inner = holds_join(walk, parenthesis) ? outer : add_scope(walk, outer);
    *vector_add(walk->arena, &walk->open) = inner;
}

static void enter_clause(Walk *walk, bool is_from) {
    scope_of(walk)->is_from = is_from;
    scope_of(walk)->last = NO_SOURCE;
}

static void take_word(Walk *walk, Token token) {
    switch (token.kind) {
    case TOKEN_LEFT_PAREN:
        open_scope(walk, token);
        break;
    case TOKEN_RIGHT_PAREN:
        walk->open.count -= walk->open.count > 1;
        break;
    case TOKEN_FROM:
        enter_clause(walk, walk->previous.kind != TOKEN_DISTINCT);
        break;
    case TOKEN_COMMA:
    case TOKEN_JOIN:
        scope_of(walk)->last = NO_SOURCE;
        break;
    case TOKEN_SELECT:
        enter_clause(walk, false);
        break;
    default:
        if (joins_queries(token.kind)) {
            *scope_number(walk) = add_scope(walk, scope_of(walk)->parent);
        } else if (begins_clause_behind_from(token.kind)) {
            enter_clause(walk, false);
        }
        break;
    }
}

static bool is_alias(Walk *walk, Token token) {
    Token previous = walk->previous;
    bool is_behind_hint = previous.kind == TOKEN_COMMENT_END;
    bool may_follow =
        previous.kind == TOKEN_AS || previous.kind == TOKEN_RIGHT_PAREN || is_behind_hint || token_is_name(previous);
    return token_is_name(token) && scope_of(walk)->is_from && may_follow && next_of(walk, token).kind != TOKEN_DOT;
}

static void add_source(Walk *walk, QuerySource source) {
    source.scope = *scope_number(walk);
    while (walk->names.count <= source.scope) {
        *vector_add(walk->arena, &walk->names) = NULL;
    }
    NameIndex **names = &walk->names.items[source.scope];
    *names = *names ? *names : name_index_new(walk->arena);
    source.next = name_index_get(*names, source.name.table);
    name_index_set(*names, source.name.table, walk->sources.count, walk->arena);
    *vector_add(walk->arena, &walk->sources) = source;
}

static void add_alias(Walk *walk, Token token) {
    size_t last = scope_of(walk)->last;
    if (last != NO_SOURCE) {
        walk->sources.items[last].is_hidden = true;
    }
    add_source(walk, (QuerySource){.name = {.table = value_of(walk, token)}, .table = NO_SOURCE});
}

/* The nearest source with the name, or with the whole path when it is one. */
static const QuerySource *find_source(Walk *walk, Span path, bool is_path) {
    TableName name = table_name(walk->text, path, walk->current, walk->arena);
    const QuerySource *found = NULL;
    for (size_t scope = *scope_number(walk); scope != NO_SOURCE && found == NULL;
         scope = walk->scopes.items[scope].parent) {
        const NameIndex *names = scope < walk->names.count ? walk->names.items[scope] : NULL;
        size_t number = names != NULL ? name_index_get(names, name.table) : NO_SOURCE;
        for (; number != NO_SOURCE; number = walk->sources.items[number].next) {
            const QuerySource *source = &walk->sources.items[number];
            bool is_it = !is_path || table_name_equal(&source->name, &name);
            found = is_it && !source->is_hidden ? source : found; /* the first of them is the last here */
        }
    }
    return found;
}

/* The path of a column, from its first name on: what stands before one of its dots may be a table. */
static void take_column(Walk *walk, Token first) {
    Token name = first;
    for (int parts = 1; parts <= 3 && next_of(walk, name).kind == TOKEN_DOT; parts++) {
        const QuerySource *source = find_source(walk, span_between(first, name), parts > 1);
        if (source != NULL) {
            if (source->table != NO_SOURCE) {
                *vector_add(walk->arena, walk->out) = (Qualifier){token_span(name), source->table};
            }
            return;
        }
        name = next_of(walk, next_of(walk, name));
    }
}

static bool is_table(const Walk *walk, Token token) {
    return walk->next_table < walk->tables->count && walk->tables->items[walk->next_table].start == token.start;
}

/* Returns where the table's path ends. */
static uint32_t take_table(Walk *walk) {
    Span path = walk->tables->items[walk->next_table];
    if (walk->out == NULL) {
        TableName name = table_name(walk->text, path, walk->current, walk->arena);
        scope_of(walk)->last = walk->sources.count;
        add_source(walk, (QuerySource){.name = name, .table = walk->next_table});
    }
    walk->next_table++;
    return path.end;
}

static void walk_query(Walk *walk) {
    walk->scopes.count = walk->open.count = walk->next_table = 0;
    *vector_add(walk->arena, &walk->open) = add_scope(walk, NO_SOURCE);
    walk->previous = (Token){0};
    for (Token token = lex_significant(walk->text, walk->query.start); token.start < walk->query.end;
         token = next_of(walk, walk->previous)) {
        if (is_table(walk, token)) {
            walk->previous = (Token){token.start, take_table(walk), TOKEN_IDENTIFIER};
            continue;
        }
        if (walk->out == NULL && is_alias(walk, token)) {
            add_alias(walk, token);
        } else if (walk->out != NULL && token_is_name(token) && walk->previous.kind != TOKEN_DOT) {
            take_column(walk, token);
        }
        take_word(walk, token);
        walk->previous = token;
    }
}

void query_qualifiers(Str text, Span query, const TableName *current, const Spans *tables, Arena *arena,
                      Qualifiers *out) {
    Walk walk = {.text = text, .query = query, .current = current, .tables = tables, .arena = arena};
    walk_query(&walk);
    walk.out = out;
    walk_query(&walk);
}
