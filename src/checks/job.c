/* Checks of a script's jobs: checkpoints, and what its queries do with their sources. */
#include <stdlib.h>

#include "checks/replication.h"
#include "postgres/quote.h"

/* ---- Checkpoints ------------------------------------------------------------------------------------------------ */

static const CheckedTable *checked(const Checker *checker, const Table *table) {
    return &checker->tables[table - checker->model->tables];
}

/* The first flow that reads a source of Flink CDC, frozen statements aside; NULL when there is none. */
static const Flow *first_cdc_flow(const Checker *checker, const CheckedTable **table) {
    for (size_t i = 0; i < checker->model->flow_count; i++) {
        const Flow *flow = &checker->model->flows[i];
        for (size_t j = 0; j < flow->source_count && !flow->statement->is_frozen; j++) {
            *table = checked(checker, flow->sources[j]);
            if (is_cdc(*table)) {
                return flow;
            }
        }
    }
    return NULL;
}

static bool is_batch(const Checker *checker, uint32_t before) {
    SessionValue mode;
    return session_value(&checker->session, "execution.runtime-mode", before, &mode) &&
           str_equal_ignore_case(mode.value, STR("batch"));
}

/* The most checkpoints that a source of the script lets pass before it confirms its place (3.2: 3 by default), with at
 * least one; 0 when no source does. */
static int64_t most_delay(const Checker *checker) {
    int64_t most = 0;
    for (size_t i = 0; i < checker->table_count && release_is_at_least(checker, "3.2"); i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!is_postgres(table) || !table->is_incremental) {
            continue;
        }
        Str text = table_value(checker, table, "scan.lsn-commit.checkpoints-num-delay", STR("3"));
        Value delay = value_check(checker->arena, VALUE_INT, text, 0);
        most = delay.status == VALUE_TAKEN && delay.integer > most ? delay.integer : most;
    }
    return most;
}

static void look_at_interval(Checker *checker, const Flow *flow, const SessionValue *setting) {
    Span place = span_is_empty(setting->place) ? flow_target(flow) : setting->place;
    Value interval = value_check(checker->arena, VALUE_DURATION, setting->value, 0);
    int64_t milliseconds = interval.status == VALUE_REFUSED ? INT64_MAX : duration_milliseconds(interval.duration);
    int64_t delay = most_delay(checker);
    if (milliseconds <= 0) {
        fire_at(checker, place,
                STR("an interval of 0 switches checkpoints off: the sources never confirm what they have read"),
                STR("such as '30 s'"));
    } else if (milliseconds >= 10 * 60 * 1000 && milliseconds < INT64_MAX / 100 && delay >= 3 && delay < 100) {
        fire_at(checker, place,
                format(checker,
                       "a slot is confirmed only %lld checkpoints after the one that covers it: the server keeps its "
                       "log of %lld "
                       "minutes or more",
                       (long long)delay, (long long)((delay + 1) * milliseconds / 60000)),
                STR("a shorter interval, or a smaller 'scan.lsn-commit.checkpoints-num-delay'"));
    }
}

void check_checkpointing_missing(Checker *checker) {
    const CheckedTable *table;
    const Flow *flow = first_cdc_flow(checker, &table);
    SessionValue setting;
    if (flow == NULL || is_batch(checker, flow_target(flow).start)) {
        return;
    }
    if (session_value(&checker->session, "execution.checkpointing.interval", flow_target(flow).start, &setting)) {
        look_at_interval(checker, flow, &setting);
        return;
    }
    bool has_slot = is_postgres(table);
    fire_at(checker, flow_target(flow),
            format(checker, "no checkpoints, unless the cluster's configuration has them: %s",
                   has_slot ? "the slot is never confirmed, PostgreSQL keeps all its log until the disk is full"
                            : "after a failure the job begins anew"),
            STR("SET 'execution.checkpointing.interval' = '30 s'; before it (--prelude)"));
}

