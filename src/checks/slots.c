/* Checks of replication slots. */
#include "checks/conflicts.h"
#include "checks/replication.h"
#include "checks/tables.h"
#include "rules/template.h"

/* PostgreSQL: NAMEDATALEN - 1, and the default of max_replication_slots and max_wal_senders. */
enum { SLOT_MAX = 63, SLOTS_ON_SERVER = 10, SLOT_ADVISED = 58 };

static void fire_at_slot(Checker *checker, const CheckedTable *table, Str message, Str hint) {
    const PlannedOption *option = slot_option(checker, table);
    if (option != NULL) {
        fire_at_value(checker, table, option, message, hint);
    } else {
        fire_at_table(checker, table, message, hint);
    }
}

void check_slot_shared_by_sources(Checker *checker) {
    bool has_pipelines = release_is_at_least(checker, "3.5");
    Str hint = has_pipelines ? STR(SLOTS_HINT) : STR("a slot for each: --slot 'flink_${table|slot}'");
    Conflicts conflicts = conflicts_of_slots(checker->facts, false, checker->arena);
    bool may_change = conflicts.count > 0 && options_may_change(checker);
    for (size_t i = 0; i < conflicts.count; i++) {
        const Conflict *conflict = &conflicts.items[i];
        soften(checker, conflict->is_certain && !may_change ? SEVERITY_ERROR : SEVERITY_WARNING);
        fire_at_slot(checker, &checker->tables[conflict->here->index], slots_message(conflict, false, checker->arena),
                     hint);
    }
}

void check_slot_suffix_collision(Checker *checker) {
    Conflicts conflicts = conflicts_of_numbers(checker->facts, false, checker->arena);
    for (size_t i = 0; i < conflicts.count; i++) {
        const Conflict *conflict = &conflicts.items[i];
        fire_at_slot(checker, &checker->tables[conflict->here->index], numbers_message(conflict, false, checker->arena),
                     STR(NUMBERS_HINT));
    }
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static bool has_slot_characters(Str slot) {
    for (size_t i = 0; i < slot.size; i++) {
        char c = slot.data[i];
        if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '_') {
            return false;
        }
    }
    return true;
}

static size_t digits_of(int64_t number) {
    size_t digits = 1;
    for (; number >= 10; number /= 10) {
        digits++;
    }
    return digits;
}

/* The parallelism that the script sets, or none, decides how long _N gets: a name that is too long only for more than
 * ten readers depends on the cluster. */
static Str length_problem(Checker *checker, const CheckedTable *table, Str slot) {
    if (slot.size > SLOT_MAX) {
        return format(checker, "slot name of %zu bytes: PostgreSQL takes 63", slot.size);
    }
    if (!has_numbered_slots(checker, table)) {
        return STR("");
    }
    int64_t parallelism = checker->parallelism;
    size_t suffix = 1 + digits_of(parallelism > 0 ? parallelism - 1 : 0);
    bool is_long = slot.size + suffix > SLOT_MAX;
    if (!is_long && (parallelism > 0 || slot.size <= SLOT_ADVISED)) {
        return STR("");
    }
    soften(checker, is_long ? SEVERITY_ERROR : SEVERITY_WARNING);
    return format(
        checker,
        "slot name of %zu bytes: the parallel snapshot readers add _0, _1, ... to it%s, and PostgreSQL cuts names "
        "after 63, so that the readers do not find their slots, and the job fails",
        slot.size, is_long ? "" : ", more digits with more readers");
}

void check_slot_name_invalid(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = is_postgres(table) ? slot_option(checker, table) : NULL;
    if (option == NULL || is_placeholder(option->value)) {
        return;
    }
    Str slot = option->value, problem;
    if (slot.size == 0) {
        fire_at_slot(checker, table, STR("the slot name is empty"), STR("such as 'flink_orders'"));
        return;
    }
    if (!has_slot_characters(slot)) {
        problem = format(checker, "slot name '%.*s': PostgreSQL takes a-z, 0-9 and _ only", SHOW(shown(checker, slot)));
    } else {
        problem = length_problem(checker, table, slot);
    }
    if (problem.size > 0) {
        Str name = slot_name(slot, SLOT_ADVISED, checker->arena);
        fire_at_slot(checker, table, problem, format(checker, "such as '%.*s'", SHOW(name)));
    }
}

/* ---- What is left behind ---------------------------------------------------------------------------------------- */

