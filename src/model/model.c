#include "model/model.h"

#include "model/query.h"

typedef struct Build {
    Model *model;
    Arena *arena;
    TableName current; /* the catalog and database in force */
} Build;

static size_t bucket_of(const Model *model, const TableName *name) {
    uint64_t hash = table_name_hash(name);
    return (size_t)(hash ^ (hash >> 32)) & (model->bucket_count - 1);
}

Table *model_find(const Model *model, const TableName *name, uint32_t offset) {
    Table *after = NULL;
    for (Table *table = model->buckets[bucket_of(model, name)]; table != NULL; table = table->same_bucket) {
        if (!table_name_equal(&table->name, name)) {
            continue;
        }
        if (table->statement->span.start < offset) {
            return table; /* buckets are searched from the script's end */
        }
        after = table;
    }
    return after;
}

static void apply_use(Build *build, const Statement *statement) {
    Str text = build->model->script->source->text;
    if (statement->kind == STATEMENT_USE_CATALOG) {
        build->current.catalog = identifier_value(text, statement->name, build->arena);
        build->current.database = STR("");
    } else if (statement->kind == STATEMENT_USE_DATABASE) {
        TableName shifted = {.catalog = STR(""), .database = build->current.catalog};
        TableName name = table_name(text, statement->name, &shifted, build->arena);
        build->current.catalog = name.database;
        build->current.database = name.table;
    }
}

/* An ancestor that comes later in the script is none: Flink would not know it yet. */
static void link_like(Build *build, Table *table) {
    const TableDefinition *definition = table->definition;
    if (span_is_empty(definition->like) || !definition->takes_like_options) {
        return;
    }
    Str text = build->model->script->source->text;
    TableName name = table_name(text, definition->like, &build->current, build->arena);
    Table *like = model_find(build->model, &name, table->statement->span.start);
    if (like != NULL && like < table && like->like_depth < LIKE_DEPTH_MAX) {
        table->like = like;
        table->like_depth = like->like_depth + 1;
    }
}

static void add_table(Build *build, const Statement *statement) {
    Model *model = build->model;
    Table *table = &model->tables[model->table_count];
    table->statement = statement;
    table->definition = statement->table;
    table->name = table_name(model->script->source->text, statement->table->name, &build->current, build->arena);
    link_like(build, table);
    size_t bucket = bucket_of(model, &table->name);
    table->same_bucket = model->buckets[bucket];
    model->buckets[bucket] = table;
    model->table_count++;
}

static void add_role(Build *build, Span name, unsigned role, uint32_t offset) {
    TableName full = table_name(build->model->script->source->text, name, &build->current, build->arena);
    Table *table = model_find(build->model, &full, offset);
    if (table != NULL) {
        table->roles |= role;
    }
}

static void add_reads(Build *build, Span query, uint32_t offset) {
    Spans names = {0};
    query_tables(build->model->script->source->text, query, build->arena, &names);
    for (size_t i = 0; i < names.count; i++) {
        add_role(build, names.items[i], ROLE_SOURCE, offset);
    }
}

static void add_roles(Build *build, const Statement *statement) {
    uint32_t offset = statement->span.start;
    if (!span_is_empty(statement->query)) {
        add_reads(build, statement->query, offset);
        if (statement->kind == STATEMENT_CREATE_TABLE) {
            add_role(build, statement->name, ROLE_SINK, statement->span.end);
        }
    } else if (statement->kind == STATEMENT_QUERY) {
        add_reads(build, statement->span, offset);
    }
    for (uint32_t i = 0; i < statement->insert_count; i++) {
        const Insert *insert = &statement->inserts[i];
        add_role(build, insert->target, ROLE_SINK, offset);
        add_reads(build, insert->query, offset);
    }
}

static void start_names(Build *build) {
    build->current = (TableName){.catalog = STR("default_catalog"), .database = STR("default_database")};
}

/* Tables first, so that a script whose queries stand before its tables has its roles too. */
static void build_tables(Build *build) {
    const Script *script = build->model->script;
    start_names(build);
    for (size_t i = 0; i < script->statement_count; i++) {
        apply_use(build, &script->statements[i]);
        if (script->statements[i].kind == STATEMENT_CREATE_TABLE) {
            add_table(build, &script->statements[i]);
        }
    }
}

static void build_roles(Build *build) {
    const Script *script = build->model->script;
    start_names(build);
    for (size_t i = 0; i < script->statement_count; i++) {
        apply_use(build, &script->statements[i]);
        add_roles(build, &script->statements[i]);
    }
}

static size_t count_tables(const Script *script) {
    size_t count = 0;
    for (size_t i = 0; i < script->statement_count; i++) {
        count += script->statements[i].kind == STATEMENT_CREATE_TABLE;
    }
    return count;
}

Model *model_build(const Script *script, Arena *arena) {
    Model *model = arena_new(arena, Model);
    size_t count = count_tables(script);
    *model = (Model){.script = script, .bucket_count = 16};
    while (model->bucket_count < count * 2) {
        model->bucket_count *= 2;
    }
    model->tables = arena_array(arena, count, sizeof *model->tables);
    model->buckets = arena_array(arena, model->bucket_count, sizeof *model->buckets);
    Build build = {.model = model, .arena = arena};
    build_tables(&build);
    build_roles(&build);
    return model;
}
