/* Checks of where a source begins to read: scan.startup.mode and what belongs to it. */
#include "checks/registry.h"

#define MODE_KEY "scan.startup.mode"
#define OFFSET_KEYS "scan.startup.specific-offset."

/* What a mode needs besides itself: all of `needed`, or all of `instead`. */
typedef struct Companion {
    const char *connector, *since, *until; /* releases of Flink CDC; NULL: no end. until is the first that differs */
    const char *mode;
    const char *needed[3], *instead[3];
    const char *problem, *mend;
} Companion;

#define OFFSET_FILE OFFSET_KEYS "file"
#define OFFSET_POSITION OFFSET_KEYS "pos"
#define OFFSET_GTID OFFSET_KEYS "gtid-set"
#define TIMESTAMP_KEY "scan.startup.timestamp-millis"
#define GTID_OR_FILE "needs a GTID set, or a binlog file and a position in it"
#define GTID_OR_FILE_MEND "set '" OFFSET_GTID "', or both '" OFFSET_FILE "' and '" OFFSET_POSITION "'"
#define MILLISECONDS_MEND "add it: milliseconds since 1970-01-01 UTC"

/* Flink CDC: MySqlTableSourceFactory, OceanBaseTableSourceFactory (StartupMode), MongoDBTableSourceFactory,
 * OracleTableSourceFactory, each at its releases. */
static const Companion companions[] = {
    {"mysql-cdc", "1.2", NULL, "timestamp", {TIMESTAMP_KEY}, {0}, "needs '" TIMESTAMP_KEY "'", MILLISECONDS_MEND},
    {"mysql-cdc", "2.3", NULL, "specific-offset", {OFFSET_GTID}, {OFFSET_FILE, OFFSET_POSITION},
     GTID_OR_FILE, GTID_OR_FILE_MEND},
    {"mysql-cdc", "1.2", "2.0", "specific-offset", {OFFSET_FILE, OFFSET_POSITION}, {0},
     "needs a binlog file and a position in it", "set both '" OFFSET_FILE "' and '" OFFSET_POSITION "'"},
    {"oceanbase-cdc", "3.5", NULL, "timestamp", {TIMESTAMP_KEY}, {0}, "needs '" TIMESTAMP_KEY "'", MILLISECONDS_MEND},
    {"oceanbase-cdc", "3.5", NULL, "specific-offset", {OFFSET_GTID}, {OFFSET_FILE, OFFSET_POSITION},
     GTID_OR_FILE, GTID_OR_FILE_MEND},
    {"oceanbase-cdc", "2.2", "3.5", "timestamp", {"scan.startup.timestamp"}, {0},
     "needs 'scan.startup.timestamp'", "add it: seconds since 1970-01-01 UTC"},
    {"mongodb-cdc", "2.4", NULL, "timestamp", {TIMESTAMP_KEY}, {0}, "needs '" TIMESTAMP_KEY "'", MILLISECONDS_MEND},
    {"oracle-cdc", "3.6", NULL, "specific-offset", {OFFSET_KEYS "scn"}, {0},
     "needs '" OFFSET_KEYS "scn'", "add it: the system change number to begin after"},
};

static bool has_all(const Checker *checker, const CheckedTable *table, const char *const keys[3]) {
    for (size_t i = 0; i < 3 && keys[i] != NULL; i++) {
        if (table_option(checker, table, keys[i]) == NULL) {
            return false;
        }
    }
    return keys[0] != NULL;
}

static bool has_prefixed_key(const CheckedTable *table, Str prefix) {
    const Plan *plan = known_plan(table);
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed && str_has_prefix(plan->options[i].key, prefix)) {
            return true;
        }
    }
    return false;
}

static bool is_satisfied(const Checker *checker, const CheckedTable *table, const Companion *companion) {
    if (is_connector(table, "oracle-cdc") && has_prefixed_key(table, STR(OFFSET_KEYS))) {
        return true; /* any key below the prefix makes an offset */
    }
    return has_all(checker, table, companion->needed) || has_all(checker, table, companion->instead);
}

static const Companion *companion_of(const Checker *checker, const CheckedTable *table, Str mode) {
    for (size_t i = 0; i < sizeof companions / sizeof *companions; i++) {
        const Companion *companion = &companions[i];
        if (is_connector(table, companion->connector) && str_equal_ignore_case(mode, str_of(companion->mode)) &&
            release_is_at_least(checker, companion->since) &&
            (companion->until == NULL || !release_is_at_least(checker, companion->until))) {
            return companion;
        }
    }
    return NULL;
}

/* A mode that LIKE brings is spoken of at the table that lacks the rest. */
static void fire_at_mode(Checker *checker, const CheckedTable *table, const PlannedOption *mode, Str message,
                         Str hint) {
    if (is_own(table, mode)) {
        fire_at_value(checker, table, mode, message, hint);
    } else {
        fire_at_table(checker, table, message, hint);
    }
}

