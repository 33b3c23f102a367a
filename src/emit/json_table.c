#include <stdlib.h>

#include "emit/json_parts.h"
#include "secret.h"
#include "syntax/literal.h"

/* ---- Tables: columns --------------------------------------------------------------------------------------------- */

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
    json_t *object = json_add_object(json, array);
    bool is_computed = column->kind == COLUMN_COMPUTED, has_key = !span_is_empty(column->metadata_key);
    Str content = json_one_line(json, column->content, !is_computed);
    json_put_text(json, object, "name", column_name(json, column));
    json_put(json, object, "kind", json_string(kinds[column->kind]));
    json_put_text_or_null(json, object, "type", is_computed ? STR("") : content);
    json_put_text_or_null(json, object, "expression", is_computed ? content : STR(""));
    json_put_text_or_null(json, object, "metadata_key",
                     has_key ? literal_value(json->source->text, column->metadata_key, json->arena) : STR(""));
    json_put_boolean(json, object, "virtual", column->is_virtual);
    json_put_place(json, object, column->name.start);
}

static void add_columns(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = json_put_array(json, table, "columns");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        if (is_column(&definition->columns[i])) {
            add_column(json, array, &definition->columns[i]);
        }
    }
}

/* The key as the constraint says it, or as it is said at a column. */
static void add_primary_key(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = json_put_array(json, table, "primary_key");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &definition->columns[i];
        if (column->kind == COLUMN_PRIMARY_KEY) {
            json_add_names(json, array, column->content);
        } else if (column->is_primary_key) {
            json_add(json, array, json_text_value(json, column_name(json, column)));
        }
    }
}

static void add_watermarks(const Json *json, json_t *table, const TableDefinition *definition) {
    json_t *array = json_put_array(json, table, "watermarks");
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &definition->columns[i];
        if (column->kind == COLUMN_WATERMARK) {
            json_t *object = json_add_object(json, array);
            json_put_text(json, object, "column", json_one_line(json, column->name, true));
            json_put_text(json, object, "expression", json_one_line(json, column->content, false));
        }
    }
}

/* ---- Tables: options --------------------------------------------------------------------------------------------- */

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
    bool is_secret =
        (found.option != NULL && found.option->secret) || is_secret_key(option->key) || is_secret_key(option->old_key);
    return is_secret ? STR(SECRET_MASK) : mask_value(key, value, json->arena);
}

static void put_rule(const Json *json, json_t *object, const Action *action) {
    if (action == NULL) {
        json_put(json, object, "rule", json_null());
        return;
    }
    json_t *rule = json_put_object(json, object, "rule");
    json_put_text_or_null(json, rule, "name", action->rule);
    json_put_text(json, rule, "place", action->place);
}

static bool is_changed(const PlannedOption *option) {
    return option->source == NULL || option_key_changed(option) || option_value_changed(option);
}

static void put_old(const Json *json, json_t *object, const PlannedOption *option) {
    if (option->source == NULL || !is_changed(option)) {
        json_put(json, object, "was", json_null());
        return;
    }
    json_t *was = json_put_object(json, object, "was");
    json_put_text(json, was, "key", option->old_key);
    json_put_text(json, was, "value", shown_value(json, option, option->old_key, option->old_value));
}

static void add_option(const Json *json, json_t *array, const Plan *plan, const Candidate *candidate,
                       bool is_effective) {
    const PlannedOption *option = candidate->option;
    json_t *object = json_add_object(json, array);
    bool is_own = candidate->plan == plan;
    json_put_text(json, object, "key", option->key);
    Str value = option->is_secret ? STR(SECRET_MASK) : option->value;
    json_put_text(json, object, "value", shown_value(json, option, option->key, value));
    json_put_boolean(json, object, "effective", is_effective);
    json_put_index(json, object, "like", !is_own, (size_t)(candidate->plan->table - json->model->tables));
    json_put(json, object, "origin", json_string(is_changed(option) ? "rule" : "script"));
    put_rule(json, object, is_changed(option) ? option->action : NULL);
    put_old(json, object, option);
    if (option->source != NULL) {
        json_put_place(json, object, option->source->key.start);
    } else {
        json_put(json, object, "place", json_null());
    }
}

