#include "postgres/sql.h"

#include <stdlib.h>

#include "postgres/parse.h"

typedef VECTOR(Str) Names;

typedef struct Walk {
    Arena *arena;
    SqlStatement *statement;
    Names with_names; /* sorted */
} Walk;

/* ---- Names of WITH ----------------------------------------------------------------------------------------------- */

static void gather_with_names(Walk *walk, const json_t *node) {
    const char *key;
    json_t *value;
    size_t index;
    Str name = node_text(json_object_get(node, "CommonTableExpr"), "ctename");
    if (name.size > 0) {
        *vector_add(walk->arena, &walk->with_names) = name;
    }
    json_object_foreach((json_t *)node, key, value) {
        gather_with_names(walk, value);
    }
    json_array_foreach(node, index, value) {
        gather_with_names(walk, value);
    }
}

static int compare_names(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

static bool is_with_name(const Walk *walk, Str name) {
    const Names *names = &walk->with_names;
    return names->count > 0 && bsearch(&name, names->items, names->count, sizeof name, compare_names) != NULL;
}

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

typedef enum Access { ACCESS_READ, ACCESS_WRITE } Access;

static void add_table(Walk *walk, const json_t *range, Access access) {
    Str schema = node_text(range, "schemaname"), table = node_text(range, "relname");
    if (table.size == 0 || (schema.size == 0 && access == ACCESS_READ && is_with_name(walk, table))) {
        return;
    }
    SqlTable found = {arena_copy(walk->arena, schema), arena_copy(walk->arena, table)};
    if (access == ACCESS_WRITE) {
        *vector_add(walk->arena, &walk->statement->writes) = found;
    } else {
        *vector_add(walk->arena, &walk->statement->reads) = found;
    }
}

/* The statements whose "relation" is written to. */
static const struct {
    const char *name;
    SqlKind kind;
    bool writes;
} kinds[] = {
    {"SelectStmt", SQL_SELECT, false}, {"InsertStmt", SQL_INSERT, true}, {"UpdateStmt", SQL_UPDATE, true},
    {"DeleteStmt", SQL_DELETE, true},  {"MergeStmt", SQL_MERGE, true},   {"CallStmt", SQL_CALL, false},
};

enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static size_t kind_index(const char *name) {
    size_t i = 0;
    while (i < KIND_COUNT && strcmp(kinds[i].name, name) != 0) {
        i++;
    }
    return i;
}

static bool is_writing(const char *name) {
    size_t index = kind_index(name);
    return index < KIND_COUNT && kinds[index].writes;
}

/* node: what stands under `name` in the tree. */
static void walk_node(Walk *walk, const char *name, const json_t *node) {
    const char *key;
    json_t *value;
    size_t index;
    bool writes = is_writing(name);
    if (strcmp(name, "RangeVar") == 0 || strcmp(name, "relation") == 0) {
        add_table(walk, node, ACCESS_READ);
    } else if (strcmp(name, "intoClause") == 0) {
        add_table(walk, json_object_get(node, "rel"), ACCESS_WRITE);
    } else if (strcmp(name, "FuncCall") == 0) {
        walk->statement->calls_function = true;
    }
    json_object_foreach((json_t *)node, key, value) {
        if (writes && strcmp(key, "relation") == 0) {
            add_table(walk, value, ACCESS_WRITE);
        } else if (strcmp(key, "lockedRels") != 0) { /* FOR UPDATE OF: aliases */
            walk_node(walk, key, value);
        }
    }
    json_array_foreach(node, index, value) {
        walk_node(walk, "", value);
    }
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

static Span statement_place(const json_t *raw, Str text) {
    json_int_t start = json_integer_value(json_object_get(raw, "stmt_location"));
    json_int_t size = json_integer_value(json_object_get(raw, "stmt_len")); /* absent: up to the end */
    size_t end = size > 0 ? (size_t)(start + size) : text.size, first = (size_t)start;
    while (first < end && is_blank(text.data[first])) {
        first++;
    }
    return (Span){(uint32_t)first, (uint32_t)end};
}

static void add_statement(Sql *sql, const json_t *raw, Str text, Arena *arena) {
    const json_t *node, *wrapped = json_object_get(raw, "stmt");
    const char *name = node_kind(wrapped, &node);
    size_t index = kind_index(name);
    SqlStatement *statement = vector_add(arena, &sql->statements);
    statement->kind = index < KIND_COUNT ? kinds[index].kind : SQL_OTHER;
    statement->place = statement_place(raw, text);
    Walk walk = {.arena = arena, .statement = statement};
    gather_with_names(&walk, node);
    if (walk.with_names.count > 1) {
        qsort(walk.with_names.items, walk.with_names.count, sizeof *walk.with_names.items, compare_names);
    }
    walk_node(&walk, name, node);
}

typedef struct Answer {
    Sql sql;
    Arena *arena;
} Answer;

static void read_answer(const Parse *parse, void *context) {
    Answer *answer = context;
    json_t *raw;
    size_t index;
    answer->sql = (Sql){.problem = arena_copy(answer->arena, parse->problem),
                        .place = parse->place,
                        .is_opaque = parse->is_opaque};
    json_array_foreach(parse->statements, index, raw) {
        add_statement(&answer->sql, raw, parse->text, answer->arena);
    }
}

Sql sql_parse(Str text, Arena *arena) {
    Answer answer = {.arena = arena};
    parse_postgres(text, arena, read_answer, &answer);
    return answer.sql;
}