/* ---- Reading twice ---------------------------------------------------------------------------------------------- */

typedef struct Readers {
    const Flow *first, *second; /* of different jobs */
    size_t jobs;
    size_t last_job;
} Readers;

static void count_reader(Readers *reader, const Flow *flow, size_t job) {
    if (reader->last_job == job) {
        return;
    }
    reader->first = reader->jobs == 0 ? flow : reader->first;
    reader->second = reader->jobs == 1 ? flow : reader->second;
    reader->jobs++;
    reader->last_job = job;
}

static void count_readers(const Checker *checker, Readers *readers) {
    for (size_t i = 0; i < checker->model->flow_count; i++) {
        const Flow *flow = &checker->model->flows[i];
        size_t job = flow->insert != NULL && checker->settings->gathers_inserts ? SIZE_MAX : flow->job;
        for (size_t j = 0; j < flow->source_count; j++) {
            count_reader(&readers[flow->sources[j] - checker->model->tables], flow, job);
        }
    }
}

/* Only what cannot be had twice: slots, and server ids that the script fixes. */
static const char *contested(const Checker *checker, const CheckedTable *table) {
    if (is_postgres(table)) {
        return slot_of(checker, table).size > 0 ? "slot" : NULL;
    }
    bool has_ids = effective_option(checker, table, "debezium.database.server.id", "server-id") != NULL;
    return is_mysql(table) && has_ids ? "server id" : NULL;
}

void check_source_read_twice(Checker *checker) {
    Source *source = checker->script->source;
    Readers *readers = arena_array(checker->arena, checker->table_count, sizeof *readers);
    count_readers(checker, readers);
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        const Readers *reader = &readers[i];
        const char *what = reader->jobs > 1 ? contested(checker, table) : NULL;
        if (what == NULL) {
            continue;
        }
        Str name = name_of(checker, table);
        fire_at(
            checker, flow_target(reader->second),
            format(checker,
                   "'%.*s' is read by %zu jobs, here and on line %zu: each has the same %s, which only one can use",
                   SHOW(name), reader->jobs, source_line(source, flow_target(reader->first).start), what),
            STR("put the INSERTs into one statement set (--statement-set)"));
    }
}

/* ---- Sinks ------------------------------------------------------------------------------------------------------ */

/* A key that LIKE may bring counts as one. */
static bool may_have_key(const Table *table) {
    return table->definition->summary.has_primary_key || !span_is_empty(table->definition->like);
}

static void look_at_sink(Checker *checker, const CheckedTable *table, const Table *sink, bool *is_told) {
    size_t index = (size_t)(table - checker->tables);
    if (is_told[index] || is_frozen(table) || !is_cdc(table) || !table->is_incremental ||
        !is_set_true(checker, table, "scan.incremental.snapshot.backfill.skip")) {
        return;
    }
    is_told[index] = true;
    Str name = name_of(checker, checked(checker, sink));
    fire_at_key(
        checker, table, table_option(checker, table, "scan.incremental.snapshot.backfill.skip"),
        format(checker,
               "rows that change during the snapshot come twice, and '%.*s' has no primary key to merge them by",
               SHOW(name)),
        STR("take it away, or give the sink a key"));
}

void check_backfill_skip_needs_upsert_sink(Checker *checker) {
    bool *is_told = arena_array(checker->arena, checker->table_count, sizeof *is_told);
    for (size_t i = 0; i < checker->model->flow_count; i++) {
        const Flow *flow = &checker->model->flows[i];
        bool merges = flow->target == NULL || may_have_key(flow->target);
        for (size_t j = 0; j < flow->source_count && !merges; j++) {
            look_at_sink(checker, checked(checker, flow->sources[j]), flow->target, is_told);
        }
    }
}

/* ---- Many sources where one would do ---------------------------------------------------------------------------- */

enum { MANY_SOURCES = 4 };

typedef struct Likeness {
    uint64_t hash; /* of server, database and columns */
    const CheckedTable *table;
} Likeness;

