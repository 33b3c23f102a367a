#include "checks/conflicts.h"

#include <stdlib.h>

#include "secret.h"

/* ---- Sorting ---------------------------------------------------------------------------------------------------- */

static int compare_numbers(int64_t a, int64_t b) { return (a > b) - (a < b); }

/* Facts of one list stand in one array, so their addresses tell their order. */
static int compare_order(const Fact *a, const Fact *b) { return (a > b) - (a < b); }

static int compare_keys(Str server, uint64_t key, Str value, const Fact *fact) {
    int order = str_compare(server, fact->server);
    if (order == 0 && key != fact->key) {
        return key < fact->key ? -1 : 1;
    }
    return order != 0 ? order : str_compare(value, fact->value);
}

static int compare_values(const void *a, const void *b) {
    const Fact *left = *(const Fact *const *)a, *right = *(const Fact *const *)b;
    int order = compare_keys(left->server, left->key, left->value, right);
    return order != 0 ? order : compare_order(left, right);
}

static int compare_ranges(const void *a, const void *b) {
    const Fact *left = *(const Fact *const *)a, *right = *(const Fact *const *)b;
    int order = str_compare(left->server, right->server);
    order = order != 0 ? order : compare_numbers(left->first, right->first);
    order = order != 0 ? order : compare_numbers(left->last, right->last);
    return order != 0 ? order : compare_order(left, right);
}

static int compare_jobs(const void *a, const void *b) {
    const Fact *left = *(const Fact *const *)a, *right = *(const Fact *const *)b;
    int order = compare_keys(left->server, left->key, left->value, right);
    order = order != 0 ? order : (left->job > right->job) - (left->job < right->job);
    return order != 0 ? order : compare_order(left, right);
}

static FactList facts_by(const Facts *facts, FactKind kind, int (*compare)(const void *, const void *), Arena *arena) {
    if (facts->slots != NULL && kind == FACT_SLOT && compare == compare_values) {
        return (FactList){facts->slots, facts->slot_count};
    }
    FactList list = {.items = arena_array(arena, facts->count, sizeof *list.items)};
    for (size_t i = 0; i < facts->count; i++) {
        if (facts->items[i].kind == kind) {
            list.items[list.count++] = &facts->items[i];
        }
    }
    if (list.count > 1) {
        qsort(list.items, list.count, sizeof *list.items, compare);
    }
    return list;
}

FactList facts_sorted(const Facts *facts, FactKind kind, Arena *arena) {
    return facts_by(facts, kind, compare_values, arena);
}

/* Of copies only the first stays. */
static void drop_copies(FactList *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        const Fact *fact = list->items[i], *last = kept > 0 ? list->items[kept - 1] : NULL;
        bool is_copy = last != NULL && last->job == fact->job && str_equal(last->value, fact->value) &&
                       str_equal(last->server, fact->server) && !str_equal(last->file, fact->file);
        if (!is_copy) {
            list->items[kept++] = fact;
        }
    }
    list->count = kept;
}

static FactList facts_to_compare(const Facts *facts, FactKind kind, bool across_files,
                                 int (*compare)(const void *, const void *), Arena *arena) {
    FactList list = facts_by(facts, kind, across_files ? compare_jobs : compare, arena);
    if (across_files && list.count > 1) {
        drop_copies(&list);
        qsort(list.items, list.count, sizeof *list.items, compare);
    }
    return list;
}

/* ---- Comparing -------------------------------------------------------------------------------------------------- */

/* Within a script two definitions of one name are one source: the table was made anew. */
static bool are_apart(const Fact *a, const Fact *b, bool across_files) {
    return across_files ? !str_equal(a->file, b->file) : a->name != b->name;
}

/* The finding stands at the later one, unless that is frozen; NULL when both are. */
static Conflict *add_conflict(Conflicts *conflicts, const Fact *a, const Fact *b, size_t count, Arena *arena) {
    const Fact *first = compare_order(a, b) < 0 ? a : b, *second = first == a ? b : a;
    if (first->is_frozen && second->is_frozen) {
        return NULL;
    }
    Conflict *conflict = vector_add(arena, conflicts);
    *conflict = second->is_frozen ? (Conflict){.here = first, .there = second, .count = count}
                                    : (Conflict){.here = second, .there = first, .count = count};
    return conflict;
}

