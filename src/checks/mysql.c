/* Checks of mysql-cdc and oracle-cdc. */
#include "checks/columns.h"
#include "checks/conflicts.h"
#include "checks/replication.h"

/* ---- Server ids ------------------------------------------------------------------------------------------------- */

void check_mysql_server_id_overlap(Checker *checker) {
    Conflicts conflicts = conflicts_of_server_ids(checker->facts, false, checker->arena);
    for (size_t i = 0; i < conflicts.count; i++) {
        const Conflict *conflict = &conflicts.items[i];
        const CheckedTable *table = &checker->tables[conflict->here->index];
        const PlannedOption *option = effective_option(checker, table, "debezium.database.server.id", "server-id");
        fire_at_value(checker, table, option, server_ids_message(conflict, false, checker->arena),
                      server_ids_hint(conflict, checker->arena));
    }
}

/* ServerIdRange.getServerId() refuses a reader only when its number is above the count of ids, so that the reader
 * next to the last id takes the one behind the range. */
static void look_at_size(Checker *checker, const CheckedTable *table, const PlannedOption *option, int64_t first,
                         int64_t last) {
    int64_t size = last - first + 1, wanted = checker->parallelism;
    if (!table->is_incremental || size >= wanted) {
        return;
    }
    bool is_short_by_one = size == wanted - 1;
    soften(checker, is_short_by_one ? SEVERITY_WARNING : SEVERITY_ERROR);
    fire_at_value(checker, table, option,
                  format(checker, "%lld server id%s for a parallelism of %lld: %s", (long long)size,
                         size > 1 ? "s" : "", (long long)wanted,
                         is_short_by_one ? "the last reader takes the id behind the range, which may be another's"
                                         : "readers without an id fail (\"out of server id range\")"),
                  format(checker, "such as '%lld-%lld'", (long long)first, (long long)(first + wanted - 1)));
}

static void look_at_range(Checker *checker, const CheckedTable *table, const PlannedOption *option) {
    int64_t first, last;
    bool is_range = option->value.size > 0 && memchr(option->value.data, '-', option->value.size) != NULL;
    if (!server_ids_parse(checker->arena, option->value, &first, &last)) {
        fire_at_value(
            checker, table, option,
            format(checker, "'%.*s' is neither a server id nor a range of them", SHOW(shown(checker, option->value))),
            STR("such as '5400' or '5400-5403'"));
    } else if (last < first) {
        fire_at_value(checker, table, option, STR("the range ends before it begins: no reader gets an id"),
                      format(checker, "'%lld-%lld'", (long long)last, (long long)first));
    } else if (is_range && !table->is_incremental) { /* MySqlTableSource: Integer.parseInt(serverId) */
        fire_at_value(checker, table, option,
                      STR("without the incremental snapshot the source takes one server id, no range"),
                      format(checker, "'%lld'", (long long)first));
    } else {
        look_at_size(checker, table, option, first, last);
    }
}

static void look_for_missing(Checker *checker) {
    Concerned missing = {0};
    size_t sources = 0;
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        sources += is_mysql(table);
        if (is_mysql(table) && effective_option(checker, table, "debezium.database.server.id", "server-id") == NULL) {
            concern(checker, &missing, table, STR_NONE);
        }
    }
    if (sources > 1 && missing.count > 0) {
        soften(checker, SEVERITY_WARNING);
        fire_concerned(
            checker, &missing,
            STR("without 'server-id' each reader takes a random one from 5400 to 6400: when two draw the same, MySQL "
                "drops the connection of one"),
            STR("give each source a range of its own, as long as the parallelism"));
    }
}

void check_mysql_server_id_range(Checker *checker) {
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        const PlannedOption *option = is_mysql(table) ? table_option(checker, table, "server-id") : NULL;
        soften(checker, SEVERITY_ERROR);
        if (option != NULL && !is_frozen(table) && is_own(table, option) && !is_placeholder(option->value)) {
            look_at_range(checker, table, option);
        }
    }
    look_for_missing(checker);
}

/* ---- Time zone -------------------------------------------------------------------------------------------------- */

/* The short names that java.time.ZoneId.of() does not take: ZoneId.SHORT_IDS without EST, MST and HST, and some that
 * people write. */
static const struct {
    const char *name, *instead;
} short_zones[] = {
    {"ACT", "Australia/Darwin"},    {"AET", "Australia/Sydney"}, {"AST", "America/Anchorage"},
    {"BST", "Europe/London"},       {"CEST", "Europe/Paris"},    {"CST", "Asia/Shanghai' or 'America/Chicago"},
    {"CTT", "Asia/Shanghai"},       {"EDT", "America/New_York"}, {"IST", "Asia/Kolkata"},
    {"JST", "Asia/Tokyo"},          {"KST", "Asia/Seoul"},       {"MSK", "Europe/Moscow"},
    {"PDT", "America/Los_Angeles"}, {"PST", "America/Los_Angeles"},
};

