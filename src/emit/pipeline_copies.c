#include "emit/pipeline.h"

#include "syntax/lexer.h"

/* ---- Flows --------------------------------------------------------------------------------------------------------
 */

static const Plan *plan_of(const OutputRequest *request, const Table *table) {
    return &request->plans->items[table - request->plans->model->tables];
}

static Str connector_of(const OutputRequest *request, const Table *table) {
    return plan_value(request->plans, plan_of(request, table), STR("connector"));
}

static Span target_of(const Flow *flow) { return flow->insert ? flow->insert->target : flow->statement->table->name; }

static Span query_of(const Flow *flow) { return flow->insert ? flow->insert->query : flow->statement->query; }

static void refuse(const OutputRequest *request, Span place, Str what, Str hint) {
    say(request, SEVERITY_ERROR, place, arena_format(request->arena, "a pipeline cannot do this: %.*s", TEXT(what)),
        hint);
}

static bool has_fit_sink(const OutputRequest *request, const Flow *flow) {
    if (flow->target == NULL) {
        refuse(request, target_of(flow), STR("the script does not define the table that is written"), STR(""));
        return false;
    }
    Str connector = connector_of(request, flow->target);
    if (!str_equal(connector, STR("starrocks"))) {
        refuse(request, target_of(flow), arena_format(request->arena, "it writes to '%.*s'", TEXT(connector)),
               STR("smtpatch makes pipelines into StarRocks"));
        return false;
    }
    return true;
}

/* What stands around the target's name: OVERWRITE, a hint, a partition. */
static bool has_plain_target(const OutputRequest *request, const Flow *flow) {
    Str text = request->script->source->text;
    const Insert *insert = flow->insert;
    for (Token token = insert ? lex_significant(text, insert->span.start) : (Token){0};
         insert != NULL && token.start < insert->query.start; token = lex_significant(text, token.end)) {
        Str what = token.kind == TOKEN_OVERWRITE    ? STR("an INSERT that overwrites")
                   : token.kind == TOKEN_HINT_BEGIN ? STR("a hint")
                   : token.kind == TOKEN_PARTITION  ? STR("a partition")
                                                    : STR("");
        if (what.size > 0) {
            refuse(request, token_span(token), what, STR(""));
            return false;
        }
    }
    return true;
}

/* A view has no table of its own in the model, so its flow leads to a source of another name. */
static bool has_fit_source(const OutputRequest *request, const Flow *flow, const SimpleSelect *select) {
    Str name = identifier_value(request->script->source->text, select->table, request->arena);
    if (flow->source_count == 0 || flow->reads_others) {
        refuse(request, select->from, STR("the script does not define the table that is read"), STR(""));
        return false;
    }
    if (flow->source_count > 1 || !str_equal(flow->sources[0]->name.table, name)) {
        refuse(request, select->from, STR("it reads through a view"), STR(""));
        return false;
    }
    Str connector = connector_of(request, flow->sources[0]);
    if (!str_equal(connector, STR("postgres-cdc")) && !str_equal(connector, STR("mysql-cdc"))) {
        refuse(request, select->from, arena_format(request->arena, "it reads from '%.*s'", TEXT(connector)),
               STR("smtpatch makes pipelines from PostgreSQL and MySQL"));
        return false;
    }
    return true;
}

/* ---- Names --------------------------------------------------------------------------------------------------------
 */

/* As PostgresDataSourceFactory.isValidPostgresDbName() of Flink CDC 3.6. */
static bool is_fit_database(Str name) {
    bool is_fit = name.size > 0 && name.size <= 63;
    for (size_t i = 0; is_fit && i < name.size; i++) {
        char c = ascii_lower(name.data[i]);
        is_fit = (c >= 'a' && c <= 'z') || c == '_' || c == '$' || (i > 0 && (is_digit(c) || c == '-'));
    }
    return is_fit;
}

