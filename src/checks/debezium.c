/* Checks of properties that are handed to Debezium. */
#include "checks/replication.h"
#include "secret.h"

/* ---- snapshot.mode ---------------------------------------------------------------------------------------------- */

typedef struct SnapshotMode {
    const char *debezium, *startup; /* what scan.startup.mode says instead */
} SnapshotMode;

static const SnapshotMode snapshot_modes[] = {
    {"never", "latest-offset"}, {"schema_only", "latest-offset"}, {"initial_only", "snapshot"}, {"initial", "initial"},
};

static Str startup_hint(const Checker *checker, Str mode) {
    for (size_t i = 0; i < sizeof snapshot_modes / sizeof *snapshot_modes; i++) {
        if (str_equal_ignore_case(str_trim(mode), str_of(snapshot_modes[i].debezium))) {
            return format(checker, "take it away; its like is 'scan.startup.mode' = '%s'", snapshot_modes[i].startup);
        }
    }
    return STR("take it away; 'scan.startup.mode' says where the source begins");
}

static bool ignores_snapshot_mode(const Checker *checker, const CheckedTable *table) {
    return (is_postgres(table) || is_mysql(table)) && table->is_incremental &&
           table_option(checker, table, "debezium.snapshot.mode") != NULL;
}

/* PostgresSourceConfigFactory sets `never` behind the user's properties since 3.0.1; MySqlTableSource leaves the user's
 * out (getParallelDbzProperties). */
void check_snapshot_mode_ignored(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, ignores_snapshot_mode)) {
            concern(checker, &concerned, table, STR("debezium.snapshot.mode"));
        }
    }
    if (concerned.count == 0) {
        return;
    }
    Str message = STR("'debezium.snapshot.mode' has no effect with the incremental snapshot");
    if (is_postgres(concerned.table) && !release_is_at_least(checker, "3.0.1")) {
        message = STR("this release hands 'debezium.snapshot.mode' to the readers of the incremental snapshot, for "
                      "which it is not "
                      "meant: with 'initial_only' no changes are read at all");
    }
    Str mode = table_value(checker, concerned.table, "debezium.snapshot.mode", STR(""));
    fire_concerned(checker, &concerned, message, startup_hint(checker, mode));
}

/* ---- Two options for one thing ---------------------------------------------------------------------------------- */

typedef struct Pair {
    const char *connector, *debezium_key, *key;
    bool is_interval; /* milliseconds there, a duration here */
} Pair;

/* PostgresSourceConfigFactory, PostgreSQLSource, MySqlSourceConfigFactory: what the table's options become. server.id
 * has a check of its own. */
static const Pair pairs[] = {
    {"postgres-cdc", "debezium.slot.name", "slot.name", false},
    {"postgres-cdc", "debezium.plugin.name", "decoding.plugin.name", false},
    {"postgres-cdc", "debezium.heartbeat.interval.ms", "heartbeat.interval.ms", true},
    {"postgres-cdc", "debezium.database.dbname", "database-name", false},
    {"postgres-cdc", "debezium.database.hostname", "hostname", false},
    {"postgres-cdc", "debezium.database.port", "port", false},
    {"postgres-cdc", "debezium.database.user", "username", false},
    {"postgres-cdc", "debezium.database.password", "password", false},
    {"mysql-cdc", "debezium.heartbeat.interval.ms", "heartbeat.interval", true},
    {"mysql-cdc", "debezium.database.hostname", "hostname", false},
    {"mysql-cdc", "debezium.database.port", "port", false},
    {"mysql-cdc", "debezium.database.user", "username", false},
    {"mysql-cdc", "debezium.database.password", "password", false},
    {"mysql-cdc", "debezium.database.serverTimezone", "server-time-zone", false},
};

static bool mean_the_same(const Checker *checker, const Pair *pair, Str there, Str here) {
    if (!pair->is_interval) {
        return str_equal(there, here);
    }
    Value number = value_check(checker->arena, VALUE_LONG, there, 0);
    Value interval = value_check(checker->arena, VALUE_DURATION, here, 0);
    return number.status == VALUE_TAKEN && interval.status == VALUE_TAKEN &&
           duration_milliseconds(interval.duration) == number.integer;
}

