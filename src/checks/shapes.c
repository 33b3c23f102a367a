#include "checks/shapes.h"

#include <stdlib.h>

#include "rules/name_options.h"
#include "rules/plan_options.h"

/* Longer lists are sorted to find keys that stand twice. */
enum { SHORT_LIST = 32 };

/* ---- A table's own options that count ---------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b) {
    uint32_t first = *(const uint32_t *)a, second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

static size_t find_in_long_list(const Checker *checker, const Plan *plan, uint32_t *own) {
    size_t found, count = 0;
    const PlannedOption **options = options_by_key(checker, plan, &found);
    for (size_t i = 0; i < found; i++) {
        if (i + 1 == found || !str_equal(options[i]->key, options[i + 1]->key)) {
            own[count++] = (uint32_t)(options[i] - plan->options);
        }
    }
    qsort(own, count, sizeof *own, compare_numbers);
    return count;
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

static size_t find_in_short_list(const Plan *plan, uint32_t *own) {
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed && !(may_stand_again(plan, i) && stands_again(plan, i))) {
            own[count++] = (uint32_t)i;
        }
    }
    return count;
}

/* Whether they are all that the plan has. */
static bool are_all_own(const Plan *plan) {
    bool are_all = plan->count <= SHORT_LIST;
    for (size_t i = 0; i < plan->count && are_all; i++) {
        are_all = !plan->options[i].is_removed && !(may_stand_again(plan, i) && stands_again(plan, i));
    }
    return are_all;
}

void find_own_options(const Checker *checker, CheckedTable *table) {
    const Plan *plan = table->plan;
    table->own = NULL;
    table->own_count = plan->count;
    if (!are_all_own(plan)) {
        uint32_t *own = arena_array(checker->arena, plan->count, sizeof *own);
        bool is_long = plan->count > SHORT_LIST;
        table->own_count = is_long ? find_in_long_list(checker, plan, own) : find_in_short_list(plan, own);
        table->own = own;
    }
}

/* ---- What the catalogue says of keys ----------------------------------------------------------------------------- */

typedef struct KnownOption {
    const Connector *connector;
    Role role;
    Str key;
    const OptionFound *found;
} KnownOption;

enum { KNOWN_OPTIONS = 1024 };

/* Keys differ in their first letters, their last or their length. */
static KnownOption *place_of(KnownOption *known, const CheckedTable *table, Str key) {
    uint64_t head = 0, end = 0;
    size_t size = key.size < sizeof head ? key.size : sizeof head;
    if (size > 0) {
        memcpy(&head, key.data, size);
        memcpy(&end, key.data + key.size - size, size);
    }
    uint64_t table_hash = table->connector_name.size * 8 + table->roles;
    uint64_t hash = (head * 31 + end + key.size + (table_hash << 32)) * UINT64_C(0x9E3779B97F4A7C15);
    return &known[hash >> 54];
}

static const OptionFound *find_known(const Checker *checker, const CheckedTable *table, Str key, KnownOption *known) {
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

static void find_in_catalogue(const Checker *checker, const CheckedTable *table, TableShape *shape, Shapes *shapes) {
    const Plan *plan = table->plan;
    if (shapes->options == NULL) {
        shapes->options = arena_array(checker->arena, KNOWN_OPTIONS, sizeof *shapes->options);
    }
    shape->found = arena_array(checker->arena, plan->count, sizeof *shape->found);
    for (size_t i = 0; i < plan->count; i++) {
        shape->found[i] = find_known(checker, table, plan->options[i].key, shapes->options);
    }
}

/* ---- Likeness ---------------------------------------------------------------------------------------------------- */

/* Of a removed option nothing else is known, so its value must be the same. */
static bool has_alike_value(const PlannedOption *option, const PlannedOption *other) {
    return option->is_removed ? str_equal(option->value, other->value)
                              : values_are_alike(option->key, option->value, other->value);
}

/* What rules did not touch is the very text of the script. */
static bool is_touched(Str now, Str before) { return now.data != before.data || now.size != before.size; }

static bool is_alike(const PlannedOption *option, const PlannedOption *other) {
    bool has_other_key = is_touched(option->key, option->old_key);
    return (option->source == NULL) == (other->source == NULL) && option->is_removed == other->is_removed &&
           option->is_secret == other->is_secret && has_other_key == is_touched(other->key, other->old_key) &&
           is_touched(option->value, option->old_value) == is_touched(other->value, other->old_value) &&
           str_equal(option->key, other->key) && (!has_other_key || str_equal(option->old_key, other->old_key)) &&
           has_alike_value(option, other);
}

/* The option of the plan that has the key of another plan's, and is removed when that is. */
static const PlannedOption *counterpart(const Plan *plan, const PlannedOption *option) {
    if (!option->is_removed) {
        return plan_own_option(plan, option->key);
    }
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->options[i].is_removed && str_equal(plan->options[i].key, option->key)) {
            return &plan->options[i];
        }
    }
    return NULL;
}