static bool name_part(const OutputRequest *request, const Plan *plan, Str pattern, Str *part) {
    if (pattern.size > 0 && pipeline_pattern(pattern, request->arena, part)) {
        return true;
    }
    say_at_table(request, SEVERITY_ERROR, plan, STR("a pipeline cannot have a comma in the name of a table"), STR(""));
    return false;
}

static bool name_source(const OutputRequest *request, Copy *copy) {
    const Upstream *source = &copy->source;
    bool is_postgres = str_equal(source->connector, STR("postgres-cdc"));
    Str above, table;
    if (!name_part(request, source->plan, is_postgres ? source->schema : source->database, &above) ||
        !name_part(request, source->plan, source->table, &table)) {
        return false;
    }
    copy->id = copy->captured = arena_format(request->arena, "%.*s.%.*s", TEXT(above), TEXT(table));
    if (!is_postgres) {
        return true;
    }
    copy->captured = arena_format(request->arena, "%.*s.%.*s", TEXT(source->database), TEXT(copy->id));
    if (!is_fit_database(source->database)) {
        say_at_table(request, SEVERITY_ERROR, source->plan,
                     arena_format(request->arena, "a pipeline does not take '%.*s' for the name of a database",
                                  TEXT(source->database)),
                     STR(""));
        return false;
    }
    return true;
}

/* The router reads the name as a replacement text, the sink's parser cuts it at dots (TableIdRouter, TableId.parse()).
 */
static bool name_sink(const OutputRequest *request, Copy *copy) {
    Str database = plan_value(request->plans, copy->sink, STR("database-name"));
    Str table = plan_value(request->plans, copy->sink, STR("table-name"));
    Str names[] = {database.size > 0 ? database : copy->sink->table->name.database,
                   table.size > 0 ? table : copy->sink->table->name.table};
    for (size_t i = 0; i < 2; i++) {
        for (size_t j = 0; j < names[i].size; j++) {
            if (strchr(".$\\", names[i].data[j]) != NULL) {
                say_at_table(request, SEVERITY_ERROR, copy->sink,
                             STR("a pipeline cannot write to a table with '.', '$' or '\\' in its name"), STR(""));
                return false;
            }
        }
    }
    copy->target = arena_format(request->arena, "%.*s.%.*s", TEXT(names[0]), TEXT(names[1]));
    return true;
}

static Str first_address(Str urls) {
    const char *end = memchr(urls.data, ';', urls.size);
    return str_trim(end ? (Str){urls.data, (size_t)(end - urls.data)} : urls);
}

/* ---- */

static void add_copy(const OutputRequest *request, const Flow *flow, Copies *copies) {
    SimpleSelect select;
    if (!has_fit_sink(request, flow) || !has_plain_target(request, flow)) {
        return;
    }
    SelectProblem problem = simple_select_read(request->script->source->text, query_of(flow), request->arena, &select);
    if (problem.reason.size > 0) {
        refuse(request, problem.place, problem.reason, STR(""));
        return;
    }
    if (!has_fit_source(request, flow, &select)) {
        return;
    }
    Copy copy = {.flow = flow, .sink = plan_of(request, flow->target), .order = copies->count};
    copy.source = upstream_find(request, plan_of(request, flow->sources[0]));
    copy.load_url = first_address(plan_value(request->plans, copy.sink, STR("load-url")));
    if (name_source(request, &copy) && name_sink(request, &copy)) {
        copy.transform = transform_of(request, flow, &select, &copy.source);
    }
    if (copy.target.size > 0 && !copy.transform.is_broken) {
        *vector_add(request->arena, copies) = copy;
    }
}

Copies pipeline_copies(const OutputRequest *request) {
    const Model *model = request->plans->model;
    Copies copies = {0};
    for (size_t i = 0; i < model->flow_count; i++) {
        add_copy(request, &model->flows[i], &copies);
    }
    return copies;
}
