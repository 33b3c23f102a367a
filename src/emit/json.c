/* --emit json: the whole model, as docs/emit-json.md describes it. Each item of its lists is a document of its own on the
 * way, so that a large script needs no more memory than its largest table. */
#include <stdlib.h>

#include "emit/overview.h"
#include "report/json_text.h"
#include "secret.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"
#include "valid.h"

enum { FORMAT_VERSION = 1 };

typedef VECTOR(const View *) Views;

typedef struct Json {
    const OutputRequest *request;
    const Script *script;
    const Model *model;
    Source *source;
    Arena *arena;
    Overview overview;
    const Statement *const *sets; /* overview_sets() */
    Views views;
    Str connector; /* of the table at hand */
    json_t *item;  /* the item of a list that is being made; all values are put into it as soon as they are made */
    size_t list_count; /* how many items the list has so far */
} Json;

/* ---- Putting values in ------------------------------------------------------------------------------------------------- */

static void put(const Json *json, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0) {
        guard_leave(json->arena->guard);
    }
}

static json_t *put_object(const Json *json, json_t *object, const char *key) {
    put(json, object, key, json_object());
    return json_object_get(object, key);
}

static json_t *put_array(const Json *json, json_t *object, const char *key) {
    put(json, object, key, json_array());
    return json_object_get(object, key);
}

static json_t *add(const Json *json, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0) {
        guard_leave(json->arena->guard);
    }
    return json_array_get(array, json_array_size(array) - 1);
}

static json_t *add_object(const Json *json, json_t *array) { return add(json, array, json_object()); }

static json_t *text_json(const Json *json, Str text) {
    Str valid = valid_text(text, json->arena);
    return json_stringn(valid.size > 0 ? valid.data : "", valid.size);
}

static void put_text(const Json *json, json_t *object, const char *key, Str text) { put(json, object, key, text_json(json, text)); }

static void put_text_or_null(const Json *json, json_t *object, const char *key, Str text) {
    put(json, object, key, text.size > 0 ? text_json(json, text) : json_null());
}

static void put_boolean(const Json *json, json_t *object, const char *key, bool value) { put(json, object, key, json_boolean(value)); }

static void put_number(const Json *json, json_t *object, const char *key, size_t number) {
    put(json, object, key, json_integer((json_int_t)number));
}

/* A number, or null where there is none. */
static void put_index(const Json *json, json_t *object, const char *key, bool has_index, size_t index) {
    put(json, object, key, has_index ? json_integer((json_int_t)index) : json_null());
}

static void put_place(const Json *json, json_t *object, uint32_t offset) {
    json_t *object_of_place = put_object(json, object, "place");
    Place place = source_character(json->source, offset);
    put_number(json, object_of_place, "line", place.line);
    put_number(json, object_of_place, "column", place.column);
}

/* ---- Names ------------------------------------------------------------------------------------------------------------ */

static void fill_name(const Json *json, json_t *object, const TableName *name) {
    put_text(json, object, "catalog", name->catalog);
    put_text(json, object, "database", name->database);
    put_text(json, object, "table", name->table);
}

/* A name, and the place in "tables" of the table it stands for. */
static void fill_reference(const Json *json, json_t *object, const TableName *name, const Table *table) {
    fill_name(json, object, name);
    put_index(json, object, "index", table != NULL, table != NULL ? (size_t)(table - json->model->tables) : 0);
}

static void add_references(const Json *json, json_t *array, Table *const *tables, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fill_reference(json, add_object(json, array), &tables[i]->name, tables[i]);
    }
}

static void put_statement(const Json *json, json_t *object, const Statement *statement) {
    put_number(json, object, "statement", (size_t)(statement - json->script->statements));
}

