#include <stdlib.h>

#include "rules/plan.h"

/* Order in a sorted list: connector, then by key. Options of one key keep their order, as the last one counts. */
static int compare_options(const void *a, const void *b) {
    const PlannedOption *left = a, *right = b;
    bool left_first = str_equal(left->key, STR("connector")), right_first = str_equal(right->key, STR("connector"));
    if (left_first != right_first) {
        return left_first ? -1 : 1;
    }
    int order = str_compare(left->key, right->key);
    if (order != 0 || left->source == right->source) {
        return order;
    }
    if (left->source == NULL || right->source == NULL) {
        return left->source == NULL ? 1 : -1;
    }
    return left->source < right->source ? -1 : 1;
}

static bool is_sorted(const Plan *plan) {
    for (size_t i = 1; i < plan->count; i++) {
        if (compare_options(&plan->options[i - 1], &plan->options[i]) > 0) {
            return false;
        }
    }
    return true;
}

void plans_sort(Plans *plans) {
    for (size_t i = 0; i < plans->model->table_count; i++) {
        Plan *plan = &plans->items[i];
        if (!plan->table->statement->is_frozen && !is_sorted(plan)) {
            qsort(plan->options, plan->count, sizeof *plan->options, compare_options);
            plan->is_changed = true;
        }
    }
}
