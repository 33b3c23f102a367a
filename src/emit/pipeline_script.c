#include <stdlib.h>

#include "emit/pipeline.h"
#include "syntax/lexer.h"
#include "syntax/setting.h"

/* Settings that a pipeline has too, and those of how the client shows things. */
static bool has_place(Str key) {
    static const Str own[] = {STR("parallelism.default"), STR("pipeline.name"), STR("table.local-time-zone")};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (str_equal(key, own[i])) {
            return true;
        }
    }
    return str_has_prefix(key, STR("sql-client."));
}

static void take_setting(Pipelines *pipelines, const Statement *statement) {
    const OutputRequest *request = pipelines->request;
    Str key = setting_text(request->script->source, statement, statement->name, request->arena);
    if (has_place(key)) {
        return;
    }
    say(request, SEVERITY_INFO, statement->span,
        arena_format(request->arena, "a pipeline has no place for '%.*s': set it in Flink's configuration", TEXT(key)),
        STR(""));
    *vector_add(request->arena, &pipelines->settings) = key;
}

static void take_prelude(Pipelines *pipelines) {
    const OutputRequest *request = pipelines->request;
    for (size_t i = 0; i < request->prelude_count; i++) {
        if (!has_place(request->prelude[i].key)) {
            *vector_add(request->arena, &pipelines->settings) = request->prelude[i].key;
        }
    }
}

static int compare_keys(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* The settings in order, each once. */
static void sort_settings(Names *settings) {
    size_t count = settings->count;
    if (count > 1) {
        qsort(settings->items, count, sizeof *settings->items, compare_keys);
    }
    settings->count = 0;
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !str_equal(settings->items[i], settings->items[settings->count - 1])) {
            settings->items[settings->count++] = settings->items[i];
        }
    }
}

static bool token_is_word(Str text, Token token, const char *word) {
    return str_equal_ignore_case((Str){text.data + token.start, token.end - token.start}, str_of(word));
}

/* Statements that say nothing about the data of a pipeline. */
static bool is_idle(const OutputRequest *request, const Statement *statement) {
    static const struct {
        const char *first, *second; /* NULL: whatever comes next */
    } starts[] = {{"USE", NULL},     {"SHOW", NULL},  {"DESC", NULL},         {"DESCRIBE", NULL},
                  {"EXPLAIN", NULL}, {"DROP", NULL},  {"HELP", NULL},         {"ANALYZE", NULL},
                  {"SET", NULL},     {"RESET", NULL}, {"CREATE", "DATABASE"}, {"CREATE", "CATALOG"}};
    Str text = request->script->source->text;
    Token first = lex_significant(text, statement->span.start), second = lex_significant(text, first.end);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (token_is_word(text, first, starts[i].first) &&
            (starts[i].second == NULL || token_is_word(text, second, starts[i].second))) {
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
            say(request, SEVERITY_ERROR, statement->span, STR("a pipeline has no place for this statement"), STR(""));
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
    take_prelude(pipelines);
    sort_settings(&pipelines->settings);
    say_unread(pipelines);
    pipelines->name = script_setting(request, "pipeline.name");
    pipelines->time_zone = script_setting(request, "table.local-time-zone");
    pipelines->parallelism = arena_format(request->arena, "%zu", script_parallelism(request));
    if (pipelines->documents.count == 0) {
        finding_add(request->findings,
                    (Finding){.severity = SEVERITY_ERROR,
                              .file = request->script->source->name,
                              .message = STR(
                                  "nothing is copied from PostgreSQL or MySQL into StarRocks: there is no pipeline")});
    }
}