/* PostgresSourceFetchTaskContext.configure() of Flink CDC sets the property itself in incremental mode. */
void check_slot_drop_on_stop(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "debezium.slot.drop.on.stop");
    if (!is_postgres(table) || option == NULL || !is_own(table, option) ||
        !str_equal_ignore_case(str_trim(option->value), STR("true"))) {
        return;
    }
    if (!table->is_incremental) {
        fire_at_key(checker, table, option,
                    STR("the slot is dropped whenever the job stops or restarts: changes until it runs again are lost"),
                    STR("take it away; drop the slot by hand when the job is gone for good"));
    } else {
        soften(checker, SEVERITY_WARNING);
        fire_at_key(checker, table, option,
                    STR("'debezium.slot.drop.on.stop' has no effect with the incremental snapshot: the slot stays"),
                    STR("take it away; pg_drop_replication_slot() when the job is gone for good"));
    }
}

static bool reads_snapshot_only(const Checker *checker, const CheckedTable *table) {
    Str mode = table_value(checker, table, "scan.startup.mode", STR(""));
    return is_postgres(table) && table->is_incremental && str_equal_ignore_case(str_trim(mode), STR("snapshot"));
}

void check_snapshot_mode_slot_leak(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, reads_snapshot_only)) {
            concern(checker, &concerned, table, STR("scan.startup.mode"));
        }
    }
    bool drops = release_is_at_least(checker, "3.5");
    fire_concerned(
        checker, &concerned,
        drops ? STR("a slot is made although only a snapshot is read, and often stays when the job has finished")
              : STR("a slot is made although only a snapshot is read, and stays when the job has finished"),
        STR("drop it by hand then, or it keeps the server's log: SELECT pg_drop_replication_slot('...')"));
}

/* ---- How many there are ----------------------------------------------------------------------------------------- */

typedef struct Budget {
    const CheckedTable *table; /* the first that is not frozen */
    Str server;
    size_t sources, slots, reader_slots;
} Budget;

static void fire_budget(Checker *checker, const Budget *budget, int64_t parallelism) {
    size_t sum = budget->slots + budget->reader_slots;
    if (sum <= SLOTS_ON_SERVER || budget->table == NULL) {
        return;
    }
    Str server = shown(checker, budget->server);
    Str readers = STR("");
    if (budget->reader_slots > 0) {
        readers = format(checker, " (%zu of them for snapshot readers, at parallelism %lld)", budget->reader_slots,
                         (long long)parallelism);
    }
    fire_at_table(checker, budget->table,
                  format(checker,
                         "%zu sources need %zu slots on %.*s at a time%.*s: a PostgreSQL server has %d unless its "
                         "max_replication_slots and max_wal_senders are raised",
                         budget->sources, sum, SHOW(server), SHOW(readers), SLOTS_ON_SERVER),
                  format(checker, "ALTER SYSTEM SET max_replication_slots = %zu; and max_wal_senders, then restart it",
                         sum));
}

/* Slots of one server stand together in the list, users of one slot too. */
void check_slot_count_budget(Checker *checker) {
    FactList list = facts_sorted(checker->facts, FACT_SLOT, checker->arena);
    int64_t parallelism = checker->parallelism > 0 ? checker->parallelism : 1;
    Budget budget = {0};
    for (size_t i = 0; i < list.count; i++) {
        const Fact *fact = list.items[i], *last = i > 0 ? list.items[i - 1] : NULL;
        if (last == NULL || !str_equal(last->server, fact->server)) {
            fire_budget(checker, &budget, parallelism);
            budget = (Budget){.server = fact->server};
            last = NULL;
        }
        const CheckedTable *table = &checker->tables[fact->index];
        budget.sources++;
        budget.slots += last == NULL || !str_equal(last->value, fact->value);
        budget.reader_slots += fact->numbered > 0 ? (size_t)parallelism : 0;
        if (!fact->is_frozen && (budget.table == NULL || table < budget.table)) {
            budget.table = table;
        }
    }
    fire_budget(checker, &budget, parallelism);
}

/* ---- What the rules change -------------------------------------------------------------------------------------- */

typedef enum Renamed { RENAMED_SLOT, RENAMED_DATABASE, RENAMED_PLUGIN, RENAMED_PUBLICATION, RENAMED_COUNT } Renamed;

static const struct {
    const char *debezium_key, *key;
    Str otherwise;
} renamed[RENAMED_COUNT] = {
    [RENAMED_SLOT] = {"debezium.slot.name", "slot.name", STR("")},
    [RENAMED_DATABASE] = {"debezium.database.dbname", "database-name", STR("")},
    [RENAMED_PLUGIN] = {"debezium.plugin.name", "decoding.plugin.name", STR("decoderbufs")},
    [RENAMED_PUBLICATION] = {"debezium.publication.name", "debezium.publication.name", STR("dbz_publication")},
};

