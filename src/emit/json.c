/* --emit json: the whole model, as docs/emit-json.md describes it. Each item of its lists is a document of its own
 * on the way, so that a large script needs no more memory than its largest table. */
#include <stdlib.h>

#include "emit/json_parts.h"
#include "secret.h"
#include "syntax/setting.h"

enum { FORMAT_VERSION = 1 };

/* ---- Statements, settings, pragmas ------------------------------------------------------------------------------- */

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
    json_put(json, json->item, "kind", json_string(statement_kinds[statement->kind]));
    json_put_text_or_null(json, json->item, "name", json_one_line(json, name_of(statement), true));
    json_put_boolean(json, json->item, "frozen", statement->is_frozen);
    json_put_place(json, json->item, statement->span.start);
}

static void fill_setting(Json *json, size_t index) {
    const Statement *statement = &json->script->statements[index];
    bool is_set = statement->kind == STATEMENT_SET;
    Str key = setting_text(json->source, statement, statement->name, json->arena);
    Str value = setting_text(json->source, statement, statement->value, json->arena);
    json_put(json, json->item, "kind", json_string(is_set ? "set" : "reset"));
    json_put_text(json, json->item, "key", key);
    json_put(json, json->item, "value",
             is_set ? json_text_value(json, mask_value(key, value, json->arena)) : json_null());
    json_put_statement(json, json->item, statement);
    json_put_place(json, json->item, statement->span.start);
}

/* The checks that allow(…) names. */
static void add_checks(const Json *json, json_t *array, Str list) {
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        Str part = {list.data, comma ? (size_t)(comma - list.data) : list.size};
        list = str_from(list, part.size + 1);
        part = str_trim(part);
        if (part.size > 0) {
            json_add(json, array, json_text_value(json, part));
        }
    }
}

static void fill_pragma(Json *json, size_t index) {
    static const char *const kinds[] = {
        [PRAGMA_OFF] = "off", [PRAGMA_ON] = "on", [PRAGMA_SKIP] = "skip", [PRAGMA_ALLOW] = "allow"};
    const Pragma *pragma = &json->script->pragmas[index];
    json_put(json, json->item, "kind", json_string(kinds[pragma->kind]));
    add_checks(json, json_put_array(json, json->item, "checks"), source_slice(json->source, pragma->argument));
    json_put_place(json, json->item, pragma->comment.start);
}

/* ---- Views, flows ------------------------------------------------------------------------------------------------ */

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
    json_fill_name(json, json_put_object(json, json->item, "name"), &view->name);
    json_put_number(json, json->item, "statement", statement_at(json->script, view->offset));
    json_add_references(json, json_put_array(json, json->item, "sources"), view->sources, view->source_count);
}

static void fill_flow(Json *json, size_t index) {
    const Flow *flow = &json->model->flows[index];
    const Insert *insert = flow->insert;
    const Statement *set = json->sets[index];
    json_fill_reference(json, json_put_object(json, json->item, "target"), &flow->target_name, flow->target);
    if (insert != NULL && !span_is_empty(insert->columns)) {
        json_add_names(json, json_put_array(json, json->item, "target_columns"), insert->columns);
    } else {
        json_put(json, json->item, "target_columns", json_null());
    }
    json_add_references(json, json_put_array(json, json->item, "sources"), flow->sources, flow->source_count);
    json_put_boolean(json, json->item, "reads_others", flow->reads_others);
    json_put_statement(json, json->item, flow->statement);
    json_put_index(json, json->item, "statement_set", set != NULL,
              set != NULL ? (size_t)(set - json->script->statements) : 0);
    json_put_place(json, json->item, insert != NULL ? insert->span.start : flow->statement->span.start);
}

/* ---- The document ------------------------------------------------------------------------------------------------ */

static void print_text(Json *json, const char *key, Str text) {
    json->item = json_text_value(json, text);
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
    print_list(json, "tables", json_fill_table, json->overview.count);
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