static void check_companion(Checker *checker, const CheckedTable *table, const PlannedOption *mode) {
    const Companion *companion = companion_of(checker, table, mode->value);
    if (companion != NULL && !is_satisfied(checker, table, companion)) {
        fire_at_mode(checker, table, mode,
                     format(checker, "start-up mode '%s' %s", companion->mode, companion->problem),
                     str_of(companion->mend));
    }
}

/* timestamp-millis and its like without the mode that looks at them. */
static void check_left_alone(Checker *checker, const CheckedTable *table, Str mode) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        bool is_offset = str_has_prefix(option->key, STR(OFFSET_KEYS));
        bool is_timestamp = str_has_prefix(option->key, STR("scan.startup.timestamp"));
        Str wanted = is_offset ? STR("specific-offset") : STR("timestamp");
        OptionStatus status = found_option(table, option)->status;
        bool is_taken = status == OPTION_KNOWN || status == OPTION_PREFIXED;
        if (is_taken && (is_offset || is_timestamp) && !str_equal_ignore_case(mode, wanted)) {
            Str key = shown(checker, option->key), now = shown(checker, mode);
            soften(checker, SEVERITY_WARNING);
            fire_at_key(checker, table, option,
                        format(checker, "'%.*s' has no effect: the start-up mode is '%.*s'", SHOW(key), SHOW(now)),
                        format(checker, "set '" MODE_KEY "' = '%.*s', or take it away", SHOW(wanted)));
            return;
        }
    }
}

static bool check_mode(Checker *checker, const CheckedTable *table, const CatalogueOption *known,
                       const PlannedOption *mode) {
    Value value =
        catalogue_check_value(checker->arena, table->connector, known, checker->settings->release, mode->value);
    if (value.status != VALUE_REFUSED) {
        return true;
    }
    Str name = shown(checker, mode->value);
    if (is_own(table, mode)) {
        bool is_opposite = str_has_prefix(mode->value, STR("earliest")); /* alike to latest-offset, but not meant */
        fire_at_value(checker, table, mode,
                      format(checker, "'%.*s' is not a start-up mode of %.*s", SHOW(name), SHOW(table->connector_name)),
                      value.mend.size > 0 && !is_opposite
                          ? format(checker, "did you mean '%.*s'? %.*s", SHOW(value.mend), SHOW(value.problem))
                          : value.problem);
    }
    return false;
}

void check_startup_mode_value(Checker *checker, const CheckedTable *table) {
    OptionFound found = catalogue_option(table->connector, STR(MODE_KEY), checker->settings->release);
    const PlannedOption *mode = table_option(checker, table, MODE_KEY);
    if (found.status != OPTION_KNOWN || (mode != NULL && is_placeholder(mode->value))) {
        return;
    }
    if (mode == NULL) {
        check_left_alone(checker, table, STR("initial"));
    } else if (check_mode(checker, table, found.option, mode)) {
        check_companion(checker, table, mode);
        check_left_alone(checker, table, mode->value);
    }
}

/* The non-incremental branch of MySqlTableSource throws at planning (3.1 and later, the releases that have the
 * mode). */
static void check_mysql_snapshot_mode(Checker *checker, const CheckedTable *table, const PlannedOption *mode) {
    if (str_equal_ignore_case(mode->value, STR("snapshot")) && release_is_at_least(checker, "3.1")) {
        fire_at_mode(checker, table, mode, STR("start-up mode 'snapshot' needs the incremental snapshot, which is off"),
                     STR("take 'scan.incremental.snapshot.enabled' = 'false' away"));
    }
}

/* The non-incremental branch of PostgreSQLTableSource hands no start-up options on; its factory refuses latest-offset
 * there (2.4 and later). */
void check_startup_mode_vs_incremental(Checker *checker, const CheckedTable *table) {
    const PlannedOption *mode = table_option(checker, table, MODE_KEY);
    if (table->is_incremental || mode == NULL) {
        return;
    }
    if (is_connector(table, "mysql-cdc")) {
        check_mysql_snapshot_mode(checker, table, mode);
    }
    if (!is_connector(table, "postgres-cdc")) {
        return;
    }
    OptionFound found = catalogue_option(table->connector, STR(MODE_KEY), checker->settings->release);
    bool is_valid =
        found.status == OPTION_KNOWN &&
        catalogue_check_value(checker->arena, table->connector, found.option, checker->settings->release, mode->value)
                .status == VALUE_TAKEN;
    if (!is_valid || str_equal_ignore_case(mode->value, STR("initial"))) {
        return;
    }
    Str hint = STR("add 'scan.incremental.snapshot.enabled' = 'true'");
    if (str_equal_ignore_case(mode->value, STR("latest-offset"))) {
        fire_at_mode(checker, table, mode,
                     STR("start-up mode 'latest-offset' needs the incremental snapshot, which is off"), hint);
    } else {
        soften(checker, SEVERITY_WARNING);
        fire_at_mode(checker, table, mode,
                     format(checker,
                            "start-up mode '%.*s' has no effect without the incremental snapshot: all rows are read, "
                            "then the changes",
                            SHOW(mode->value)),
                     hint);
    }
}