static bool is_of_shape(const CheckedTable *table, const TableShape *shape) {
    const Plan *plan = table->plan, *other = shape->first->plan;
    const CheckedTable *first = shape->first;
    if (table->written->roles != first->written->roles || table->own_count != first->own_count ||
        plan->count != other->count || plan->keys != other->keys || plan->is_changed != other->is_changed) {
        return false;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *like = counterpart(other, &plan->options[i]);
        if (like == NULL || !is_alike(&plan->options[i], like)) {
            return false;
        }
    }
    return true;
}

/* Counting those that rules removed apart. Long lists are left alone. */
static bool has_each_key_once(const CheckedTable *table) {
    const Plan *plan = table->plan;
    size_t removed = 0;
    for (size_t i = 0; i < plan->count && plan->count <= SHORT_LIST; i++) {
        for (size_t j = 0; plan->options[i].is_removed && j < i; j++) {
            if (plan->options[j].is_removed && str_equal(plan->options[i].key, plan->options[j].key)) {
                return false;
            }
        }
        removed += plan->options[i].is_removed;
    }
    return table->own_count + removed == plan->count;
}

/* Options that do not stand in the table's own list are not looked at here. */
static bool may_be_like_others(const Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    return !checker->settings->looks_at_each && !is_frozen(table) &&
           span_is_empty(definition->like) && !definition->has_connection;
}

static TableShape **place_of_shape(const CheckedTable *table, Shapes *shapes) {
    uint64_t hash = (table->plan->keys + table->plan->count * 64 + table->roles) * UINT64_C(0x9E3779B97F4A7C15);
    return &shapes->places[hash >> 58];
}

TableShape *find_shape(const Checker *checker, const CheckedTable *table, Shapes *shapes) {
    TableShape *shape = *place_of_shape(table, shapes);
    bool may_be = shape != NULL && may_be_like_others(checker, table) && has_each_key_once(table);
    return may_be && is_of_shape(table, shape) ? shape : NULL;
}

TableShape *find_shape_by_example(const Checker *checker, CheckedTable *table, const Shapes *shapes) {
    const TableDefinition *definition = table->written->definition;
    if (!may_be_like_others(checker, table)) {
        return NULL;
    }
    for (size_t i = 0; i < EXAMPLES && shapes->examples[i] != NULL; i++) {
        TableShape *shape = shapes->examples[i];
        const Table *first = shape->first->written;
        if (first->roles == table->written->roles && first->definition->option_count == definition->option_count) {
            table->plan = plan_by_example(checker->plans, table->written, shape->first->plan, checker->scratch);
            if (table->plan != NULL) {
                return shape;
            }
        }
    }
    return NULL;
}

TableShape *add_shape(const Checker *checker, const CheckedTable *table, Shapes *shapes) {
    TableShape *shape = arena_new(checker->arena, TableShape);
    shape->first = table;
    find_in_catalogue(checker, table, shape, shapes);
    shape->server = is_cdc(table) ? find_server(checker, table) : STR_NONE;
    if (may_be_like_others(checker, table) && has_each_key_once(table)) {
        *place_of_shape(table, shapes) = shape;
        shape->is_example = checker->plans->items == NULL && plan_is_example(checker->plans, table->plan);
    }
    if (shape->is_example) {
        shapes->examples[shapes->example_count++ % EXAMPLES] = shape;
    }
    return shape;
}
