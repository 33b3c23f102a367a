#include "model/model.h"

#include "model/query.h"
#include "prefetch.h"
#include "syntax/lexer.h"

typedef struct Build {
    Model *model;
    Arena *arena;
    TableName current; /* the catalog and database in force */
    size_t read_mark;  /* of the query at hand */
    size_t next;       /* behind the table that was found last */
    VECTOR(Flow) flows;
    size_t job;        /* the newest */
    bool is_in_set;    /* between BEGIN STATEMENT SET and END */
} Build;

static size_t bucket_of(const Model *model, uint64_t hash) {
    return (size_t)(hash ^ (hash >> 32)) & (model->bucket_count - 1);
}

/* The first table of that name so far, or NULL. */
static Table *first_of_name(const Model *model, const TableName *name, uint64_t hash) {
    Table *table = model->buckets[bucket_of(model, hash)];
    while (table != NULL && (table->name_hash != hash || !table_name_equal(&table->name, name))) {
        table = table->same_bucket;
    }
    return table;
}

/* The last of the name before `offset`, or the first one; `first` is the first of the name, or NULL. */
static Table *last_before(Table *first, uint32_t offset) {
    size_t low = 0, high = first != NULL ? first->same_name.count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (first->same_name.items[middle]->statement->span.start < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? first->same_name.items[low - 1] : first;
}

Table *model_find(const Model *model, const TableName *name, uint32_t offset) {
    return last_before(first_of_name(model, name, table_name_hash(name)), offset);
}

/* The same. Statements mostly speak of tables in the order in which they were defined: so the one behind the last that
 * was asked for is at hand, and the index is far away. */
static Table *find_next(Build *build, const TableName *name, uint32_t offset) {
    Model *model = build->model;
    Table *next = build->next < model->table_count ? &model->tables[build->next] : NULL;
    bool is_it = next != NULL && !next->is_repeated && table_name_equal(&next->name, name);
    Table *first = is_it ? next : first_of_name(model, name, table_name_hash(name));
    build->next = first != NULL ? (size_t)(first - model->tables) + 1 : build->next;
    return last_before(first, offset);
}

void model_apply_use(Str text, const Statement *statement, TableName *current, Arena *arena) {
    if (statement->kind == STATEMENT_USE_CATALOG) {
        current->catalog = identifier_value(text, statement->name, arena);
        current->database = STR("");
    } else if (statement->kind == STATEMENT_USE_DATABASE) {
        use_database(text, statement->name, current, arena);
    }
}

/* An ancestor that comes later in the script is none: Flink would not know it yet. */
static void link_like(Build *build, Table *table) {
    const TableDefinition *definition = table->definition;
    if (span_is_empty(definition->like)) {
        return;
    }
    Str text = build->model->script->source->text;
    TableName *name = arena_new(build->arena, TableName);
    *name = table_name(text, definition->like, &build->current, build->arena);
    table->like_name = name;
    Table *like = definition->takes_like_options
                      ? model_find(build->model, table->like_name, table->statement->span.start)
                      : NULL;
    if (like != NULL && like < table && like->like_depth < LIKE_DEPTH_MAX) {
        table->like = like;
        build->model->has_like = true;
        table->like_depth = like->like_depth + 1;
    }
}

Table table_alone(Str text, const Statement *statement, const TableName *current, Arena *arena) {
    return (Table){.statement = statement,
                   .definition = statement->table,
                   .name = table_name(text, statement->table->name, current, arena)};
}

bool model_is_conditional(Str text, const Statement *statement) {
    Token token = lex_significant(text, statement->span.start);
    while (token.start < statement->name.start && token.kind != TOKEN_IF) {
        token = lex_significant(text, token.end);
    }
    return token.kind == TOKEN_IF;
}

static void add_table(Build *build, const Statement *statement) {
    Model *model = build->model;
    Table *table = &model->tables[model->table_count];
    *table = table_alone(model->script->source->text, statement, &build->current, build->arena);
    table->name_hash = table_name_hash(&table->name);
    link_like(build, table);
    Table *first = first_of_name(model, &table->name, table->name_hash);
    if (first == NULL) {
        Table **bucket = &model->buckets[bucket_of(model, table->name_hash)];
        table->same_bucket = *bucket;
        *bucket = table;
    } else {
        table->is_repeated = true;
        table->makes_nothing = model_is_conditional(model->script->source->text, statement);
        if (!table->makes_nothing) {
            *vector_add(build->arena, &first->same_name) = table;
        }
    }
    model->table_count++;
}

typedef VECTOR(Table *) Tables;

static View *find_view(const Model *model, const TableName *name, uint32_t offset) {
    View *view = model->has_views ? model->view_buckets[bucket_of(model, table_name_hash(name))] : NULL;
    for (; view != NULL; view = view->same_bucket) {
        if (view->offset < offset && table_name_equal(&view->name, name)) {
            return view;
        }
    }
    return NULL;
}

/* The mark tells which tables this query was seen to read already. */
static void add_source(Build *build, Tables *sources, Table *table) {
    if (table->read_mark != build->read_mark) {
        table->read_mark = build->read_mark;
        *vector_add(build->arena, sources) = table;
    }
}

typedef struct Reading {
    Tables sources;
    bool reads_others; /* tables that the script does not define */
    bool reads_view;
} Reading;

static void read_from(Build *build, Span path, uint32_t offset, Reading *reading) {
    TableName name = table_name(build->model->script->source->text, path, &build->current, build->arena);
    const View *view = find_view(build->model, &name, offset);
    Table *table = view ? NULL : find_next(build, &name, offset);
    for (size_t i = 0; view != NULL && i < view->source_count; i++) {
        add_source(build, &reading->sources, view->sources[i]);
    }
    if (table != NULL) {
        table->roles |= ROLE_SOURCE;
        add_source(build, &reading->sources, table);
    }
    reading->reads_view = reading->reads_view || view != NULL;
    reading->reads_others = reading->reads_others || (view == NULL && table == NULL);
}

/* The tables that a query leads to; each becomes a source. */
static Reading find_sources(Build *build, Span query, uint32_t offset) {
    Str text = build->model->script->source->text;
    Reading reading = {0};
    Spans names = {0};
    Span table;
    build->read_mark++;
    if (query_is_copy(text, query, &table)) {
        read_from(build, table, offset, &reading);
        return reading;
    }
    query_tables(text, query, build->arena, &names);
    for (size_t i = 0; i < names.count; i++) {
        read_from(build, names.items[i], offset, &reading);
    }
    return reading;
}

static void add_view(Build *build, const Statement *statement) {
    Model *model = build->model;
    View *view = arena_new(build->arena, View);
    Tables sources = find_sources(build, statement->query, statement->span.start).sources;
    view->name = table_name(model->script->source->text, statement->name, &build->current, build->arena);
    view->offset = statement->span.start;
    view->sources = sources.items;
    view->source_count = sources.count;
    size_t bucket = bucket_of(model, table_name_hash(&view->name));
    view->same_bucket = model->view_buckets[bucket];
    model->has_views = true;
    model->view_buckets[bucket] = view;
}

static void add_flow(Build *build, const Statement *statement, const Insert *insert, Span target, Span query) {
    uint32_t offset = insert ? statement->span.start : statement->span.end;
    Flow *flow = vector_add(build->arena, &build->flows);
    Span copied;
    Reading reading = find_sources(build, query, statement->span.start);
    *flow = (Flow){.statement = statement,
                   .insert = insert,
                   .sources = reading.sources.items,
                   .source_count = reading.sources.count,
                   .reads_others = reading.reads_others,
                   .copies = reading.sources.count == 1 && !reading.reads_view &&
                             query_is_copy(build->model->script->source->text, query, &copied),
                   .job = build->job};
    flow->target_name = table_name(build->model->script->source->text, target, &build->current, build->arena);
    flow->target = find_next(build, &flow->target_name, offset);
    if (flow->target != NULL) {
        flow->target->roles |= ROLE_SINK;
    }
}

static void add_reads_and_writes(Build *build, const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_BEGIN_SET:
    case STATEMENT_END_SET:
        build->is_in_set = statement->kind == STATEMENT_BEGIN_SET;
        build->job += build->is_in_set;
        break;
    case STATEMENT_CREATE_TABLE:
        if (!span_is_empty(statement->query)) {
            build->job++;
            add_flow(build, statement, NULL, statement->name, statement->query);
        }
        break;
    case STATEMENT_CREATE_VIEW:
    case STATEMENT_MATERIALIZED_TABLE:
        add_view(build, statement);
        break;
    case STATEMENT_QUERY:
        find_sources(build, statement->span, statement->span.start);
        break;
    default:
        build->job += !build->is_in_set && statement->insert_count > 0;
        for (uint32_t i = 0; i < statement->insert_count; i++) {
            const Insert *insert = &statement->inserts[i];
            add_flow(build, statement, insert, insert->target, insert->query);
        }
    }
}