/* The names of a list in parentheses. */
static void add_names(const Json *json, json_t *array, Span list) {
    Str text = json->source->text;
    for (Token token = lex_significant(text, list.start); token.start < list.end; token = lex_significant(text, token.end)) {
        bool is_name = token.kind != TOKEN_LEFT_PAREN && token.kind != TOKEN_RIGHT_PAREN && token.kind != TOKEN_COMMA;
        if (is_name) {
            add(json, array, text_json(json, identifier_value(text, token_span(token), json->arena)));
        }
    }
}

/* A type or an expression on one line: without its comments, one blank where there was room. is_tight: none inside of
 * brackets and before commas, for types. */
static Str one_line(const Json *json, Span span, bool is_tight) {
    Str text = json->source->text;
    Buffer line = {0};
    uint32_t end = span.start;
    for (Token token = lex_significant(text, span.start); token.start < span.end; token = lex_significant(text, token.end)) {
        bool opens = line.size > 0 && strchr("(<", line.data[line.size - 1]) != NULL;
        bool closes = token.kind == TOKEN_RIGHT_PAREN || token.kind == TOKEN_GREATER || token.kind == TOKEN_COMMA;
        if (token.start > end && line.size > 0 && !(is_tight && (opens || closes))) {
            buffer_add_char(&line, ' ');
        }
        buffer_add(&line, source_slice(json->source, token_span(token)));
        end = token.end;
    }
    return buffer_take(&line, json->arena);
}

/* ---- Statements, settings, pragmas ------------------------------------------------------------------------------------- */

static const char *const statement_kinds[] = {
    [STATEMENT_OTHER] = "other",
    [STATEMENT_QUERY] = "query",
    [STATEMENT_CREATE_TABLE] = "create-table",
    [STATEMENT_CREATE_VIEW] = "create-view",
    [STATEMENT_MATERIALIZED_TABLE] = "materialized-table",
    [STATEMENT_WITH_OPTIONS] = "with-options",
    [STATEMENT_INSERT] = "insert",
    [STATEMENT_EXECUTE_SET] = "execute-statement-set",
    [STATEMENT_BEGIN_SET] = "begin-statement-set",
    [STATEMENT_END_SET] = "end-statement-set",
    [STATEMENT_SET] = "set",
    [STATEMENT_RESET] = "reset",
    [STATEMENT_USE_CATALOG] = "use-catalog",
    [STATEMENT_USE_DATABASE] = "use-database",
};

static bool is_setting(const Statement *statement) {
    return statement->kind == STATEMENT_SET || statement->kind == STATEMENT_RESET;
}

static Span name_of(const Statement *statement) {
    if (statement->table != NULL) {
        return statement->table->name;
    }
    return is_setting(statement) ? SPAN_NONE : statement->name;
}

static void fill_statement(Json *json, size_t index) {
    const Statement *statement = &json->script->statements[index];
    put(json, json->item, "kind", json_string(statement_kinds[statement->kind]));
    put_text_or_null(json, json->item, "name", one_line(json, name_of(statement), true));
    put_boolean(json, json->item, "frozen", statement->is_frozen);
    put_place(json, json->item, statement->span.start);
}

static Str setting_text(const Json *json, const Statement *statement, Span span) {
    return statement->is_raw || span_is_empty(span) ? source_slice(json->source, span)
                                                    : literal_value(json->source->text, span, json->arena);
}

static void fill_setting(Json *json, size_t index) {
    const Statement *statement = &json->script->statements[index];
    bool is_set = statement->kind == STATEMENT_SET;
    Str key = setting_text(json, statement, statement->name), value = setting_text(json, statement, statement->value);
    put(json, json->item, "kind", json_string(is_set ? "set" : "reset"));
    put_text(json, json->item, "key", key);
    put(json, json->item, "value", is_set ? text_json(json, mask_value(key, value, json->arena)) : json_null());
    put_statement(json, json->item, statement);
    put_place(json, json->item, statement->span.start);
}

