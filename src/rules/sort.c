#include <stdlib.h>

#include "catalogue/catalogue.h"
#include "rules/plan.h"

/* An option and its place in the catalogue. */
typedef struct SortItem {
    size_t order, index;
    PlannedOption option;
} SortItem;

/* Options of one key keep their order, as the last one counts. */
static int compare_items(const void *a, const void *b) {
    const SortItem *left = a, *right = b;
    if (left->order != right->order) {
        return left->order < right->order ? -1 : 1;
    }
    int order = str_compare(left->option.key, right->option.key);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

/* connector first, then the catalogue's order, then the rest by key. */
static void sort_plan(const Plans *plans, Plan *plan, Arena *arena) {
    const Connector *connector = catalogue_connector(plan_value(plans, plan, STR("connector")));
    SortItem *items = arena_array(arena, plan->count, sizeof *items);
    for (size_t i = 0; i < plan->count; i++) {
        Str key = plan->options[i].key;
        bool is_first = str_equal(key, STR("connector"));
        items[i] = (SortItem){.index = i, .option = plan->options[i]};
        items[i].order = is_first ? 0 : connector != NULL ? catalogue_order(connector, key) : SIZE_MAX;
    }
    qsort(items, plan->count, sizeof *items, compare_items);
    for (size_t i = 0; i < plan->count; i++) {
        plan->is_changed = plan->is_changed || items[i].index != i;
        plan->options[i] = items[i].option;
    }
    plan->index = NULL; /* it knows the old places, as these do */
    memset(plan->last_of_bit, 0, sizeof plan->last_of_bit);
}

void plans_sort(Plans *plans, Arena *arena) {
    for (size_t i = 0; i < plans->model->table_count; i++) {
        Plan *plan = &plans->items[i];
        if (!plan->table->statement->is_frozen && plan->count > 1) {
            sort_plan(plans, plan, arena);
        }
    }
}