/* The text up to the name of its table, mostly. */
static void prefetch_statement(const Script *script, size_t number) {
    enum { TO_ITS_NAME = 128 };
    if (number < script->statement_count) {
        prefetch_text(script->source->text, script->statements[number].span.start, TO_ITS_NAME);
    }
}

/* Tables first, so that a script whose queries stand before its tables has its roles too. */
static void build_tables(Build *build) {
    const Script *script = build->model->script;
    build->current = DEFAULT_TABLE_NAME;
    for (size_t i = 0; i < script->statement_count; i++) {
        prefetch_statement(script, i + PREFETCH_AHEAD);
        model_apply_use(script->source->text, &script->statements[i], &build->current, build->arena);
        if (script->statements[i].kind == STATEMENT_CREATE_TABLE) {
            add_table(build, &script->statements[i]);
        }
    }
}

static void build_flows(Build *build) {
    const Script *script = build->model->script;
    build->current = DEFAULT_TABLE_NAME;
    for (size_t i = 0; i < script->statement_count; i++) {
        prefetch_statement(script, i + PREFETCH_AHEAD);
        model_apply_use(script->source->text, &script->statements[i], &build->current, build->arena);
        add_reads_and_writes(build, &script->statements[i]);
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
    while (model->bucket_count < script->statement_count) {
        model->bucket_count *= 2;
    }
    model->tables = arena_array(arena, count, sizeof *model->tables);
    model->buckets = arena_array(arena, model->bucket_count, sizeof *model->buckets);
    model->view_buckets = arena_array(arena, model->bucket_count, sizeof *model->view_buckets);
    Build build = {.model = model, .arena = arena};
    build_tables(&build);
    build_flows(&build);
    model->flows = build.flows.items;
    model->flow_count = build.flows.count;
    return model;
}