/* The checks that allow(…) names. */
static void add_checks(const Json *json, json_t *array, Str list) {
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        Str part = {list.data, comma ? (size_t)(comma - list.data) : list.size};
        list = str_from(list, part.size + 1);
        part = str_trim(part);
        if (part.size > 0) {
            add(json, array, text_json(json, part));
        }
    }
}

static void fill_pragma(Json *json, size_t index) {
    static const char *const kinds[] = {[PRAGMA_OFF] = "off", [PRAGMA_ON] = "on", [PRAGMA_SKIP] = "skip", [PRAGMA_ALLOW] = "allow"};
    const Pragma *pragma = &json->script->pragmas[index];
    put(json, json->item, "kind", json_string(kinds[pragma->kind]));
    add_checks(json, put_array(json, json->item, "checks"), source_slice(json->source, pragma->argument));
    put_place(json, json->item, pragma->comment.start);
}

/* ---- Tables: columns ------------------------------------------------------------------------------------------------------ */

static bool is_column(const Column *column) {
    return column->kind != COLUMN_WATERMARK && column->kind != COLUMN_PRIMARY_KEY && column->kind != COLUMN_UNIQUE;
}

static Str column_name(const Json *json, const Column *column) {
    return identifier_value(json->source->text, column->name, json->arena);
}

static void add_column(const Json *json, json_t *array, const Column *column) {
    static const char *const kinds[] = {[COLUMN_PHYSICAL] = "physical",
                                        [COLUMN_METADATA] = "metadata",
                                        [COLUMN_COMPUTED] = "computed",
                                        [COLUMN_REFERENCE] = "reference"};
    json_t *object = add_object(json, array);
    bool is_computed = column->kind == COLUMN_COMPUTED, has_key = !span_is_empty(column->metadata_key);
    Str content = one_line(json, column->content, !is_computed);
    put_text(json, object, "name", column_name(json, column));
    put(json, object, "kind", json_string(kinds[column->kind]));
    put_text_or_null(json, object, "type", is_computed ? STR("") : content);
    put_text_or_null(json, object, "expression", is_computed ? content : STR(""));
    put_text_or_null(json, object, "metadata_key",
                     has_key ? literal_value(json->source->text, column->metadata_key, json->arena) : STR(""));
    put_boolean(json, object, "virtual", column->is_virtual);
    put_place(json, object, column->name.start);
}

static void add_columns(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = put_array(json, table, "columns");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        if (is_column(&definition->columns[i])) {
            add_column(json, array, &definition->columns[i]);
        }
    }
}

/* The key as the constraint says it, or as it is said at a column. */
static void add_primary_key(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = put_array(json, table, "primary_key");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &definition->columns[i];
        if (column->kind == COLUMN_PRIMARY_KEY) {
            add_names(json, array, column->content);
        } else if (column->is_primary_key) {
            add(json, array, text_json(json, column_name(json, column)));
        }
    }
}

static void add_watermarks(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = put_array(json, table, "watermarks");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &definition->columns[i];
        if (column->kind == COLUMN_WATERMARK) {
            json_t *object = add_object(json, array);
            put_text(json, object, "column", one_line(json, column->name, true));
            put_text(json, object, "expression", one_line(json, column->content, false));
        }
    }
}

/* ---- Tables: options ------------------------------------------------------------------------------------------------------ */

/* One of the options that a table has in the end: its own, and those that LIKE brings. */
typedef struct Candidate {
    const PlannedOption *option;
    const Plan *plan; /* whose option it is */
    uint64_t rank;    /* of two with the same key the higher one counts */
    bool *is_effective;
} Candidate;

typedef VECTOR(Candidate) Candidates;

static void add_candidates(const Json *json, const Plan *plan, size_t distance, Candidates *candidates) {
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed) {
            Candidate *candidate = vector_add(json->arena, candidates);
            *candidate = (Candidate){.option = &plan->options[i], .plan = plan, .rank = i};
            candidate->rank += (LIKE_DEPTH_MAX + 1 - distance) * UINT64_C(0x100000000);
        }
    }
}