static uint64_t likeness_of(const Checker *checker, const CheckedTable *table) {
    uint64_t hash = str_mix(table->written->definition->summary.hash, server_of(checker, table));
    return str_mix(hash, effective_value(checker, table, "debezium.database.dbname", "database-name", STR("")));
}

static int compare_likeness(const void *a, const void *b) {
    const Likeness *left = a, *right = b;
    int order = (left->hash > right->hash) - (left->hash < right->hash);
    return order != 0 ? order : (left->table > right->table) - (left->table < right->table);
}

static void fire_many(Checker *checker, const Likeness *sources, size_t count) {
    Str first = shown(checker, table_value(checker, sources[0].table, "table-name", STR("a")));
    Str second = shown(checker, table_value(checker, sources[1].table, "table-name", STR("b")));
    fire_at_table(
        checker, sources[0].table,
        format(checker,
               "%zu sources of one database have the same columns: each takes a slot and reads the whole log", count),
        format(checker,
               "one source with 'table-name' = '(%.*s|%.*s|...)' and a column METADATA FROM 'table_name' "
               "does for all",
               SHOW(first), SHOW(second)));
}

void check_many_single_table_sources(Checker *checker) {
    Likeness *sources = arena_array(checker->arena, checker->table_count, sizeof *sources);
    size_t count = 0;
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (is_postgres(table) && !is_frozen(table) && table->written->definition->column_count > 0) {
            sources[count++] = (Likeness){likeness_of(checker, table), table};
        }
    }
    if (count > 1) {
        qsort(sources, count, sizeof *sources, compare_likeness);
    }
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from + 1; end < count && sources[end].hash == sources[from].hash; end++) {
        }
        if (end - from >= MANY_SOURCES) {
            fire_many(checker, sources + from, end - from);
        }
    }
}

/* ---- Replica identity ------------------------------------------------------------------------------------------- */

static bool wants_old_rows(const Checker *checker, const CheckedTable *table) {
    Str mode = table_value(checker, table, "changelog-mode", STR("all"));
    return is_postgres(table) && !str_equal_ignore_case(str_trim(mode), STR("upsert")) &&
           !is_set_true(checker, table, "scan.read-changelog-as-append-only.enabled");
}

/* Not even an expression for one name: ^a$, (a). */
static bool is_one_name(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        if (strchr("^$()", name.data[i]) != NULL) {
            return false;
        }
    }
    return !is_pattern(name);
}

/* What makes the replica identity of a source's table FULL. */
static Str identity_change(const Checker *checker, const CheckedTable *table) {
    Str schema = table_value(checker, table, "schema-name", STR("public"));
    Str name = table_value(checker, table, "table-name", table->written->name.table);
    bool is_one = is_one_name(schema) && is_one_name(name);
    Str whole = is_one ? quote_table(checker->arena, schema, name) : upstream_of(checker, table);
    Str told = shown(checker, made_of(checker, made_of(checker, whole, schema), name));
    return is_one ? format(checker, "ALTER TABLE %.*s REPLICA IDENTITY FULL", SHOW(told))
                  : format(checker, "ALTER TABLE ... REPLICA IDENTITY FULL, for each table of %.*s", SHOW(told));
}

/* PostgresValueValidator: with changelog-mode = all the old row of an UPDATE or DELETE must be there. */
void check_replica_identity_full(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, wants_old_rows)) {
            concern(checker, &concerned, table, STR_NONE);
        }
    }
    if (concerned.count > 0) {
        Str change = identity_change(checker, concerned.table);
        bool can_upsert = release_is_at_least(checker, "2.3") && may_have_key(concerned.table->written);
        fire_concerned(checker, &concerned,
                       STR("unless the table's replica identity is FULL, the job fails at the first UPDATE or DELETE"),
                       format(checker, "%.*s%s", SHOW(change),
                              can_upsert ? ", or 'changelog-mode' = 'upsert'" : ""));
    }
}
