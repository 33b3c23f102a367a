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

/* The last three parts of a path. */
typedef struct PathEnd {
    Str parts[3];
    size_t count;
} PathEnd;

static void add_part(PathEnd *path, Str part) {
    path->parts[0] = path->parts[1];
    path->parts[1] = path->parts[2];
    path->parts[2] = part;
    path->count++;
}

static TableName completed(const PathEnd *path, const TableName *current) {
    return (TableName){.catalog = path->count > 2 ? path->parts[0] : current->catalog,
                       .database = path->count > 1 ? path->parts[1] : current->database,
                       .table = path->parts[2]};
}

/* A path of quoted names with nothing but dots between them, as SMT writes it: the name that begins at `at`. Empty when
 * it is none of that kind. */
static Str next_quoted(Str path, size_t at) {
    const char *end =
        at + 1 < path.size && path.data[at] == '`' ? memchr(path.data + at + 1, '`', path.size - at - 1) : NULL;
    bool is_whole = end != NULL && (end + 1 == path.data + path.size || end[1] == '.');
    return is_whole ? (Str){path.data + at + 1, (size_t)(end - path.data) - at - 1} : STR("");
}

static bool quoted_path(Str path, PathEnd *names) {
    size_t at = 0;
    while (at < path.size) {
        Str part = next_quoted(path, at);
        if (part.size == 0) {
            return false;
        }
        add_part(names, part);
        at += part.size + 3;
    }
    return at == path.size + 1;
}

TableName table_name(Str text, Span span, const TableName *current, Arena *arena) {
    PathEnd quoted = {0}, path = {0};
    if (quoted_path((Str){text.data + span.start, span.end - span.start}, &quoted)) {
        return completed(&quoted, current);
    }
    for (Token token = lex_significant(text, span.start); token.start < span.end;
         token = lex_significant(text, token.end)) {
        if (token.kind != TOKEN_DOT) {
            add_part(&path, identifier_value(text, token_span(token), arena));
        }
    }
    return completed(&path, current);
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
    return str_mix(str_mix(str_mix(0, name->table), name->database), name->catalog);
}