static void add_options(const Json *json, json_t *table, const Plan *plan) {
    json_t *array = json_put_array(json, table, "options");
    Candidates candidates = {0};
    size_t distance = 0;
    for (const Table *at = plan->table; at != NULL; at = at->like) {
        add_candidates(json, json_plan_of(json, at), distance++, &candidates);
    }
    const bool *are_effective = find_effective(&candidates, json->arena);
    for (size_t i = 0; i < candidates.count; i++) {
        add_option(json, array, plan, &candidates.items[i], are_effective[i]);
    }
}

static void add_removed_options(const Json *json, json_t *table, const Plan *plan) {
    json_t *array = json_put_array(json, table, "removed_options");
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed && option->source != NULL) {
            json_t *object = json_add_object(json, array);
            json_put_text(json, object, "key", option->old_key);
            json_put_text(json, object, "value", shown_value(json, option, option->old_key, option->old_value));
            put_rule(json, object, option->action);
            json_put_place(json, object, option->source->key.start);
        }
    }
}

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

static void put_upstream(const Json *json, json_t *object, const OverviewTable *table) {
    json_t *upstream = json_put_object(json, object, "upstream");
    json_put_text_or_null(json, upstream, "server", table->server);
    json_put_text_or_null(json, upstream, "database", table->database);
    json_put_text_or_null(json, upstream, "schema", table->schema);
    json_put_text_or_null(json, upstream, "table", table->table);
    json_put_text_or_null(json, upstream, "slot", table->slot);
    json_put_number(json, upstream, "slot_sources", table->slot_users);
    json_put_text_or_null(json, upstream, "publication", table->publication);
}

static void add_roles(const Json *json, json_t *table, unsigned roles) {
    json_t *array = json_put_array(json, table, "roles");
    if (roles & ROLE_SOURCE) {
        json_add(json, array, json_string("source"));
    }
    if (roles & ROLE_SINK) {
        json_add(json, array, json_string("sink"));
    }
}

static void put_like(const Json *json, json_t *object, const Table *table) {
    if (span_is_empty(table->definition->like)) {
        json_put(json, object, "like", json_null());
        return;
    }
    json_t *like = json_put_object(json, object, "like");
    const Table *other = model_find(json->model, table->like_name, table->statement->span.start);
    json_fill_reference(json, like, table->like_name, other);
    json_put_boolean(json, like, "takes_options", table->like != NULL);
}

void json_fill_table(Json *json, size_t index) {
    const OverviewTable *overview = &json->overview.tables[index];
    const Plan *plan = overview->plan;
    const Table *table = plan->table;
    json->connector = overview->connector;
    TableName name = overview_table_name(plan);
    json_fill_name(json, json_put_object(json, json->item, "name"), &name);
    json_put_text_or_null(json, json->item, "renamed_from", plan->new_name.size > 0 ? table->name.table : STR(""));
    json_put_statement(json, json->item, table->statement);
    json_put_place(json, json->item, table->definition->name.start);
    add_roles(json, json->item, overview->roles);
    json_put_text_or_null(json, json->item, "connector", overview->connector);
    json_put_boolean(json, json->item, "temporary", table->definition->is_temporary);
    json_put_boolean(json, json->item, "changed", plan->is_changed);
    put_upstream(json, json->item, overview);
    put_like(json, json->item, table);
    add_columns(json, json->item, table->definition);
    add_primary_key(json, json->item, table->definition);
    add_watermarks(json, json->item, table->definition);
    add_options(json, json->item, plan);
    add_removed_options(json, json->item, plan);
}