static int compare_candidates(const void *a, const void *b) {
    const Candidate *left = a, *right = b;
    int order = str_compare(left->option->key, right->option->key);
    return order != 0 ? order : (left->rank < right->rank) - (left->rank > right->rank);
}

/* Whether each candidate is the one of its key that counts. */
static bool *find_effective(const Candidates *candidates, Arena *arena) {
    bool *are_effective = arena_array(arena, candidates->count, sizeof *are_effective);
    Candidate *sorted = arena_array(arena, candidates->count, sizeof *sorted);
    for (size_t i = 0; i < candidates->count; i++) {
        sorted[i] = candidates->items[i];
        sorted[i].is_effective = &are_effective[i];
    }
    if (candidates->count > 0) {
        qsort(sorted, candidates->count, sizeof *sorted, compare_candidates);
    }
    for (size_t i = 0; i < candidates->count; i++) {
        *sorted[i].is_effective = i == 0 || !str_equal(sorted[i].option->key, sorted[i - 1].option->key);
    }
    return are_effective;
}

/* A secret stays one under whatever key a rule puts it. */
static Str shown_value(const Json *json, const PlannedOption *option, Str key, Str value) {
    const Connector *connector = catalogue_connector(json->connector);
    OptionFound found = catalogue_option(connector, key, json->request->release);
    bool is_secret = (found.option != NULL && found.option->secret) || is_secret_key(option->key) || is_secret_key(option->old_key);
    return is_secret ? STR(SECRET_MASK) : mask_value(key, value, json->arena);
}

static void put_rule(const Json *json, json_t *object, const Action *action) {
    if (action == NULL) {
        put(json, object, "rule", json_null());
        return;
    }
    json_t *rule = put_object(json, object, "rule");
    put_text_or_null(json, rule, "name", action->rule);
    put_text(json, rule, "place", action->place);
}

static bool is_changed(const PlannedOption *option) {
    return option->source == NULL || option_key_changed(option) || option_value_changed(option);
}

static void put_old(const Json *json, json_t *object, const PlannedOption *option) {
    if (option->source == NULL || !is_changed(option)) {
        put(json, object, "was", json_null());
        return;
    }
    json_t *was = put_object(json, object, "was");
    put_text(json, was, "key", option->old_key);
    put_text(json, was, "value", shown_value(json, option, option->old_key, option->old_value));
}

static void add_option(const Json *json, json_t *array, const Plan *plan, const Candidate *candidate, bool is_effective) {
    const PlannedOption *option = candidate->option;
    json_t *object = add_object(json, array);
    bool is_own = candidate->plan == plan;
    put_text(json, object, "key", option->key);
    put_text(json, object, "value", shown_value(json, option, option->key, option->value));
    put_boolean(json, object, "effective", is_effective);
    put_index(json, object, "like", !is_own, (size_t)(candidate->plan->table - json->model->tables));
    put(json, object, "origin", json_string(is_changed(option) ? "rule" : "script"));
    put_rule(json, object, is_changed(option) ? option->action : NULL);
    put_old(json, object, option);
    if (option->source != NULL) {
        put_place(json, object, option->source->key.start);
    } else {
        put(json, object, "place", json_null());
    }
}

static void add_options(const Json *json, json_t *table, const Plan *plan) {
    json_t *array = put_array(json, table, "options");
    Candidates candidates = {0};
    size_t distance = 0;
    for (const Table *at = plan->table; at != NULL; at = at->like) {
        add_candidates(json, &json->request->plans->items[at - json->model->tables], distance++, &candidates);
    }
    const bool *are_effective = find_effective(&candidates, json->arena);
    for (size_t i = 0; i < candidates.count; i++) {
        add_option(json, array, plan, &candidates.items[i], are_effective[i]);
    }
}

