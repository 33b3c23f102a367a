#include "checks/registry.h"

#include "prefetch.h"

#include "checks/facts.h"
#include "checks/tables.h"

static const CheckEntry checks[] = {
#include "check_table.inc"
};

enum { CHECK_COUNT = sizeof checks / sizeof *checks };

_Static_assert((int)CHECK_COUNT <= (int)CHECKS_MAX, "a CheckSet holds them all");

size_t check_count(void) { return CHECK_COUNT; }

const CheckEntry *check_at(size_t index) { return index < CHECK_COUNT ? &checks[index] : NULL; }

size_t check_index(Str id) {
    size_t low = 0, high = CHECK_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_compare(str_of(checks[middle].id), id);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return SIZE_MAX;
}

Str check_nearest(Str id) {
    Str nearest = STR("");
    size_t best = 6;
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        size_t distance = str_distance(id, str_of(checks[i].id), 5);
        if (distance < best) {
            best = distance;
            nearest = str_of(checks[i].id);
        }
    }
    return nearest;
}

static void start_check(Checker *checker, size_t number) {
    checker->check = &checks[number];
    checker->check_number = number;
    checker->at_most = SEVERITY_OFF;
    checker->has_fired = false;
}

static void run_table_check(Checker *checker, const CheckedTable *table, size_t number) {
    start_check(checker, number);
    checks[number].check_table(checker, table);
    if (checks[number].is_by_shape && !checker->has_fired) {
        check_set_add(&table->shape->quiet, number);
    }
}

static bool is_on(const Checker *checker, size_t number) {
    return checker->settings->severities[number] != SEVERITY_OFF;
}

/* Those that are on and had something to say of a table of its shape, or may always have. */
static void check_table(Checker *checker, const CheckedTable *table, const CheckSet *on) {
    for (size_t i = 0; i < CHECKS_MAX / 64; i++) {
        for (uint64_t left = on->bits[i] & ~table->shape->quiet.bits[i]; left != 0; left &= left - 1) {
            run_table_check(checker, table, i * 64 + (size_t)__builtin_ctzll(left));
        }
    }
}

/* All checks of one table, then those of the next: so what they look at is at hand. */
static void run_table_checks(Checker *checker) {
    CheckSet on = {{0}};
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (checks[i].check_table != NULL && is_on(checker, i)) {
            check_set_add(&on, i);
        }
    }
    for (size_t i = 0; i < checker->table_count; i++) {
        prefetch_definition(checker, i + PREFETCH_AHEAD);
        if (!is_frozen(&checker->tables[i])) {
            check_table(checker, &checker->tables[i], &on);
        }
    }
}

static void run_script_check(Checker *checker, size_t number) {
    if (checks[number].check_script != NULL && is_on(checker, number)) {
        start_check(checker, number);
        checks[number].check_script(checker);
    }
}

static void run_script_checks(Checker *checker) {
    size_t last = check_index(STR("unused-allow")); /* when all others have had their say */
    for (size_t i = 0; i < CHECK_COUNT; i++) {
        if (i != last) {
            run_script_check(checker, i);
        }
    }
    run_script_check(checker, last);
}

void script_checks(const Script *script, const Plans *plans, const CheckSettings *settings, Arena *arena,
                   Arena *scratch, Findings *findings, Facts *facts) {
    Checker checker = {.script = script,
                       .model = plans->model,
                       .plans = plans,
                       .settings = settings,
                       .arena = arena,
                       .scratch = scratch,
                       .findings = findings,
                       .facts = facts,
                       .session = {script, settings->prelude, settings->prelude_count, arena}};
    checker.allowances = allowances_find(script, arena);
    checker.used_pragmas = arena_array(arena, script->pragma_count, sizeof *checker.used_pragmas);
    checker.parallelism = session_parallelism(&checker.session);
    checker.collector = facts_collector(&checker);
    size_t first_finding = findings->list.count;
    look_at_tables(&checker);
    if (plans->items == NULL && findings->worst >= SEVERITY_TROUBLE) {
        return; /* a plan could not be made */
    }
    run_table_checks(&checker);
    run_script_checks(&checker);
    findings_sort(findings, first_finding);
}
