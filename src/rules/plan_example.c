/* Plans by example: scripts have many tables whose options are the same but for names, and rules do the same to
 * them. */
#include "rules/name_options.h"
#include "rules/planner.h"
#include "syntax/literal.h"

enum { OPTIONS_MAX = 32 };

/* ---- Examples ---------------------------------------------------------------------------------------------------- */

/* Conditions on the rest hold of all tables whose written options and roles are the same. */
static bool minds_names(const Condition *condition) {
    switch (condition->field) {
    case FIELD_CONNECTOR:
    case FIELD_ROLE:
    case FIELD_FILE:
        return false;
    case FIELD_OPTION:
        return name_key_number(condition->option) < NAME_KEYS;
    default:
        return true;
    }
}

static bool rule_minds_names(const Rule *rule) {
    bool minds = false;
    for (size_t i = 0; i < rule->condition_count; i++) {
        minds = minds || minds_names(&rule->conditions[i]);
    }
    return minds;
}

/* Of the plan's option: it is as the script has it, or there is none. */
static bool is_untouched(const Plan *plan, Str key) {
    const PlannedOption *option = plan_own_option(plan, key);
    return option == NULL || option->action == NULL;
}

/* Whether what the part stands for differs among the tables; in *fits, whether it is the same before and behind the
 * rules. */
static bool is_variable(const Plan *plan, const TemplatePart *part, bool *fits) {
    switch (part->field) {
    case TEMPLATE_TEXT:
    case TEMPLATE_ENVIRONMENT:
    case TEMPLATE_CONNECTOR:
        return false;
    case TEMPLATE_OPTION:
        *fits = *fits && is_untouched(plan, part->text);
        return name_key_number(part->text) < NAME_KEYS;
    case TEMPLATE_GROUP:
        *fits = false;
        return true;
    default:
        *fits = *fits && is_untouched(plan, STR("table-name")) && is_untouched(plan, STR("schema-name")) &&
                is_untouched(plan, STR("database-name"));
        return true;
    }
}

static bool has_variables(const Plan *plan, const Action *action, bool *fits) {
    bool has_any = false;
    for (size_t i = 0; i < action->value.count; i++) {
        has_any = is_variable(plan, &action->value.parts[i], fits) || has_any;
    }
    return has_any;
}

static bool sets_value(const Action *action) {
    return action->kind == ACTION_SET || action->kind == ACTION_DEFAULT || action->kind == ACTION_REPLACE;
}

static bool option_fits(const Plan *plan, const PlannedOption *option) {
    bool fits = true;
    bool is_plain = !option->is_removed && !option->is_secret && !option->is_asked_for &&
                    plan_own_option(plan, option->key) == option &&
                    (option->source == NULL || str_equal(option->key, option->old_key));
    if (!is_plain || option->action == NULL) {
        return is_plain;
    }
    bool varies = has_variables(plan, option->action, &fits);
    return fits && sets_value(option->action) &&
           (!varies || (name_key_number(option->key) < NAME_KEYS && name_is_plain(option->value)));
}

/* After trouble it is not known of which tables there was some. */
bool plan_is_example(const Plans *plans, const Plan *plan) {
    const Planner *planner = plans->planner;
    bool fits = plan->count <= OPTIONS_MAX && !plan->table->statement->is_frozen &&
                planner->findings->worst < SEVERITY_TROUBLE &&
                !any_rule(planner->lists, planner->list_count, rule_minds_names);
    for (size_t i = 0; i < plan->count && fits; i++) {
        fits = option_fits(plan, &plan->options[i]);
    }
    return fits;
}

/* ---- By example -------------------------------------------------------------------------------------------------- */

/* The table's written option takes its place among the example's. False when it has none there, or another value. */
static bool place_written(const Option *source, Str text, const Plan *example, Plan *plan, Arena *scratch) {
    Str key = option_key(text, source, scratch), value = option_value(text, source, scratch);
    const PlannedOption *like = plan_own_option(example, key);
    if (like == NULL || like->source == NULL || !values_are_alike(key, value, like->old_value)) {
        return false;
    }
    PlannedOption *option = &plan->options[like - example->options];
    bool stands_again = option->source != like->source;
    option->source = source;
    option->key = option->old_key = key;
    option->value = like->action == NULL ? value : like->value;
    option->old_value = value;
    return !stands_again;
}

static bool place_all(const Table *table, Str text, const Plan *example, Plan *plan, Arena *scratch) {
    const TableDefinition *definition = table->definition;
    bool fits = definition->option_count == example->table->definition->option_count;
    for (uint32_t i = 0; i < definition->option_count && fits; i++) {
        fits = place_written(&definition->options[i], text, example, plan, scratch);
    }
    return fits;
}

/* What templates with variables give this table. A value that stands there already would leave the option untouched. */
static bool fill_in(Planner *planner, Plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        PlannedOption *option = &plan->options[i];
        bool fits = true;
        RuleValue value;
        if (option->action == NULL || !has_variables(plan, option->action, &fits)) {
            continue;
        }
        if (!planner_expand(planner, option->action, &value) || value.is_secret || !name_is_plain(value.text) ||
            (option->source != NULL && str_equal(value.text, option->old_value))) {
            return false;
        }
        option->value = value.text;
    }
    return true;
}

const Plan *plan_by_example(const Plans *plans, const Table *table, const Plan *example, Arena *scratch) {
    Planner *planner = plans->planner;
    Plan *plan = &planner->one;
    size_t size = example->count * sizeof *example->options;
    *plan = *example;
    plan->table = table;
    plan->options = arena_alloc_raw(scratch, size);
    if (size > 0) {
        memcpy(plan->options, example->options, size);
    }
    if (!place_all(table, planner_text(planner), example, plan, scratch)) {
        return NULL;
    }
    planner->plan = plan;
    planner->values = scratch;
    planner->connector = plan_value(plans, plan, STR("connector"));
    if (!fill_in(planner, plan)) {
        return NULL;
    }
    planner->matches += plan->matches;
    return plan;
}
