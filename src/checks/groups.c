#include "checks/groups.h"

#include <stdlib.h>

static int compare_items(const void *a, const void *b) {
    const GroupItem *left = a, *right = b;
    int order = str_compare(left->key, right->key);
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

/* As they are when all tables are of one group. */
static bool is_sorted(const Groups *groups) {
    for (size_t i = 1; i < groups->items.count; i++) {
        if (compare_items(&groups->items.items[i - 1], &groups->items.items[i]) > 0) {
            return false;
        }
    }
    return true;
}

Groups group_tables(const Checker *checker, TablePredicate may_pick, PickTable pick) {
    Groups groups = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        GroupItem item = {.table = &checker->tables[i], .number = i};
        if (!is_frozen(item.table) && holds_of_shape(checker, item.table, may_pick) &&
            pick(checker, item.table, &item)) {
            *vector_add(checker->arena, &groups.items) = item;
        }
    }
    if (groups.items.count > 1 && !is_sorted(&groups)) {
        qsort(groups.items.items, groups.items.count, sizeof *groups.items.items, compare_items);
    }
    return groups;
}

const GroupItem *next_group(Groups *groups, size_t *count) {
    size_t first = groups->next;
    if (first == groups->items.count) {
        return NULL;
    }
    const GroupItem *item = &groups->items.items[first];
    while (groups->next < groups->items.count && str_equal(groups->items.items[groups->next].key, item->key)) {
        groups->next++;
    }
    *count = groups->next - first;
    return item;
}

const GroupItem *leave_out_allowed(Checker *checker, const GroupItem *item, size_t *count) {
    const GroupItem *first = NULL;
    size_t left = 0;
    for (const GroupItem *end = item + *count; item < end; item++) {
        Span name = item->table->written->definition->name;
        if (!is_silenced(checker, item->option ? place_of_value(item->table, item->option) : name, true)) {
            first = first ? first : item;
            left++;
        }
    }
    *count = left;
    return first;
}

Str others_text(const Checker *checker, size_t count) {
    if (count < 2) {
        return STR("");
    }
    return format(checker, " (so it is in %zu more table%s)", count - 1, count > 2 ? "s" : "");
}