static void look_at_pair(Checker *checker, const CheckedTable *table, const Pair *pair) {
    const PlannedOption *there = table_option(checker, table, pair->debezium_key);
    const PlannedOption *here = table_option(checker, table, pair->key);
    if (there == NULL || here == NULL || !(is_own(table, there) || is_own(table, here))) {
        return;
    }
    bool is_same = mean_the_same(checker, pair, there->value, here->value);
    soften(checker, is_same ? SEVERITY_INFO : SEVERITY_WARNING);
    Str key = str_of(pair->key), debezium_key = str_of(pair->debezium_key);
    Str value = is_secret_key(key) ? STR(SECRET_MASK) : shown(checker, there->value);
    fire_at_key(checker, table, there,
                is_same ? format(checker, "'%.*s' says what '%.*s' says already", SHOW(debezium_key), SHOW(key))
                        : format(checker, "'%.*s' goes before '%.*s': what runs is '%.*s', not what stands there",
                                 SHOW(debezium_key), SHOW(key), SHOW(value)),
                is_same ? STR("take it away")
                        : format(checker, "take it away, and write the right value to '%.*s'", SHOW(key)));
}

void check_debezium_overrides_table_option(Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (is_connector(table, pairs[i].connector)) {
            look_at_pair(checker, table, &pairs[i]);
        }
    }
}

/* ---- Filters ---------------------------------------------------------------------------------------------------- */

static bool is_table_filter(Str property) {
    static const char *const parts[] = {"table", "schema", "database"};
    static const char *const ends[] = {".include.list", ".exclude.list", ".whitelist", ".blacklist"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        for (size_t j = 0; j < sizeof ends / sizeof *ends; j++) {
            bool begins = str_has_prefix(property, str_of(parts[i]));
            if (begins && str_equal(str_from(property, strlen(parts[i])), str_of(ends[j]))) {
                return true;
            }
        }
    }
    return false;
}

/* DebeziumOptions looks for the key without its prefix only (3.4), and putAll() puts the user's in the place of the
 * connector's own list. */
void check_debezium_include_lists(Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; is_cdc(table) && i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (!option->is_removed && is_table_filter(debezium_property(option))) {
            fire_at_key(
                checker, table, option,
                format(checker,
                       "'%.*s' replaces the source's own choice of tables: it gets rows of other tables, or none",
                       SHOW(option->key)),
                is_mysql(table) ? STR("take it away; database-name and table-name are regular expressions")
                                : STR("take it away; schema-name and table-name are regular expressions"));
        }
    }
}

/* ---- Properties without effect ---------------------------------------------------------------------------------- */

typedef enum When { IN_ANY_MODE, IN_INCREMENTAL_MODE, IN_LEGACY_MODE } When;

typedef struct Noop {
    const char *connector; /* NULL: every one */
    Str property;  /* with '*' at the end: all that begin so */
    When when;
    const char *why;
} Noop;

#define OWN_QUERIES "the incremental snapshot reads chunks by queries of its own"
#define FORCED "the connector sets it itself"
#define TOO_NEW "Flink CDC holds Debezium 1.9, which does not know it yet"

/* PostgresSourceConfigFactory, DebeziumSourceFunction.run(), PostgresConnectorConfig of Debezium 1.9.8. Properties that
 * have checks of their own (snapshot.mode, slot.drop.on.stop, snapshot.select.statement.overrides) are left out. */
static const Noop noops[] = {
    {"postgres-cdc", STR("snapshot.lock.timeout.ms"), IN_INCREMENTAL_MODE, "the incremental snapshot locks no tables"},
    {"postgres-cdc", STR("snapshot.custom.class"), IN_INCREMENTAL_MODE, OWN_QUERIES},
    {"postgres-cdc", STR("snapshot.delay.ms"), IN_INCREMENTAL_MODE, OWN_QUERIES},
    {"postgres-cdc", STR("include.schema.changes"), IN_INCREMENTAL_MODE, "a table of SQL gets rows only"},
    {"postgres-cdc", STR("snapshot.locking.mode"), IN_ANY_MODE, TOO_NEW},
    {"postgres-cdc", STR("lsn.flush.mode"), IN_ANY_MODE, TOO_NEW},
    {"postgres-cdc", STR("replica.identity.autoset.values"), IN_ANY_MODE, TOO_NEW},
    {"postgres-cdc", STR("slot.failover"), IN_ANY_MODE, TOO_NEW},
    {"postgres-cdc", STR("tombstones.on.delete"), IN_LEGACY_MODE, FORCED},
    {"postgres-cdc", STR("offset.storage"), IN_LEGACY_MODE, FORCED},
    {"postgres-cdc", STR("database.history"), IN_LEGACY_MODE, FORCED},
    {"mysql-cdc", STR("tombstones.on.delete"), IN_INCREMENTAL_MODE, FORCED},
    {"mysql-cdc", STR("offset.flush.interval.ms"), IN_INCREMENTAL_MODE, FORCED},
    {NULL, STR("topic.prefix"), IN_ANY_MODE, TOO_NEW},
    {NULL, STR("schema.history.internal.*"), IN_ANY_MODE, TOO_NEW},
};

