#include "rules/plan.h"

#include <stdlib.h>

#include "rules/planner.h"
#include "secret.h"

/* ---- Looking at a plan ---------------------------------------------------------------------------------- */

const PlannedOption *plan_option(const Plans *plans, const Plan *plan, Str key) {
    for (;;) {
        const PlannedOption *option = plan_own_option(plan, key);
        if (option != NULL || plan->table->like == NULL) {
            return option;
        }
        plan = &plans->items[plan->table->like - plans->model->tables];
    }
}

const PlannedOption *plan_running_option(const Plans *plans, const Plan *plan, Str debezium_key, Str key) {
    const PlannedOption *option = plan_option(plans, plan, debezium_key);
    return option ? option : plan_option(plans, plan, key);
}

Str plan_value(const Plans *plans, const Plan *plan, Str key) {
    const PlannedOption *option = plan_option(plans, plan, key);
    return option ? option->value : STR("");
}

unsigned plan_roles(const Plans *plans, const Plan *plan) {
    Str connector = plan_value(plans, plan, STR("connector"));
    if (plan->table->roles != 0) {
        return plan->table->roles;
    }
    if (str_has_suffix(connector, STR("-cdc"))) {
        return ROLE_SOURCE;
    }
    return str_equal(connector, STR("starrocks")) ? ROLE_SINK : 0;
}

bool is_secret_option(const PlannedOption *option) {
    return option->is_secret || is_secret_key(option->key) ||
           (option->source != NULL && is_secret_key(option->old_key));
}

/* ---- What conditions and templates look at ---------------------------------------------------------------- */

/* An upstream name: the option's value, else the part of the Flink identifier. */
static Str upstream_name(const Planner *planner, Str option, Str otherwise) {
    const PlannedOption *found = plan_option(planner->plans, planner->plan, option);
    return found ? found->value : otherwise;
}

static Str upstream_database(const Planner *planner) {
    return upstream_name(planner, STR("database-name"), planner->plan->table->name.database);
}

static Str upstream_schema(const Planner *planner) { return upstream_name(planner, STR("schema-name"), STR("")); }

static Str upstream_table(const Planner *planner) {
    return upstream_name(planner, STR("table-name"), planner->plan->table->name.table);
}

static MatchResult match(Planner *planner, const Condition *condition, Str subject) {
    MatchResult result = pattern_test(&condition->pattern, subject, planner->matcher);
    if (result == MATCH_OUT_OF_MEMORY) {
        guard_leave(planner->arena->guard);
    }
    if (result == MATCH_GAVE_UP) {
        const Pattern *pattern = &condition->pattern;
        subject = condition->field == FIELD_OPTION ? mask_value(condition->option, subject, planner->arena) : subject;
        finding_file_trouble(planner->findings, planner->file,
                             arena_format(planner->arena,
                                          "the pattern '%.*s' was given up on '%.*s': it takes too many steps",
                                          (int)pattern->text.size, pattern->text.data, (int)subject.size,
                                          subject.data));
    }
    return result;
}

static MatchResult match_role(Planner *planner, const Condition *condition) {
    unsigned roles = plan_roles(planner->plans, planner->plan);
    MatchResult result = roles & ROLE_SOURCE ? match(planner, condition, STR("source")) : MATCH_NO;
    return result == MATCH_NO && roles & ROLE_SINK ? match(planner, condition, STR("sink")) : result;
}

static MatchResult match_option(Planner *planner, const Condition *condition, Str key) {
    const PlannedOption *option = plan_option(planner->plans, planner->plan, key);
    return option ? match(planner, condition, option->value) : MATCH_NO;
}

static MatchResult match_field(Planner *planner, const Condition *condition) {
    const TableName *name = &planner->plan->table->name;
    switch (condition->field) {
    case FIELD_CONNECTOR:
        return match(planner, condition, planner->connector);
    case FIELD_CATALOG:
        return match(planner, condition, name->catalog);
    case FIELD_DATABASE:
        return match(planner, condition, upstream_database(planner));
    case FIELD_SCHEMA:
        return match(planner, condition, upstream_schema(planner));
    case FIELD_TABLE:
        return match(planner, condition, upstream_table(planner));
    case FIELD_NAME:
        return match(planner, condition, name->table);
    case FIELD_ROLE:
        return match_role(planner, condition);
    case FIELD_FILE:
        return match(planner, condition, planner->file);
    default:
        return match_option(planner, condition, condition->option);
    }
}

