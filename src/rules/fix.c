#include "rules/plan.h"

/* What --verbose names as the reason. */
static const Action fix_action = {.kind = ACTION_RENAME, .place = {"--fix", 5}};

static bool is_untouched(const PlannedOption *option) {
    return option->source != NULL && !option->is_removed && option->action == NULL;
}

/* Whether the table has an option of that key already; a second one would only hide it. */
static bool has_own(const Plan *plan, Str key) {
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed && str_equal(plan->options[i].key, key)) {
            return true;
        }
    }
    return false;
}

static void fix_option(Plan *plan, PlannedOption *option, const Connector *connector, Release release, Arena *arena) {
    if (catalogue_option(connector, option->key, release).status != OPTION_UNKNOWN) {
        return;
    }
    RightName name = catalogue_right_name(connector, option->key, release);
    if (!name.found || name.head.size == 0) {
        return;
    }
    Str right = right_name_text(arena, name);
    if (!has_own(plan, right)) {
        option->key = right;
        option->action = &fix_action;
        plan->is_changed = true;
    }
}

void plans_fix(Plans *plans, Release release, Arena *arena) {
    for (size_t i = 0; i < plans->model->table_count; i++) {
        Plan *plan = &plans->items[i];
        const Connector *connector = catalogue_connector(plan_value(plans, plan, STR("connector")));
        if (connector == NULL || plan->table->statement->is_frozen) {
            continue;
        }
        for (size_t j = 0; j < plan->count; j++) {
            if (is_untouched(&plan->options[j])) {
                fix_option(plan, &plan->options[j], connector, release, arena);
            }
        }
    }
}