static int compare_conflicts(const void *a, const void *b) {
    const Conflict *left = a, *right = b;
    int order = compare_order(left->here, right->here);
    return order != 0 ? order : compare_order(left->there, right->there);
}

static Conflicts in_order(Conflicts conflicts) {
    if (conflicts.count > 1) {
        qsort(conflicts.items, conflicts.count, sizeof *conflicts.items, compare_conflicts);
    }
    return conflicts;
}

static bool same_slot(const Fact *a, const Fact *b) {
    return a->key == b->key && str_equal(a->value, b->value) && str_equal(a->server, b->server);
}

/* One conflict for the users of one slot, items[from] to items[end - 1]. */
static void compare_users(FactList list, size_t from, size_t end, bool across_files, Conflicts *conflicts,
                          Arena *arena) {
    const Fact *first = NULL, *second = NULL, *first_read = NULL;
    bool is_certain = false;
    size_t count = 0;
    for (size_t i = from; i < end; i++) {
        const Fact *fact = list.items[i];
        if (across_files && fact->may_be_shared) {
            continue;
        }
        count++;
        is_certain = is_certain || (first_read != NULL && fact->is_read && are_apart(first_read, fact, across_files));
        first_read = first_read == NULL && fact->is_read ? fact : first_read;
        if (first == NULL) {
            first = fact;
        } else if ((second == NULL || second->is_frozen) && are_apart(first, fact, across_files)) {
            second = fact;
        }
    }
    Conflict *conflict = second != NULL ? add_conflict(conflicts, first, second, count, arena) : NULL;
    if (conflict != NULL) {
        conflict->is_certain = is_certain;
    }
}

Conflicts conflicts_of_slots(const Facts *facts, bool across_files, Arena *arena) {
    FactList list = facts_to_compare(facts, FACT_SLOT, across_files, compare_values, arena);
    Conflicts conflicts = {0};
    for (size_t from = 0, end; from < list.count; from = end) {
        for (end = from + 1; end < list.count && same_slot(list.items[from], list.items[end]); end++) {
        }
        compare_users(list, from, end, across_files, &conflicts, arena);
    }
    return in_order(conflicts);
}

/* Splits `orders_12` into `orders` and 12; false for other names, also `orders_012`, which no reader has. */
static bool split_number(Str slot, Str *base, int64_t *number) {
    size_t digits = 0;
    while (digits < slot.size && digits < 9 && is_digit(slot.data[slot.size - 1 - digits])) {
        digits++;
    }
    size_t start = slot.size - digits;
    if (digits == 0 || start < 2 || slot.data[start - 1] != '_' || (digits > 1 && slot.data[start] == '0')) {
        return false;
    }
    *base = (Str){slot.data, start - 1};
    *number = 0;
    for (size_t i = start; i < slot.size; i++) {
        *number = *number * 10 + (slot.data[i] - '0');
    }
    return true;
}

