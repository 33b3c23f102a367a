#include "checks/fix.h"

#include "checks/registry.h"
#include "checks/tables.h"
#include "checks/replication.h"

/* What --verbose names as the reason. */
static const Action fix_action = {.place = {"--fix", 5}};

static bool is_untouched(const PlannedOption *option) {
    return option->source != NULL && !option->is_removed && !option->is_asked_for && option->action == NULL;
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

static bool fix_name(const Checker *checker, const CheckedTable *table, Plan *plan, PlannedOption *option) {
    Release release = checker->settings->release;
    if (table->connector == NULL || catalogue_option(table->connector, option->key, release).status != OPTION_UNKNOWN) {
        return false;
    }
    RightName name = catalogue_right_name(table->connector, option->key, release);
    Str right = name.found && name.head.size > 0 ? right_name_text(checker->arena, name) : STR("");
    if (right.size == 0 || has_own(table->plan, right)) {
        return false;
    }
    option->key = right;
    plan->keys |= plan_key_bit(right);
    return true;
}

static bool fix_anchors(const CheckedTable *table, PlannedOption *option) {
    Str bare = without_inner_anchors(table, option);
    option->value = bare.size > 0 ? bare : option->value;
    return bare.size > 0;
}

static bool fix_useless(const Checker *checker, const CheckedTable *table, PlannedOption *option) {
    option->is_removed = property_has_no_effect(checker, table, option->key);
    return option->is_removed;
}

static void fix_table(const Checker *checker, const CheckedTable *table, Plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        PlannedOption *option = &plan->options[i];
        if (is_untouched(option) && (fix_name(checker, table, plan, option) || fix_anchors(table, option) ||
                                     fix_useless(checker, table, option))) {
            option->action = &fix_action;
            plan->is_changed = true;
            plan->index = NULL; /* it knows nothing of this */
        }
    }
}

void script_fixes(const Script *script, Plans *plans, const CheckSettings *settings, Arena *arena) {
    Checker checker = {.script = script, .model = plans->model, .plans = plans, .settings = settings, .arena = arena};
    look_at_tables(&checker);
    for (size_t i = 0; i < checker.table_count; i++) {
        if (!plans->items[i].table->statement->is_frozen) {
            fix_table(&checker, &checker.tables[i], &plans->items[i]);
        }
    }
}
