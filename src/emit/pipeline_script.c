#include <stdlib.h>

#include "emit/pipeline.h"

static void take_setting(Pipelines *pipelines, const Statement *statement) {
    static const Str own[] = {STR("parallelism.default"), STR("pipeline.name"), STR("table.local-time-zone")};
    const OutputRequest *request = pipelines->request;
    Str key = setting_key(request->script, statement, request->arena);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (str_equal(key, own[i])) {
            return;
        }
    }
    if (str_has_prefix(key, STR("sql-client."))) {
        return; /* how the client shows things */
    }
    say(request, SEVERITY_INFO, statement->span,
        arena_format(request->arena, "a pipeline has no place for '%.*s': set it in Flink's configuration", TEXT(key)),
        STR(""));
    *vector_add(request->arena, &pipelines->settings) = key;
}

/* Statements that say nothing about the data of a pipeline. */
static bool is_idle(const OutputRequest *request, const Statement *statement) {
    static const Str starts[] = {
        STR("CREATE DATABASE"), STR("USE"),  STR("SHOW"),    STR("DESC"),  STR("EXPLAIN"), STR("DROP"),
        STR("CREATE CATALOG"),  STR("HELP"), STR("ANALYZE"), STR("RESET"), STR("SET")};
    Str text = source_slice(request->script->source, statement->span);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        Str start = {text.data, starts[i].size < text.size ? starts[i].size : text.size};
        if (str_equal_ignore_case(start, starts[i])) {
            return true;
        }
    }
    return false;
}

static void look_at_statement(Pipelines *pipelines, const Statement *statement) {
    const OutputRequest *request = pipelines->request;
    switch (statement->kind) {
    case STATEMENT_SET:
        take_setting(pipelines, statement);
        break;
    case STATEMENT_QUERY:
        say(request, SEVERITY_ERROR, statement->span, STR("a pipeline has no place for a query that writes nowhere"),
            STR(""));
        break;
    case STATEMENT_MATERIALIZED_TABLE:
        say(request, SEVERITY_ERROR, statement->name, STR("a pipeline cannot do this: a materialized table"), STR(""));
        break;
    case STATEMENT_OTHER:
    case STATEMENT_WITH_OPTIONS:
        if (!is_idle(request, statement)) {
            Token first = {statement->span.start, statement->span.end, 0};
            say(request, SEVERITY_ERROR, token_span(first), STR("a pipeline has no place for this statement"), STR(""));
        }
        break;
    default:
        break;
    }
}

static int compare_plans(const void *a, const void *b) {
    const Plan *left = *(const Plan *const *)a, *right = *(const Plan *const *)b;
    return (left > right) - (left < right);
}

/* CDC sources that no flow reads: the script would not read them either. */
static void say_unread(Pipelines *pipelines) {
    const OutputRequest *request = pipelines->request;
    const Model *model = request->plans->model;
    VECTOR(const Plan *) read = {0};
    for (size_t i = 0; i < model->flow_count; i++) {
        for (size_t j = 0; j < model->flows[i].source_count; j++) {
            *vector_add(request->arena, &read) = &request->plans->items[model->flows[i].sources[j] - model->tables];
        }
    }
    if (read.count > 1) {
        qsort(read.items, read.count, sizeof *read.items, compare_plans);
    }
    for (size_t i = 0; i < model->table_count; i++) {
        const Plan *plan = &request->plans->items[i];
        bool is_cdc = str_has_suffix(plan_value(request->plans, plan, STR("connector")), STR("-cdc"));
        if (is_cdc && (read.count == 0 || bsearch(&plan, read.items, read.count, sizeof plan, compare_plans) == NULL)) {
            say_at_table(request, SEVERITY_WARNING, plan, STR("no INSERT reads this source: it is in no pipeline"),
                         STR(""));
        }
    }
}

void pipeline_look_at_script(Pipelines *pipelines) {
    const OutputRequest *request = pipelines->request;
    for (size_t i = 0; i < request->script->statement_count; i++) {
        look_at_statement(pipelines, &request->script->statements[i]);
    }
    say_unread(pipelines);
    pipelines->name = script_setting(request->script, STR("pipeline.name"), request->arena);
    pipelines->time_zone = script_setting(request->script, STR("table.local-time-zone"), request->arena);
    pipelines->parallelism = arena_format(request->arena, "%zu", script_parallelism(request));
    if (pipelines->documents.count == 0) {
        finding_add(request->findings,
                    (Finding){.severity = SEVERITY_ERROR,
                              .file = request->script->source->name,
                              .message = STR(
                                  "nothing is copied from PostgreSQL or MySQL into StarRocks: there is no pipeline")});
    }
}