static bool condition_holds(Planner *planner, const Condition *condition) {
    bool passes_by =
        condition->only_if_present && plan_option(planner->plans, planner->plan, STR("schema-name")) == NULL;
    MatchResult result = passes_by ? MATCH_YES : match_field(planner, condition);
    return result != MATCH_GAVE_UP && (result == MATCH_YES) != condition->is_negated;
}

static bool conditions_hold(Planner *planner, const Rule *rule) {
    for (size_t i = 0; i < rule->condition_count; i++) {
        if (!condition_holds(planner, &rule->conditions[i])) {
            return false;
        }
    }
    return true;
}

static bool lookup(void *context, const TemplatePart *part, Str *value) {
    Planner *planner = context;
    const PlannedOption *option;
    const char *variable;
    switch (part->field) {
    case TEMPLATE_TABLE:
        *value = upstream_table(planner);
        return true;
    case TEMPLATE_SCHEMA:
        *value = upstream_schema(planner);
        return true;
    case TEMPLATE_DATABASE:
        *value = upstream_database(planner);
        return true;
    case TEMPLATE_NAME:
        *value = planner->plan->table->name.table;
        return true;
    case TEMPLATE_CONNECTOR:
        *value = planner->connector;
        return true;
    case TEMPLATE_GROUP:
        *value = matcher_group(planner->matcher, planner->table_subject, part->group);
        return true;
    case TEMPLATE_OPTION:
        option = plan_option(planner->plans, planner->plan, part->text);
        *value = option ? option->value : STR("");
        planner->uses_secret = planner->uses_secret || (option != NULL && is_secret_option(option));
        return option != NULL;
    default:
        planner->uses_secret = planner->uses_secret || is_secret_key(part->text);
        variable = getenv(part->text.data);
        *value = str_of(variable);
        return variable != NULL;
    }
}

/* ---- Actions ------------------------------------------------------------------------------------------------ */

static void action_trouble(const Planner *planner, const Action *action, Str message) {
    Span line = action->source ? source_line_span(action->source, action->line) : (Span){0, 0};
    finding_add(planner->findings, (Finding){.severity = SEVERITY_TROUBLE,
                                             .source = action->source,
                                             .span = line,
                                             .file = action->place,
                                             .message = message});
}

bool planner_expand(Planner *planner, const Action *action, RuleValue *value) {
    const TemplatePart *missing;
    planner->uses_secret = false;
    if (template_expand(&action->value, lookup, planner, planner->values, &value->text, &missing)) {
        value->is_secret = planner->uses_secret;
        return true;
    }
    Str table = planner->plan->table->name.table, text = missing->text;
    Str template = mask_value(action->key, action->value.text, planner->arena);
    bool is_option = missing->field == TEMPLATE_OPTION;
    action_trouble(planner, action,
                   is_option
                       ? arena_format(planner->arena, "table '%.*s' has no option '%.*s' for the template '%.*s'",
                                      (int)table.size, table.data, (int)text.size, text.data,
                                      (int)template.size, template.data)
                       : arena_format(planner->arena, "the environment has no variable '%.*s' for the template '%.*s'",
                                      (int)text.size, text.data, (int)template.size, template.data));
    return false;
}

static void set_value(Planner *planner, Str key, RuleValue value, const Action *action) {
    const PlannedOption *effective = plan_option(planner->plans, planner->plan, key);
    plan_set_option(planner->plan, effective, key, value, action, planner->values);
}

static bool is_told(Planner *planner, const Action *action) {
    for (size_t i = 0; i < planner->told.count; i++) {
        if (planner->told.items[i] == action) {
            return true;
        }
    }
    *vector_add(planner->arena, &planner->told) = action;
    return false;
}

/* Says once for each action and file that its key was mended. */
static void tell_right_key(Planner *planner, const Action *action, Str wrong, Str right) {
    if (is_told(planner, action)) {
        return;
    }
    Str connector = planner->connector;
    Span line = action->source ? source_line_span(action->source, action->line) : (Span){0, 0};
    finding_add(planner->findings,
                (Finding){.severity = SEVERITY_INFO,
                          .source = action->source,
                          .span = line,
                          .file = action->place,
                          .message = arena_format(planner->arena, "'%.*s' is not an option of %.*s; wrote '%.*s'",
                                                  (int)wrong.size, wrong.data, (int)connector.size, connector.data,
                                                  (int)right.size, right.data)});
}

