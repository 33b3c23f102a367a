/* The comments allow(…) of a script, by the checks that they silence: many comments before a statement in which a check
 * fires many times are not gone through for each finding. */
#include "checks/registry.h"
#include "syntax/pragma.h"

typedef struct Allowance {
    size_t check, pragma; /* their numbers */
    bool used_before;     /* it silenced something, and so did all behind it that stand before the same statement */
    bool used_on_line;    /* … on the same line */
} Allowance;

typedef VECTOR(Allowance) AllowanceList;

struct Allowances {
    Allowance *items; /* by check, those of one check in the order of the text */
    size_t *starts;   /* by check, where its items begin; they end where the next one's do */
};

static void add_named(const Script *script, size_t pragma, AllowanceList *list, Arena *arena) {
    Str ids = source_slice(script->source, script->pragmas[pragma].argument);
    while (ids.size > 0) {
        const char *comma = memchr(ids.data, ',', ids.size);
        size_t size = comma ? (size_t)(comma - ids.data) : ids.size;
        size_t check = check_index(str_trim((Str){ids.data, size}));
        if (check != SIZE_MAX) {
            *vector_add(arena, list) = (Allowance){.check = check, .pragma = pragma};
        }
        ids = str_from(ids, size + 1);
    }
}

static void sort_by_check(Allowances *allowances, const AllowanceList *list, Arena *arena) {
    size_t checks = check_count(), *next = arena_array(arena, checks, sizeof *next);
    allowances->items = arena_array(arena, list->count, sizeof *allowances->items);
    allowances->starts = arena_array(arena, checks + 1, sizeof *allowances->starts);
    for (size_t i = 0; i < list->count; i++) {
        allowances->starts[list->items[i].check + 1]++;
    }
    for (size_t i = 0; i < checks; i++) {
        next[i] = allowances->starts[i];
        allowances->starts[i + 1] += allowances->starts[i];
    }
    for (size_t i = 0; i < list->count; i++) {
        allowances->items[next[list->items[i].check]++] = list->items[i];
    }
}

Allowances *allowances_find(const Script *script, Arena *arena) {
    AllowanceList list = {0};
    for (size_t i = 0; i < script->pragma_count; i++) {
        if (script->pragmas[i].kind == PRAGMA_ALLOW) {
            add_named(script, i, &list, arena);
        }
    }
    if (list.count == 0) {
        return NULL;
    }
    Allowances *allowances = arena_new(arena, Allowances);
    sort_by_check(allowances, &list, arena);
    return allowances;
}

/* Items [first, end). */
typedef struct Range {
    size_t first, end;
} Range;

/* The running check's first one at or behind an offset. */
static size_t allowance_from(const Checker *checker, uint32_t offset) {
    const Allowances *allowances = checker->allowances;
    size_t low = allowances->starts[checker->check_number], high = allowances->starts[checker->check_number + 1];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (checker->script->pragmas[allowances->items[middle].pragma].comment.start < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Those that stand in the text from start to end. */
static Range allowances_in(const Checker *checker, uint32_t start, uint32_t end) {
    return (Range){allowance_from(checker, start), allowance_from(checker, end)};
}

static const Statement *statement_at(const Script *script, uint32_t offset) {
    size_t low = 0, high = script->statement_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (script->statements[middle].end < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < script->statement_count ? &script->statements[low] : NULL;
}

static void use_before(Checker *checker, Range range) {
    Allowance *items = checker->allowances->items;
    for (size_t i = range.first; i < range.end && !items[i].used_before; i++) {
        items[i].used_before = checker->used_pragmas[items[i].pragma] = true;
    }
}

static void use_on_line(Checker *checker, Range range) {
    Allowance *items = checker->allowances->items;
    for (size_t i = range.first; i < range.end && !items[i].used_on_line; i++) {
        items[i].used_on_line = checker->used_pragmas[items[i].pragma] = true;
    }
}

/* An allow(…) before the statement that holds the place, or on its line. */
bool is_silenced(Checker *checker, Span place, bool uses_it) {
    const Script *script = checker->script;
    if (checker->allowances == NULL) {
        return false;
    }
    const Statement *statement = statement_at(script, place.start);
    bool is_first = statement == script->statements;
    uint32_t last_end = statement == NULL || is_first ? 0 : statement[-1].end;
    Span line = source_line_span(script->source, source_line(script->source, place.start));
    Range before = allowances_in(checker, last_end, statement != NULL ? statement->span.start : last_end);
    Range on_line = allowances_in(checker, line.start > last_end ? line.start : last_end, line.end);
    if (uses_it) {
        use_before(checker, before);
        use_on_line(checker, on_line);
    }
    return before.first < before.end || on_line.first < on_line.end;
}