/* The first in the list that is not before (server, value). */
static size_t first_user(FactList list, Str server, Str value) {
    uint64_t key = fact_key(value);
    size_t low = 0, high = list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_keys(server, key, value, list.items[middle]) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first source of slot `base` whose snapshot readers have that number. Only a few are looked at: sharing a slot is
 * another check's matter. */
static const Fact *numbered_user(FactList list, const Fact *fact, Str base, int64_t number, bool across_files) {
    size_t start = first_user(list, fact->server, base);
    for (size_t i = start; i < list.count && i < start + 8; i++) {
        const Fact *other = list.items[i];
        if (!str_equal(other->value, base) || !str_equal(other->server, fact->server)) {
            break;
        }
        if (other->numbered > number && are_apart(other, fact, across_files)) {
            return other;
        }
    }
    return NULL;
}

/* A bit for each slot that there is, by its key, and for some that are none. */
typedef struct KeyFilter {
    uint64_t *words;
    uint64_t mask; /* of bits */
} KeyFilter;

static KeyFilter filter_of(const Facts *facts, Arena *arena) {
    size_t bits = 1024;
    while (bits / 16 < facts->count) {
        bits *= 2;
    }
    KeyFilter filter = {arena_array(arena, bits / 64, sizeof *filter.words), bits - 1};
    for (size_t i = 0; i < facts->count; i++) {
        uint64_t bit = facts->items[i].key & filter.mask;
        filter.words[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return filter;
}

/* Whether a slot is named like another one's reader's, so that it pays to look closer: few scripts have any. */
static bool may_have_numbered(const Facts *facts, Arena *arena) {
    KeyFilter filter = filter_of(facts, arena);
    Str base;
    int64_t number;
    for (size_t i = 0; i < facts->count; i++) {
        if (split_number(facts->items[i].value, &base, &number)) {
            uint64_t bit = fact_key(base) & filter.mask;
            if ((filter.words[bit / 64] >> bit % 64 & 1) != 0) {
                return true;
            }
        }
    }
    return false;
}

Conflicts conflicts_of_numbers(const Facts *facts, bool across_files, Arena *arena) {
    Conflicts conflicts = {0};
    if (!may_have_numbered(facts, arena)) {
        return conflicts;
    }
    FactList list = facts_to_compare(facts, FACT_SLOT, across_files, compare_values, arena);
    for (size_t i = 0; i < list.count; i++) {
        const Fact *fact = list.items[i], *last = i > 0 ? list.items[i - 1] : NULL;
        Str base;
        int64_t number;
        bool is_told = last != NULL && same_slot(last, fact) && str_equal(last->file, fact->file);
        if (is_told || (across_files && fact->may_be_numbered) || !split_number(fact->value, &base, &number)) {
            continue;
        }
        const Fact *other = numbered_user(list, fact, base, number, across_files);
        if (other != NULL) {
            add_conflict(&conflicts, fact, other, 2, arena);
        }
    }
    return in_order(conflicts);
}

static bool same_range(const Fact *a, const Fact *b) {
    return a->first == b->first && a->last == b->last && str_equal(a->server, b->server);
}

/* The ranges of one server that reach highest so far: the highest, and the highest of those apart from it. */
typedef struct Reach {
    const Fact *highest, *other;
} Reach;

static void reach_further(Reach *reach, const Fact *fact, bool across_files) {
    if (reach->highest == NULL || fact->last > reach->highest->last) {
        if (reach->highest != NULL && are_apart(reach->highest, fact, across_files)) {
            reach->other = reach->highest;
        }
        reach->highest = fact;
    } else if (are_apart(reach->highest, fact, across_files) &&
               (reach->other == NULL || fact->last > reach->other->last)) {
        reach->other = fact;
    }
}

/* What reaches into fact's range, or NULL. */
static const Fact *reaching(const Reach *reach, const Fact *fact, bool across_files) {
    const Fact *found = reach->highest;
    if (found != NULL && !are_apart(found, fact, across_files)) {
        found = reach->other;
    }
    return found != NULL && found->last >= fact->first ? found : NULL;
}

/* Sources with just the same range, items[from] to items[end - 1], among themselves and with those before them. */
static void compare_range(FactList list, size_t from, size_t end, Reach *reach, bool across_files, Conflicts *conflicts,
                          Arena *arena) {
    const Fact *first = list.items[from], *before = reaching(reach, first, across_files);
    bool is_told = before != NULL;
    if (before != NULL) {
        add_conflict(conflicts, before, first, 2, arena);
    }
    for (size_t i = from; i < end; i++) {
        if (!is_told && are_apart(first, list.items[i], across_files)) {
            add_conflict(conflicts, first, list.items[i], end - from, arena);
            is_told = true;
        }
        reach_further(reach, list.items[i], across_files);
    }
}

static void drop_silent(FactList *list) {
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!list->items[i]->may_be_shared) {
            list->items[kept++] = list->items[i];
        }
    }
    list->count = kept;
}

Conflicts conflicts_of_server_ids(const Facts *facts, bool across_files, Arena *arena) {
    FactList list = facts_to_compare(facts, FACT_SERVER_ID, across_files, compare_ranges, arena);
    Conflicts conflicts = {0};
    Reach reach = {0};
    size_t told = 0;
    if (across_files) {
        drop_silent(&list);
    }
    for (size_t from = 0, end; from < list.count; from = end) {
        for (end = from + 1; end < list.count && same_range(list.items[from], list.items[end]); end++) {
        }
        compare_range(list, from, end, &reach, across_files, &conflicts, arena);
        bool is_last = end == list.count || !str_equal(list.items[end]->server, list.items[from]->server);
        for (; is_last && told < conflicts.count; told++) {
            conflicts.items[told].free_from = reach.highest->last + 1;
        }
        if (is_last) {
            reach = (Reach){0};
        }
    }
    return in_order(conflicts);
}

/* ---- Saying ----------------------------------------------------------------------------------------------------- */

static Str shown_value(const Fact *fact, Arena *arena) {
    return fact->is_secret ? STR(SECRET_MASK) : shown_in(arena, fact->value);
}

static Str place_text(const Fact *fact, bool across_files, Arena *arena) {
    return across_files ? arena_format(arena, "%.*s:%zu", SHOW(fact->file), fact->place.line)
                        : arena_format(arena, "line %zu", source_line(fact->source, fact->offset));
}

/* `'orders_src' (line 5)`, and how many more claim the same. */
static Str user_text(const Conflict *conflict, bool across_files, Arena *arena) {
    const Fact *there = conflict->there;
    Str place = place_text(there, across_files, arena);
    Str more = conflict->count > 2 ? arena_format(arena, " and %zu more", conflict->count - 2) : STR("");
    return arena_format(arena, "'%.*s' (%.*s)%.*s", SHOW(there->table), SHOW(place), SHOW(more));
}

Str slots_message(const Conflict *conflict, bool across_files, Arena *arena) {
    Str slot = shown_value(conflict->here, arena), user = user_text(conflict, across_files, arena);
    return arena_format(
        arena,
        "slot '%.*s' is also the slot of %.*s: only one source can read it, the others stop with \"already exists\" "
        "and \"is active for PID\", and what one of them confirms the others never get",
        SHOW(slot), SHOW(user));
}

Str numbers_message(const Conflict *conflict, bool across_files, Arena *arena) {
    Str here = shown_value(conflict->here, arena), there = shown_value(conflict->there, arena);
    Str user = user_text(conflict, across_files, arena);
    if (conflict->here->value.size > conflict->there->value.size) {
        return arena_format(
            arena,
            "slot '%.*s' is also made and dropped by the snapshot readers of %.*s, whose slot is '%.*s': this "
            "source loses its place in the log",
            SHOW(here), SHOW(user), SHOW(there));
    }
    return arena_format(
        arena,
        "the snapshot readers of slot '%.*s' also make and drop '%.*s', the slot of %.*s, which loses its place "
        "in the log",
        SHOW(here), SHOW(there), SHOW(user));
}

Str server_ids_message(const Conflict *conflict, bool across_files, Arena *arena) {
    const Fact *here = conflict->here, *there = conflict->there;
    Str value = shown_value(here, arena), other = shown_value(there, arena);
    Str user = user_text(conflict, across_files, arena);
    bool is_same = here->first == there->first && here->last == there->last;
    Str how = is_same ? STR("is also that") : arena_format(arena, "overlaps %.*s", SHOW(other));
    return arena_format(
        arena, "server-id %.*s %.*s of %.*s: MySQL drops the connection of a reader when another comes with its id",
        SHOW(value), SHOW(how), SHOW(user));
}

Str server_ids_hint(const Conflict *conflict, Arena *arena) {
    int64_t first = conflict->free_from, last = first + (conflict->here->last - conflict->here->first);
    if (last > INT32_MAX) {
        return STR("give each source ids of its own");
    }
    return first == last ? arena_format(arena, "no other source has %lld", (long long)first)
                         : arena_format(arena, "no other source has %lld-%lld", (long long)first, (long long)last);
}