/* The connector's own key for what people write as `key`; `key` itself when the catalogue knows no better. */
static Str mended_key(Planner *planner, const Action *action, Str key) {
    const Connector *connector = catalogue_connector(planner->connector);
    RightName name = {0};
    if (connector != NULL && catalogue_option(connector, key, planner->release).status == OPTION_UNKNOWN) {
        name = catalogue_right_name(connector, key, planner->release);
    }
    if (!name.found || name.head.size == 0) {
        return key;
    }
    Str right = right_name_text(planner->values, name);
    tell_right_key(planner, action, key, right);
    return right;
}

/* The key that the action writes on a table of this connector; empty when it does not concern it. */
static Str find_key(Planner *planner, const Action *action) {
    bool is_cdc = str_has_suffix(planner->connector, STR("-cdc"));
    switch (action->scope) {
    case SCOPE_SHORT_KEY:
        return catalogue_short_key(action->key, planner->connector);
    case SCOPE_CDC:
        return is_cdc ? action->key : STR("");
    case SCOPE_STARROCKS:
        return str_equal(planner->connector, STR("starrocks")) ? action->key : STR("");
    default:
        return action->key;
    }
}

/* Whether the key of an action is one that it writes; others are looked for as they stand. */
static bool writes_key(const Action *action) { return action->kind != ACTION_UNSET && action->kind != ACTION_RENAME; }

/* find_key(), mended where it is written. A script has few connectors, so the last answer is kept. */
static Str key_of(Planner *planner, const Action *action) {
    while (planner->keys.count <= action->number) {
        vector_add(planner->arena, &planner->keys);
    }
    KnownKey *known = &planner->keys.items[action->number];
    if (known->action != action || !str_equal(known->connector, planner->connector)) {
        Str key = find_key(planner, action);
        key = key.size > 0 && writes_key(action) ? mended_key(planner, action, key) : key;
        *known = (KnownKey){action, arena_copy(planner->arena, planner->connector), arena_copy(planner->arena, key)};
    }
    return known->key;
}

/* Each backslash that is not doubled yet is: so twice is as once. */
static Str escape_backslashes(Str value, Arena *arena) {
    char *escaped = arena_alloc(arena, 2 * value.size);
    size_t size = 0;
    for (size_t i = 0; i < value.size; i++) {
        bool is_pair = value.data[i] == '\\' && i + 1 < value.size && value.data[i + 1] == '\\';
        escaped[size++] = value.data[i];
        if (value.data[i] == '\\') {
            escaped[size++] = '\\';
        }
        i += is_pair;
    }
    return (Str){escaped, size};
}

static void escape_values(Planner *planner, const Action *action) {
    for (size_t i = 0; i < planner->plan->count; i++) {
        PlannedOption *option = &planner->plan->options[i];
        if (option->is_removed || option->value.size == 0 ||
            memchr(option->value.data, '\\', option->value.size) == NULL) {
            continue;
        }
        Str escaped = escape_backslashes(option->value, planner->values);
        if (!str_equal(escaped, option->value)) {
            option->value = escaped;
            option->action = action;
            planner->plan->is_changed = true;
        }
    }
}

static void rename_table(Planner *planner, const Action *action, bool renames_upstream) {
    RuleValue name;
    if (!planner_expand(planner, action, &name) || name.text.size == 0) {
        return;
    }
    planner->plan->new_name = str_equal(name.text, planner->plan->table->name.table) ? STR("") : name.text;
    planner->plan->renamed_by = action;
    if (renames_upstream && str_equal(planner->connector, STR("starrocks"))) {
        set_value(planner, STR("table-name"), name, action);
    }
}

static void apply_action(Planner *planner, const Action *action) {
    Str key = key_of(planner, action);
    RuleValue value;
    if (key.size == 0) {
        return;
    }
    if (action->kind == ACTION_UNSET) {
        plan_unset_option(planner->plan, key, action);
        return;
    }
    if (action->kind == ACTION_RENAME) {
        if (plan_own_option(planner->plan, key) != NULL && planner_expand(planner, action, &value)) {
            plan_rename_option(planner->plan, key, mended_key(planner, action, value.text), action, planner->values);
        }
        return;
    }
    bool is_present = plan_option(planner->plans, planner->plan, key) != NULL;
    bool is_wanted = action->kind == ACTION_SET || (action->kind == ACTION_REPLACE) == is_present;
    if (is_wanted && planner_expand(planner, action, &value)) {
        set_value(planner, key, value, action);
    }
}

/* Groups are read from the match data, so the table pattern is matched again, last, before a rule's actions. */
static void match_groups(Planner *planner, const Rule *rule) {
    if (rule->table_condition != NULL) {
        planner->table_subject = upstream_table(planner);
        MatchResult result = pattern_match(&rule->table_condition->pattern, planner->table_subject, planner->matcher);
        if (result == MATCH_OUT_OF_MEMORY) {
            guard_leave(planner->arena->guard);
        }
    }
}