/* What a table's own list says before the rules; false when nothing. */
static bool written_value(const Plan *plan, const char *key, Str *value) {
    bool found = false;
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->source != NULL && str_equal(option->old_key, str_of(key))) {
            *value = option->old_value;
            found = true;
        }
    }
    return found;
}

/* The same of the table's list, or of one that LIKE brings. */
static bool old_option(const Checker *checker, const CheckedTable *table, const char *key, Str *value) {
    for (;;) {
        if (written_value(table_plan(checker, table), key, value)) {
            return true;
        }
        if (table->written->like == NULL) {
            return false;
        }
        table = &checker->tables[table->written->like - checker->model->tables];
    }
}

static Str old_value(const Checker *checker, const CheckedTable *table, Renamed what) {
    Str value;
    bool is_set = old_option(checker, table, renamed[what].debezium_key, &value) ||
                  old_option(checker, table, renamed[what].key, &value);
    return is_set ? value : renamed[what].otherwise;
}

static bool is_renamed(const Checker *checker, const CheckedTable *table, Renamed what) {
    Str now = effective_value(checker, table, renamed[what].debezium_key, renamed[what].key, renamed[what].otherwise);
    bool matters = what != RENAMED_PUBLICATION ||
                   (uses_pgoutput(checker, table) && !is_renamed(checker, table, RENAMED_PLUGIN));
    return matters && !str_equal(now, old_value(checker, table, what));
}

static Str renamed_message(Checker *checker, const CheckedTable *table, Renamed what, Str old, Str new) {
    Str slot = shown(checker, slot_of(checker, table));
    switch (what) {
    case RENAMED_SLOT:
        return format(
            checker,
            "slot '%.*s' becomes '%.*s': a job restored from a savepoint misses all changes from before the new slot "
            "is made, and the old one stays and keeps the server's log",
            SHOW(old), SHOW(new));
    case RENAMED_DATABASE:
        return format(
            checker,
            "database '%.*s' becomes '%.*s': a slot belongs to one database, so the connector does not find '%.*s' "
            "there and cannot make it, as the name is taken",
            SHOW(old), SHOW(new), SHOW(slot));
    case RENAMED_PLUGIN:
        return format(
            checker,
            "plugin '%.*s' becomes '%.*s': a slot is made for one plugin, so the connector does not find '%.*s' and "
            "cannot make it, as the name is taken",
            SHOW(old), SHOW(new), SHOW(slot));
    default:
        return format(
            checker,
            "publication '%.*s' becomes '%.*s': if it is younger than what slot '%.*s' still holds, PostgreSQL says "
            "that it does not exist",
            SHOW(old), SHOW(new), SHOW(slot));
    }
}

static void fire_renamed(Checker *checker, const Concerned *concerned, Renamed what) {
    if (concerned->count == 0) {
        return;
    }
    const CheckedTable *table = concerned->table;
    Str old = shown(checker, old_value(checker, table, what));
    Str slot = shown(checker, old_value(checker, table, RENAMED_SLOT));
    Str new = effective_value(checker, table, renamed[what].debezium_key, renamed[what].key, renamed[what].otherwise);
    fire_concerned(checker, concerned, renamed_message(checker, table, what, old, shown(checker, new)),
                   format(checker, "if it has run already: start it without its old state, after SELECT "
                                   "pg_drop_replication_slot('%.*s')", SHOW(slot)));
}

/* Whether the table's own list gives a slot before the rules, which change something. Which one is not asked. */
static bool may_rename(const Checker *checker, const CheckedTable *table) {
    const Plan *plan = known_plan(table);
    Str slot;
    (void)checker;
    return is_postgres(table) && plan->is_changed &&
           (table->written->like != NULL || written_value(plan, renamed[RENAMED_SLOT].debezium_key, &slot) ||
            written_value(plan, renamed[RENAMED_SLOT].key, &slot));
}

/* A script that had no slot has not run. */
void check_slot_rename_on_restore(Checker *checker) {
    Concerned concerned[RENAMED_COUNT] = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!holds_of_shape(checker, table, may_rename) || old_value(checker, table, RENAMED_SLOT).size == 0) {
            continue;
        }
        bool has_new_slot = is_renamed(checker, table, RENAMED_SLOT);
        for (unsigned what = 0; what < (has_new_slot ? 1 : RENAMED_COUNT); what++) {
            if (is_renamed(checker, table, (Renamed)what)) {
                concern(checker, &concerned[what], table,
                        effective_key(checker, table, renamed[what].debezium_key, renamed[what].key));
            }
        }
    }
    for (unsigned what = 0; what < RENAMED_COUNT; what++) {
        fire_renamed(checker, &concerned[what], (Renamed)what);
    }
}