enum { NOOP_COUNT = sizeof noops / sizeof *noops };

static bool has_no_effect(const CheckedTable *table, Str property, const Noop *noop) {
    Str name = noop->property;
    if (property.size == 0 || property.data[0] != name.data[0]) {
        return false;
    }
    bool is_prefix = name.data[name.size - 1] == '*';
    bool is_meant = is_prefix ? str_has_prefix(property, (Str){name.data, name.size - 1}) : str_equal(property, name);
    bool is_now = noop->when == IN_ANY_MODE || (noop->when == IN_INCREMENTAL_MODE) == table->is_incremental;
    return is_meant && is_now && (noop->connector == NULL || is_connector(table, noop->connector));
}

/* snapshot.mode is set to `never` after the user's since 3.0.1 (PostgresSourceConfigFactory; mysql-cdc drops it, see
 * getParallelDbzProperties); the global slot is kept, the others go, since 2.4.2 (PostgresSourceFetchTaskContext). */
static bool is_overruled(const Checker *checker, const CheckedTable *table, Str property) {
    if (str_equal(property, STR("snapshot.mode"))) {
        return is_mysql(table) || (is_postgres(table) && release_is_at_least(checker, "3.0.1"));
    }
    return str_equal(property, STR("slot.drop.on.stop")) && is_postgres(table) && release_is_at_least(checker, "2.4.2");
}

bool property_has_no_effect(const Checker *checker, const CheckedTable *table, Str key) {
    Str property = str_from(key, strlen("debezium."));
    if (!is_cdc(table) || !str_has_prefix(key, STR("debezium."))) {
        return false;
    }
    for (size_t i = 0; i < NOOP_COUNT; i++) {
        if (has_no_effect(table, property, &noops[i])) {
            return true;
        }
    }
    return table->is_incremental && is_overruled(checker, table, property);
}

static bool has_noops(const Checker *checker, const CheckedTable *table) {
    (void)checker;
    const Plan *plan = known_plan(table);
    for (size_t i = 0; is_cdc(table) && i < plan->count; i++) {
        Str property = debezium_property(&plan->options[i]);
        for (size_t j = 0; j < NOOP_COUNT && property.size > 0; j++) {
            if (has_no_effect(table, property, &noops[j])) {
                return true;
            }
        }
    }
    return false;
}

static void look_for_noops(Checker *checker, const CheckedTable *table, Concerned *concerned) {
    const Plan *plan = known_plan(table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        Str property = debezium_property(option);
        for (size_t j = 0; j < NOOP_COUNT && property.size > 0 && !option->is_removed; j++) {
            if (has_no_effect(table, property, &noops[j])) {
                concern(checker, &concerned[j], table, option->key);
            }
        }
    }
}

/* One finding for each property. */
void check_debezium_noop_options(Checker *checker) {
    Concerned concerned[NOOP_COUNT] = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        if (holds_of_shape(checker, &checker->tables[i], has_noops)) {
            look_for_noops(checker, &checker->tables[i], concerned);
        }
    }
    for (size_t i = 0; i < NOOP_COUNT; i++) {
        if (concerned[i].count > 0) {
            Str key = shown(checker, concerned[i].key);
            fire_concerned(checker, &concerned[i], format(checker, "'%.*s' has no effect: %s", SHOW(key), noops[i].why),
                           STR("take it away"));
        }
    }
}

/* ---- snapshot.select.statement.overrides ------------------------------------------------------------------------ */

#define OVERRIDES "debezium.snapshot.select.statement.overrides"