/* Whether the rule is for the table. */
static bool apply_rule(Planner *planner, const Rule *rule) {
    planner->connector = plan_value(planner->plans, planner->plan, STR("connector"));
    if (!conditions_hold(planner, rule)) {
        return false;
    }
    match_groups(planner, rule);
    for (size_t i = 0; i < rule->action_count; i++) {
        const Action *action = &rule->actions[i];
        if (action->kind == ACTION_RENAME_TABLE) {
            rename_table(planner, action, rule->renames_upstream);
        } else if (action->kind == ACTION_ESCAPE_BACKSLASHES) {
            escape_values(planner, action);
        } else {
            apply_action(planner, action);
        }
    }
    return true;
}

static void make_plan(Planner *planner, Plan *plan, const Table *table) {
    plan_start(plan, table, planner_text(planner), planner->values);
    planner->plan = plan;
    for (size_t i = 0; i < planner->list_count && !table->statement->is_frozen; i++) {
        for (size_t j = 0; j < planner->lists[i].count; j++) {
            bool is_for_table = apply_rule(planner, &planner->lists[i].rules[j]);
            plan->matches += is_for_table && i + 1 == planner->list_count;
        }
    }
    planner->matches += plan->matches;
    plan->is_changed = plan->is_changed && plan_differs_from_source(plan);
}

Plans plans_promise(const Model *model, const RuleList *lists, size_t list_count, Release release, Matcher *matcher,
                    Arena *arena, Findings *findings) {
    Planner *planner = arena_new(arena, Planner);
    *planner = (Planner){.plans = arena_new(arena, Plans),
                         .lists = lists,
                         .list_count = list_count,
                         .matcher = matcher,
                         .arena = arena,
                         .values = arena,
                         .findings = findings,
                         .file = model->script->source->name,
                         .release = release};
    *planner->plans = (Plans){.model = model, .planner = planner};
    return *planner->plans;
}

static bool renames_table(const Rule *rule) {
    for (size_t i = 0; i < rule->action_count; i++) {
        if (rule->actions[i].kind == ACTION_RENAME_TABLE) {
            return true;
        }
    }
    return false;
}

static bool asks_for_role(const Rule *rule) {
    for (size_t i = 0; i < rule->condition_count; i++) {
        if (rule->conditions[i].field == FIELD_ROLE) {
            return true;
        }
    }
    return false;
}

bool any_rule(const RuleList *lists, size_t list_count, bool (*is_meant)(const Rule *rule)) {
    for (size_t i = 0; i < list_count; i++) {
        for (size_t j = 0; j < lists[i].count; j++) {
            if (is_meant(&lists[i].rules[j])) {
                return true;
            }
        }
    }
    return false;
}

bool rules_rename_tables(const RuleList *lists, size_t list_count) {
    return any_rule(lists, list_count, renames_table);
}

bool rules_ask_for_roles(const RuleList *lists, size_t list_count) {
    return any_rule(lists, list_count, asks_for_role);
}

size_t plans_matches(const Plans *plans) { return plans->planner->matches; }

const Plan *plan_of_table(const Plans *plans, const Table *table, Arena *scratch) {
    Planner *planner = plans->planner;
    planner->values = scratch;
    make_plan(planner, &planner->one, table);
    return &planner->one;
}

const Plan *plan_again(const Plans *plans, const Table *table, Arena *arena) {
    Planner *planner = plans->planner;
    Plan *plan = arena_new(arena, Plan);
    size_t matches = planner->matches;
    Findings *findings = planner->findings, told_before = {.arena = planner->arena};
    planner->values = arena;
    planner->findings = &told_before;
    make_plan(planner, plan, table);
    planner->findings = findings;
    planner->matches = matches;
    return plan;
}

const Plan *plans_at(const Plans *plans, size_t i, Arena *scratch) {
    return plans->items != NULL ? &plans->items[i] : plan_of_table(plans, &plans->model->tables[i], scratch);
}

Plans plans_make(const Model *model, const RuleList *lists, size_t list_count, Release release, Matcher *matcher,
                 Arena *arena, Findings *findings) {
    Plans plans = plans_promise(model, lists, list_count, release, matcher, arena, findings);
    plans.items = plans.planner->plans->items = arena_array(arena, model->table_count, sizeof *plans.items);
    for (size_t i = 0; i < model->table_count; i++) {
        make_plan(plans.planner, &plans.items[i], &model->tables[i]);
    }
    return plans;
}
