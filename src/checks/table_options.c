#include "checks/table_options.h"

#include <stdlib.h>

/* Longer lists are sorted to find keys that stand twice. */
enum { SHORT_LIST = 32 };

static int compare_places(const void *a, const void *b) {
    const PlannedOption *first = *(const PlannedOption *const *)a, *second = *(const PlannedOption *const *)b;
    return first < second ? -1 : first > second;
}

static void find_in_long_list(const Checker *checker, CheckedTable *table) {
    size_t found;
    const PlannedOption **options = options_by_key(checker, table, &found);
    for (size_t i = 0; i < found; i++) {
        if (i + 1 == found || !str_equal(options[i]->key, options[i + 1]->key)) {
            table->own[table->own_count++] = options[i];
        }
    }
    qsort(table->own, table->own_count, sizeof *table->own, compare_places);
}

/* Only keys with one bit may be the same. */
static bool may_stand_again(const Plan *plan, size_t index) {
    return plan->last_of_bit[plan_key_number(plan->options[index].key)] != index + 1;
}

static bool stands_again(const Plan *plan, size_t index) {
    for (size_t i = index + 1; i < plan->count; i++) {
        if (!plan->options[i].is_removed && str_equal(plan->options[i].key, plan->options[index].key)) {
            return true;
        }
    }
    return false;
}

static void find_own(const Checker *checker, CheckedTable *table) {
    const Plan *plan = table->plan;
    table->own = arena_array(checker->arena, plan->count, sizeof *table->own);
    if (plan->count > SHORT_LIST) {
        find_in_long_list(checker, table);
        return;
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed && !(may_stand_again(plan, i) && stands_again(plan, i))) {
            table->own[table->own_count++] = &plan->options[i];
        }
    }
}

/* Keys differ in their first letters, their last or their length. */
static KnownOption *place_of(KnownOptions *known, const CheckedTable *table, Str key) {
    uint64_t head = 0, end = 0;
    size_t size = key.size < sizeof head ? key.size : sizeof head;
    if (size > 0) {
        memcpy(&head, key.data, size);
        memcpy(&end, key.data + key.size - size, size);
    }
    uint64_t table_hash = table->connector_name.size * 8 + table->roles;
    uint64_t hash = (head * 31 + end + key.size + (table_hash << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    return &known->places[hash >> 54];
}

static const OptionFound *find_known(const Checker *checker, const CheckedTable *table, Str key, KnownOptions *known) {
    KnownOption *place = place_of(known, table, key);
    Role role = role_of(table);
    if (place->found == NULL || place->connector != table->connector || place->role != role ||
        !str_equal(place->key, key)) {
        OptionFound *found = arena_new(checker->arena, OptionFound);
        *found = catalogue_option_in_role(table->connector, key, checker->settings->release, role);
        *place = (KnownOption){table->connector, role, key, found};
    }
    return place->found;
}

void look_at_options(const Checker *checker, CheckedTable *table, KnownOptions *known) {
    find_own(checker, table);
    table->found = arena_array(checker->arena, table->plan->count, sizeof *table->found);
    for (size_t i = 0; i < table->plan->count; i++) {
        table->found[i] = find_known(checker, table, table->plan->options[i].key, known);
    }
}
