#include "rules/plan_options.h"

#include "syntax/literal.h"

enum { INDEXED_FROM = 64 }; /* options; fewer are looked through */

/* The first letter and the size tell most keys apart. */
static bool has_key(const PlannedOption *option, Str key) {
    return option->key.size == key.size && (key.size == 0 || option->key.data[0] == key.data[0]) &&
           !option->is_removed && str_equal(option->key, key);
}

const PlannedOption *plan_own_option(const Plan *plan, Str key) {
    if (!(plan->keys & plan_key_bit(key))) {
        return NULL;
    }
    if (plan->index != NULL) {
        size_t number = name_index_get(plan->index, key); /* one that has lost its key was the last of it */
        return number != SIZE_MAX && has_key(&plan->options[number], key) ? &plan->options[number] : NULL;
    }
    size_t likely = plan->last_of_bit[plan_key_number(key)];
    if (likely > 0 && has_key(&plan->options[likely - 1], key)) {
        return &plan->options[likely - 1];
    }
    for (size_t i = plan->count; i > 0; i--) {
        if (has_key(&plan->options[i - 1], key)) {
            return &plan->options[i - 1];
        }
    }
    return NULL;
}

static void note_bit(Plan *plan, size_t number) {
    unsigned bit = plan_key_number(plan->options[number].key);
    plan->keys |= UINT64_C(1) << bit;
    plan->last_of_bit[bit] = number < UINT8_MAX ? (uint8_t)(number + 1) : 0;
}

/* The option has got its key. */
static void note_key(Plan *plan, size_t number, Arena *arena) {
    Str key = plan->options[number].key;
    note_bit(plan, number);
    if (plan->index != NULL) {
        size_t other = name_index_get(plan->index, key);
        plan->has_duplicates = plan->has_duplicates || (other < plan->count && other != number &&
                                                        has_key(&plan->options[other], key));
        name_index_set(plan->index, key, number, arena);
    } else if (plan->count >= INDEXED_FROM) {
        plan->index = name_index_new(arena);
        for (size_t i = 0; i < plan->count; i++) {
            note_key(plan, i, arena);
        }
    }
}

void plan_start(Plan *plan, const Table *table, Str text, Arena *arena) {
    const TableDefinition *definition = table->definition;
    *plan = (Plan){.table = table, .count = definition->option_count, .capacity = definition->option_count};
    plan->options = arena_array(arena, plan->count, sizeof *plan->options);
    for (size_t i = 0; i < plan->count; i++) {
        const Option *source = &definition->options[i];
        PlannedOption *option = &plan->options[i];
        option->source = source;
        option->key = option->old_key = option_key(text, source, arena);
        option->value = option->old_value = option_value(text, source, arena);
        note_bit(plan, i);
    }
    if (plan->count > 0) {
        note_key(plan, plan->count - 1, arena);
    }
}

static void add_option(Plan *plan, Str key, RuleValue value, const Action *action, Arena *arena) {
    if (plan->count == plan->capacity) {
        plan->options = arena_grow(arena, plan->options, &plan->capacity, sizeof *plan->options);
    }
    plan->options[plan->count++] =
        (PlannedOption){.key = key, .value = value.text, .is_secret = value.is_secret, .action = action};
    note_key(plan, plan->count - 1, arena);
    plan->is_changed = true;
}

void plan_set_option(Plan *plan, const PlannedOption *effective, Str key, RuleValue value, const Action *action,
                     Arena *arena) {
    PlannedOption *own = (PlannedOption *)plan_own_option(plan, key);
    if (effective != NULL && str_equal(effective->value, value.text)) {
        if (own != NULL) {
            own->is_asked_for = true;
            own->is_secret = own->is_secret || value.is_secret;
        }
        return;
    }
    if (own == NULL) {
        add_option(plan, key, value, action, arena);
        return;
    }
    own->value = value.text;
    own->is_secret = value.is_secret;
    own->action = action;
    plan->is_changed = true;
}

static void remove_option(Plan *plan, PlannedOption *option, const Action *action) {
    option->is_removed = true;
    option->action = action;
    plan->is_changed = true;
}

/* Every option of the key goes but this one: were only the last removed, Flink would take an earlier one. */
static void remove_all(Plan *plan, Str key, const PlannedOption *but, const Action *action) {
    PlannedOption *last = (PlannedOption *)plan_own_option(plan, key);
    bool is_only = plan->index != NULL && !plan->has_duplicates;
    if (last != NULL && last != but && is_only) {
        remove_option(plan, last, action);
    }
    for (size_t i = 0; i < plan->count && last != NULL && !is_only; i++) {
        if (&plan->options[i] != but && has_key(&plan->options[i], key)) {
            remove_option(plan, &plan->options[i], action);
        }
    }
}

void plan_unset_option(Plan *plan, Str key, const Action *action) {
    bool is_prefix = key.size > 0 && key.data[key.size - 1] == '*';
    if (!is_prefix) {
        remove_all(plan, key, NULL, action);
        return;
    }
    for (size_t i = 0; i < plan->count; i++) {
        PlannedOption *option = &plan->options[i];
        if (!option->is_removed && str_has_prefix(option->key, (Str){key.data, key.size - 1})) {
            remove_option(plan, option, action);
        }
    }
}

void plan_rename_option(Plan *plan, Str old, Str new, const Action *action, Arena *arena) {
    PlannedOption *last = (PlannedOption *)plan_own_option(plan, old);
    if (last == NULL || str_equal(old, new)) {
        return;
    }
    remove_all(plan, new, last, action);
    remove_all(plan, old, last, action);
    last->key = new;
    note_key(plan, (size_t)(last - plan->options), arena);
    last->action = action;
    plan->is_changed = true;
}

bool plan_differs_from_source(const Plan *plan) {
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        bool is_added = option->source == NULL;
        if (is_added ? !option->is_removed
                     : option->is_removed || option_key_changed(option) || option_value_changed(option)) {
            return true;
        }
    }
    return false;
}