static void add_removed_options(const Json *json, json_t *table, const Plan *plan) {
    json_t *array = put_array(json, table, "removed_options");
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed && option->source != NULL) {
            json_t *object = add_object(json, array);
            put_text(json, object, "key", option->old_key);
            put_text(json, object, "value", shown_value(json, option, option->old_key, option->old_value));
            put_rule(json, object, option->action);
            put_place(json, object, option->source->key.start);
        }
    }
}

/* ---- Tables --------------------------------------------------------------------------------------------------------------- */

static void put_upstream(const Json *json, json_t *object, const OverviewTable *table) {
    json_t *upstream = put_object(json, object, "upstream");
    put_text_or_null(json, upstream, "server", table->server);
    put_text_or_null(json, upstream, "database", table->database);
    put_text_or_null(json, upstream, "schema", table->schema);
    put_text_or_null(json, upstream, "table", table->table);
    put_text_or_null(json, upstream, "slot", table->slot);
    put_number(json, upstream, "slot_sources", table->slot_users);
    put_text_or_null(json, upstream, "publication", table->publication);
}

static void add_roles(const Json *json, json_t *table, unsigned roles) {
    json_t *array = put_array(json, table, "roles");
    if (roles & ROLE_SOURCE) {
        add(json, array, json_string("source"));
    }
    if (roles & ROLE_SINK) {
        add(json, array, json_string("sink"));
    }
}

static void put_like(const Json *json, json_t *object, const Table *table) {
    if (span_is_empty(table->definition->like)) {
        put(json, object, "like", json_null());
        return;
    }
    json_t *like = put_object(json, object, "like");
    fill_reference(json, like, &table->like_name, table->like);
    put_boolean(json, like, "takes_options", table->definition->takes_like_options);
}

static void fill_table(Json *json, size_t index) {
    const OverviewTable *overview = &json->overview.tables[index];
    const Plan *plan = overview->plan;
    const Table *table = plan->table;
    json->connector = overview->connector;
    fill_name(json, put_object(json, json->item, "name"), &table->name);
    put_statement(json, json->item, table->statement);
    put_place(json, json->item, table->definition->name.start);
    add_roles(json, json->item, overview->roles);
    put_text_or_null(json, json->item, "connector", overview->connector);
    put_boolean(json, json->item, "temporary", table->definition->is_temporary);
    put_boolean(json, json->item, "changed", plan->is_changed);
    put_upstream(json, json->item, overview);
    put_like(json, json->item, table);
    add_columns(json, json->item, table->definition);
    add_primary_key(json, json->item, table->definition);
    add_watermarks(json, json->item, table->definition);
    add_options(json, json->item, plan);
    add_removed_options(json, json->item, plan);
}

/* ---- Views, flows ------------------------------------------------------------------------------------------------------------ */

static int compare_views(const void *a, const void *b) {
    const View *left = *(const View *const *)a, *right = *(const View *const *)b;
    return (left->offset > right->offset) - (left->offset < right->offset);
}

/* In the order of the text. */
static Views find_views(const Json *json) {
    Views views = {0};
    for (size_t i = 0; i < json->model->bucket_count; i++) {
        for (const View *view = json->model->view_buckets[i]; view != NULL; view = view->same_bucket) {
            *vector_add(json->arena, &views) = view;
        }
    }
    if (views.count > 0) {
        qsort(views.items, views.count, sizeof *views.items, compare_views);
    }
    return views;
}