static void look_at_zone(Checker *checker, const CheckedTable *table, const PlannedOption *option) {
    for (size_t i = 0; i < sizeof short_zones / sizeof *short_zones; i++) {
        if (str_equal(option->value, str_of(short_zones[i].name))) {
            soften(checker, SEVERITY_ERROR);
            fire_at_value(checker, table, option, format(checker, "Java knows no time zone '%s'", short_zones[i].name),
                          format(checker, "'%s'", short_zones[i].instead));
        }
    }
}

/* MySqlTableSourceFactory.getServerTimeZone(): table.local-time-zone, else the zone of the JVM; up to 2.2 it was UTC.
 */
void check_mysql_server_time_zone(Checker *checker) {
    Concerned missing = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        const PlannedOption *option = is_mysql(table) ? table_option(checker, table, "server-time-zone") : NULL;
        if (is_mysql(table) &&
            effective_option(checker, table, "debezium.database.serverTimezone", "server-time-zone") == NULL) {
            concern(checker, &missing, table, STR_NONE);
        } else if (option != NULL && !is_frozen(table) && is_own(table, option)) {
            look_at_zone(checker, table, option);
        }
    }
    bool is_old = !release_is_at_least(checker, "2.3");
    soften(checker, SEVERITY_INFO);
    fire_concerned(
        checker, &missing,
        is_old ? STR("without 'server-time-zone' the values of TIMESTAMP columns are read as UTC")
               : STR("without 'server-time-zone' the values of TIMESTAMP columns are read in the session's zone, "
                     "and the source fails where the server has another offset"),
        STR("the server's zone by its full name, such as 'Asia/Shanghai'"));
}

/* ---- Properties ------------------------------------------------------------------------------------------------- */

void check_mysql_debezium_prefix(Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; is_mysql(table) && i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        Str property = debezium_property(option);
        if (option->is_removed) {
            continue;
        }
        if (str_equal(property, STR("database.server.id")) && table->is_incremental) {
            fire_at_key(checker, table, option, STR("this gives all parallel readers of the source the same server id"),
                        STR("take it away; 'server-id' = 'N-M' has one for each"));
        } else if (str_has_prefix(property, STR("jdbc.properties."))) {
            fire_at_key(checker, table, option,
                        STR("Debezium knows no such property: it does not reach the JDBC driver"),
                        format(checker, "'%.*s'", SHOW(shown(checker, property))));
        }
    }
}

/* ---- Oracle ----------------------------------------------------------------------------------------------------- */

static bool has_small_letters_only(Str name) {
    bool has_small = false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        has_small = has_small || (c >= 'a' && c <= 'z');
        if (c >= 'A' && c <= 'Z') {
            return false;
        }
    }
    return has_small;
}

/* The first option of a table whose name is all in small letters, or NULL. */
static const PlannedOption *small_name(const Checker *checker, const CheckedTable *table) {
    static const char *const keys[] = {"schema-name", "table-name"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const PlannedOption *option = table_option(checker, table, keys[i]);
        if (option != NULL && is_own(table, option) && has_small_letters_only(option->value) &&
            !is_pattern(option->value) && !is_placeholder(option->value)) {
            return option;
        }
    }
    return NULL;
}

static const Column *small_column(const Checker *checker, const CheckedTable *table) {
    const Column *columns = written_columns(checker, table->written);
    for (uint32_t i = 0; i < table->written->definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->kind == COLUMN_PHYSICAL &&
            has_small_letters_only(source_slice(checker->script->source, column->name))) {
            return column;
        }
    }
    return NULL;
}

static void look_at_case(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = small_name(checker, table);
    const Column *column = small_column(checker, table);
    if (option != NULL) {
        fire_at_value(checker, table, option,
                      STR("Oracle keeps names in capitals unless they were made in quotes, and the connector "
                          "compares as written"),
                      STR("write the name as Oracle lists it"));
    }
    if (column != NULL) {
        fire_at(checker, column->name,
                STR("Oracle keeps column names in capitals unless they were made in quotes: a column that is written "
                    "otherwise "
                    "stays NULL"),
                STR("write the columns as Oracle lists them"));
    }
}

void check_oracle_case_and_logminer(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!is_connector(table, "oracle-cdc") || is_frozen(table)) {
            continue;
        }
        look_at_case(checker, table);
        if (table_option(checker, table, "debezium.log.mining.strategy") == NULL) {
            concern(checker, &concerned, table, STR_NONE);
        }
    }
    soften(checker, SEVERITY_INFO);
    fire_concerned(
        checker, &concerned,
        STR("the default way of mining the log writes the dictionary into it again and again, which can delay "
            "changes "
            "by minutes"),
        STR("'debezium.log.mining.strategy' = 'online_catalog', unless tables are altered while the job runs"));
}