/* Whether the comma list has the name. */
static bool lists(Str list, Str name) {
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size;
        if (str_equal(str_trim((Str){list.data, size}), name)) {
            return true;
        }
        list = str_from(list, size + 1);
    }
    return false;
}

/* The name that the list wants: schema.table, to MySQL database.table; empty when the options are patterns. */
static Str listed_name(const Checker *checker, const CheckedTable *table) {
    const char *lead_key = is_mysql(table) ? "database-name" : "schema-name";
    Str lead = table_value(checker, table, lead_key, STR(""));
    Str name = table_value(checker, table, "table-name", STR(""));
    bool is_plain = lead.size > 0 && name.size > 0 && !is_pattern(lead) && !is_pattern(name);
    Str listed = is_plain ? format(checker, "%.*s.%.*s", SHOW(lead), SHOW(name)) : STR("");
    return made_of(checker, made_of(checker, listed, lead), name);
}

/* Each table needs its place in the list and its statement (CommonConnectorConfig and
 * RelationalDatabaseConnectorConfig.getSnapshotSelectOverridesByTable() of Debezium 1.9). */
static void look_at_statement(Checker *checker, const CheckedTable *table, const PlannedOption *option) {
    Str name = str_from(option->key, strlen(OVERRIDES) + 1), list = table_value(checker, table, OVERRIDES, STR(""));
    Str own = listed_name(checker, table), text = shown(checker, name);
    if (!lists(list, name)) {
        fire_at_key(checker, table, option,
                    format(checker, "the statement is not used: '%s' does not list '%.*s'", OVERRIDES, SHOW(text)),
                    format(checker, "add '%s' = '%.*s'", OVERRIDES, SHOW(text)));
    } else if (own.size > 0 && (is_postgres(table) || is_mysql(table)) && !str_equal(own, name)) {
        fire_at_key(checker, table, option,
                    format(checker, "the statement is not used: this source reads '%.*s'", SHOW(shown(checker, own))),
                    STR(""));
    }
}

static void look_at_list(Checker *checker, const CheckedTable *table, const PlannedOption *option) {
    for (Str list = option->value; list.size > 0;) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size;
        Str name = str_trim((Str){list.data, size}), key = format(checker, "%s.%.*s", OVERRIDES, SHOW(name));
        made_of(checker, name, option->value);
        if (name.size > 0 && !has_key(checker, table, key)) {
            fire_at_value(
                checker, table, option,
                format(checker, "no statement for '%.*s': the whole table is read", SHOW(shown(checker, name))),
                format(checker, "add '%.*s' = 'SELECT ...'", SHOW(shown(checker, key))));
        }
        list = str_from(list, size + 1);
    }
}

static bool is_override(Str key) {
    Str rest = str_from(key, strlen(OVERRIDES));
    return str_has_prefix(key, STR(OVERRIDES)) && (rest.size == 0 || (rest.size > 1 && rest.data[0] == '.'));
}

/* Of an override and its list one finding is enough. */
static void fire_ignored_override(Checker *checker, const CheckedTable *table) {
    const PlannedOption *first = NULL;
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (!option->is_removed && is_override(option->key) && (first == NULL || option->key.size > first->key.size)) {
            first = option;
        }
    }
    if (first != NULL) {
        fire_at_key(
            checker, table, first,
            STR("a statement for the snapshot has no effect with the incremental one: the whole table is read"),
            STR("filter with WHERE where the table is read"));
    }
}

static bool has_overrides(const Checker *checker, const CheckedTable *table) {
    const Plan *plan = known_plan(table);
    bool has_any = false;
    (void)checker;
    for (size_t i = 0; is_cdc(table) && i < plan->count; i++) {
        has_any = has_any || (!plan->options[i].is_removed && is_override(plan->options[i].key));
    }
    return has_any;
}

/* PostgresScanFetchTask builds its own SELECT of each chunk; nothing in Flink CDC asks for the overrides. */
void check_snapshot_select_override(Checker *checker, const CheckedTable *table) {
    if (!holds_of_shape(checker, table, has_overrides)) {
        return;
    }
    if (table->is_incremental) {
        fire_ignored_override(checker, table);
        return;
    }
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed || !is_override(option->key)) {
            continue;
        }
        if (option->key.size == strlen(OVERRIDES)) {
            look_at_list(checker, table, option);
        } else {
            look_at_statement(checker, table, option);
        }
    }
}