/* The number of the statement that begins at offset. */
static size_t statement_at(const Script *script, uint32_t offset) {
    size_t low = 0, high = script->statement_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (script->statements[middle].span.start <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void fill_view(Json *json, size_t index) {
    const View *view = json->views.items[index];
    fill_name(json, put_object(json, json->item, "name"), &view->name);
    put_number(json, json->item, "statement", statement_at(json->script, view->offset));
    add_references(json, put_array(json, json->item, "sources"), view->sources, view->source_count);
}

static void fill_flow(Json *json, size_t index) {
    const Flow *flow = &json->model->flows[index];
    const Insert *insert = flow->insert;
    const Statement *set = json->sets[index];
    fill_reference(json, put_object(json, json->item, "target"), &flow->target_name, flow->target);
    if (insert != NULL && !span_is_empty(insert->columns)) {
        add_names(json, put_array(json, json->item, "target_columns"), insert->columns);
    } else {
        put(json, json->item, "target_columns", json_null());
    }
    add_references(json, put_array(json, json->item, "sources"), flow->sources, flow->source_count);
    put_boolean(json, json->item, "reads_others", flow->reads_others);
    put_statement(json, json->item, flow->statement);
    put_index(json, json->item, "statement_set", set != NULL, set != NULL ? (size_t)(set - json->script->statements) : 0);
    put_place(json, json->item, insert != NULL ? insert->span.start : flow->statement->span.start);
}

/* ---- The document -------------------------------------------------------------------------------------------------------------- */

static void print_text(Json *json, const char *key, Str text) {
    json->item = text_json(json, text);
    buffer_format(json->request->out, "  \"%s\": ", key);
    buffer_add_json_value(json->request->out, json->item, 0);
    buffer_add(json->request->out, STR(",\n"));
    json_decref(json->item);
    json->item = NULL;
}

static void print_item(Json *json, void (*fill)(Json *json, size_t index), size_t index) {
    buffer_add(json->request->out, json->list_count++ > 0 ? STR(",\n    ") : STR("\n    "));
    json->item = json_object();
    fill(json, index);
    buffer_add_json_value(json->request->out, json->item, 4);
    json_decref(json->item);
    json->item = NULL;
}

static void open_list(Json *json, const char *key) {
    buffer_format(json->request->out, "  \"%s\": [", key);
    json->list_count = 0;
}

static void close_list(Json *json, const char *behind) {
    buffer_add(json->request->out, json->list_count > 0 ? STR("\n  ]") : STR("]"));
    buffer_add(json->request->out, str_of(behind));
}

static void print_list(Json *json, const char *key, void (*fill)(Json *json, size_t index), size_t count) {
    open_list(json, key);
    for (size_t i = 0; i < count; i++) {
        print_item(json, fill, i);
    }
    close_list(json, ",\n");
}

static void print_settings(Json *json) {
    open_list(json, "settings");
    for (size_t i = 0; i < json->script->statement_count; i++) {
        if (is_setting(&json->script->statements[i])) {
            print_item(json, fill_setting, i);
        }
    }
    close_list(json, ",\n");
}

static void print_pragmas(Json *json) {
    open_list(json, "pragmas");
    for (size_t i = 0; i < json->script->pragma_count; i++) {
        print_item(json, fill_pragma, i);
    }
    close_list(json, "\n");
}

static void print_document(void *context) {
    Json *json = context;
    Release release = json->request->release;
    if (release.number == 0) {
        release = release_newest(LINE_FLINK_CDC);
    }
    buffer_format(json->request->out, "{\n  \"version\": %d,\n", FORMAT_VERSION);
    print_text(json, "file", json->source->name);
    print_text(json, "flink_cdc", release_text(json->arena, release.line, release.number));
    print_list(json, "statements", fill_statement, json->script->statement_count);
    print_list(json, "tables", fill_table, json->overview.count);
    print_list(json, "views", fill_view, json->views.count);
    print_list(json, "flows", fill_flow, json->model->flow_count);
    print_settings(json);
    print_pragmas(json);
    buffer_add(json->request->out, STR("}\n"));
}

void emit_json(const OutputRequest *request) {
    Json json = {.request = request,
                 .script = request->script,
                 .model = request->plans->model,
                 .source = request->script->source,
                 .arena = request->arena,
                 .overview = overview_make(request),
                 .sets = overview_sets(request)};
    json.views = find_views(&json);
    if (!arena_run(request->arena, print_document, &json)) {
        json_decref(json.item);
        guard_leave(request->arena->guard);
    }
}
