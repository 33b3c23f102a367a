/* Checks of heartbeats. */
#include "checks/replication.h"

/* Of a source; INT64_MAX when there is no telling. In legacy mode the table's own option does not reach the reader, and
 * PostgreSQLSource sets five minutes. */
static int64_t heartbeat_milliseconds(const Checker *checker, const CheckedTable *table) {
    const PlannedOption *property = table_option(checker, table, "debezium.heartbeat.interval.ms");
    if (property != NULL) {
        Value value = value_check(checker->arena, VALUE_LONG, property->value, 0);
        return value.status == VALUE_TAKEN ? value.integer : INT64_MAX;
    }
    Str text = table_value(checker, table, "heartbeat.interval.ms", STR("30 s"));
    Value value = value_check(checker->arena, VALUE_DURATION, table->is_incremental ? text : STR("5 min"), 0);
    return value.status == VALUE_TAKEN ? duration_milliseconds(value.duration) : INT64_MAX;
}

static bool relies_on_heartbeats(const Checker *checker, const CheckedTable *table) {
    bool is_selective = autocreate_of(checker, table) != AUTOCREATE_ALL_TABLES ||
                        table_option(checker, table, "debezium.publication.name") != NULL;
    return is_postgres(table) && uses_pgoutput(checker, table) && is_selective &&
           effective_key(checker, table, "debezium.heartbeat.interval.ms", "heartbeat.interval.ms").size > 0 &&
           heartbeat_milliseconds(checker, table) > 0 &&
           table_option(checker, table, "debezium.heartbeat.action.query") == NULL;
}

/* Only where the publication holds some tables only: PostgreSQL 15 sends nothing of transactions that touch no table
 * of it. Since 3.2 the driver, pgjdbc 42.7, confirms the place that the server's keepalives tell. */
void check_heartbeat_not_enough(Checker *checker) {
    Concerned concerned = {0};
    if (release_is_at_least(checker, "3.2")) {
        return;
    }
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, relies_on_heartbeats)) {
            concern(checker, &concerned, table,
                    effective_key(checker, table, "debezium.heartbeat.interval.ms", "heartbeat.interval.ms"));
        }
    }
    fire_concerned(
        checker, &concerned,
        STR("before Flink CDC 3.2 a heartbeat reports a place in the log but makes none: while the tables of the "
            "publication are quiet, the slot stays where it is"),
        STR("a newer release, or a small table of the publication that cron writes to"));
}

static bool names_table(const Checker *checker, const CheckedTable *table, Str query) {
    Str name = table_value(checker, table, "table-name", STR(""));
    return name.size > 0 && memmem(query.data, query.size, name.data, name.size) != NULL;
}

void check_heartbeat_action_query_table(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "debezium.heartbeat.action.query");
    if (!is_postgres(table) || option == NULL || !is_own(table, option)) {
        return;
    }
    if (table->is_incremental && !release_is_at_least(checker, "3.3")) {
        fire_at_key(checker, table, option,
                    STR("before Flink CDC 3.3 the query is never run with the incremental snapshot (FLINK-35387)"),
                    STR("take a newer release, or write to the table from outside, by cron"));
    } else if (heartbeat_milliseconds(checker, table) == 0) {
        fire_at_key(checker, table, option, STR("the query is never run: the heartbeat interval is 0"),
                    STR("'heartbeat.interval.ms' = '30 s'"));
    } else if (uses_pgoutput(checker, table) && autocreate_of(checker, table) == AUTOCREATE_FILTERED &&
               !is_pattern(table_value(checker, table, "table-name", STR(""))) &&
               !names_table(checker, table, option->value)) {
        fire_at_key(
            checker, table, option,
            STR("the query moves nothing: a filtered publication holds the source's own table, not the one that the "
                "query writes to"),
            STR("make a publication by hand that holds both, and set 'debezium.publication.autocreate.mode' = "
                "'disabled'"));
    }
}
