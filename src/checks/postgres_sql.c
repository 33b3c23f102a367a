/* Checks of the SQL for PostgreSQL that options hold. */
#include "postgres/sql.h"

#include "checks/groups.h"
#include "checks/registry.h"

static const char overrides[] = "debezium.snapshot.select.statement.overrides.";
static const char heartbeat_query[] = "debezium.heartbeat.action.query";

/* ---- The snapshot's SELECT --------------------------------------------------------------------------------------- */

typedef void (*CheckSelect)(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str name);

/* The SELECTs that Debezium would run. Incrementally read snapshots make their own (PostgresScanFetchTask), and
 * snapshot.mode never makes none; so it is no use to look at those. */
static bool has_selects(const Checker *checker, const CheckedTable *table) {
    const Plan *plan = known_plan(table);
    Str mode = str_trim(table_value(checker, table, "debezium.snapshot.mode", STR("")));
    bool runs_them =
        is_connector(table, "postgres-cdc") && !table->is_incremental && !str_equal_ignore_case(mode, STR("never"));
    bool has_any = false;
    for (size_t i = 0; i < plan->count && runs_them; i++) {
        has_any = has_any || str_has_prefix(plan->options[i].key, str_of(overrides));
    }
    return has_any;
}

static void check_selects(Checker *checker, const CheckedTable *table, CheckSelect check) {
    for (size_t i = 0; holds_of_shape(checker, table, has_selects) && i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        if (str_has_prefix(option->key, str_of(overrides)) && !is_placeholder(option->value)) {
            check(checker, table, option, str_from(option->key, sizeof overrides - 1));
        }
    }
}

static void check_select_sql(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str name) {
    Sql sql = sql_parse(option->value, checker->arena);
    Str of = shown(checker, name);
    const SqlStatement *statements = sql.statements.items;
    if (sql.problem.size > 0) {
        Str problem = shown(checker, made_of(checker, sql.problem, option->value));
        fire_in_value(checker, table, option, sql.place,
                      format(checker, "PostgreSQL refuses the snapshot's SELECT for %.*s: %.*s", SHOW(of),
                             SHOW(problem)),
                      STR(""));
    } else if (sql.is_opaque) {
        return;
    } else if (sql.statements.count == 0) {
        fire_at_value(checker, table, option, format(checker, "the snapshot's SELECT for %.*s is empty", SHOW(of)),
                      format(checker, "such as SELECT * FROM %.*s WHERE ...", SHOW(of)));
    } else if (sql.statements.count > 1) {
        fire_in_value(checker, table, option, statements[1].place,
                      format(checker, "the snapshot of %.*s runs one SELECT; here another statement follows it",
                             SHOW(of)),
                      STR("take it away"));
    } else if (statements[0].kind != SQL_SELECT) {
        fire_in_value(checker, table, option, statements[0].place,
                      format(checker, "the snapshot of %.*s runs a SELECT; this is none", SHOW(of)),
                      format(checker, "such as SELECT * FROM %.*s WHERE ...", SHOW(of)));
    }
}

void check_snapshot_select_sql(Checker *checker, const CheckedTable *table) {
    check_selects(checker, table, check_select_sql);
}

static Str full_name(const Checker *checker, const SqlTable *table) {
    return table->schema.size > 0 ? format(checker, "%.*s.%.*s", SHOW(table->schema), SHOW(table->table))
                                  : table->table;
}

/* Whether a table that SQL names is the one that the key names: schema.table, perhaps with a database before it. */
static bool is_named(const Checker *checker, const SqlTable *table, Str key) {
    Str name = full_name(checker, table);
    return str_equal(key, name) || str_has_suffix(key, format(checker, ".%.*s", SHOW(name)));
}

static void check_select_table(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str key) {
    Sql sql = sql_parse(option->value, checker->arena);
    if (sql.statements.count != 1 || sql.statements.items[0].kind != SQL_SELECT) {
        return;
    }
    const SqlStatement *statement = &sql.statements.items[0];
    for (size_t i = 0; i < statement->reads.count; i++) {
        if (is_named(checker, &statement->reads.items[i], key)) {
            return;
        }
    }
    Str name = shown(checker, key);
    if (statement->reads.count == 0 && statement->calls_function) {
        return; /* the function may read it */
    }
    if (statement->reads.count == 0) {
        fire_at_value(checker, table, option,
                      format(checker, "the snapshot's SELECT for %.*s reads no table", SHOW(name)), STR(""));
        return;
    }
    Str first = full_name(checker, &statement->reads.items[0]), read = shown(checker, first);
    fire_at_value(checker, table, option,
                  format(checker, "the snapshot's SELECT for %.*s reads %.*s instead", SHOW(name), SHOW(read)),
                  STR("its rows would be sent as those of the table that the key names"));
}

void check_snapshot_select_table(Checker *checker, const CheckedTable *table) {
    check_selects(checker, table, check_select_table);
}

/* ---- The heartbeat's query --------------------------------------------------------------------------------------- */

/* The heartbeats whose query runs: before 3.3 an incremental source never ran it (FLINK-35387). */
static bool runs_query(const Checker *checker, const CheckedTable *table) {
    return is_connector(table, "postgres-cdc") && has_option(checker, table, heartbeat_query) &&
           !is_placeholder(table_value(checker, table, heartbeat_query, STR(""))) &&
           (!table->is_incremental || release_is_at_least(checker, "3.3"));
}

static bool pick_query(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->option = table_option(checker, table, heartbeat_query);
    item->key = table_value(checker, table, heartbeat_query, STR(""));
    return item->option != NULL;
}

void check_heartbeat_query_sql(Checker *checker) {
    Groups groups = group_tables(checker, runs_query, pick_query);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        Sql sql = sql_parse(item->key, checker->arena);
        if (sql.problem.size > 0 && (item = leave_out_allowed(checker, item, &count)) != NULL) {
            Str problem = shown(checker, made_of(checker, sql.problem, item->key));
            Str others = others_text(checker, count);
            fire_in_value(checker, item->table, item->option, sql.place,
                          format(checker, "PostgreSQL refuses the heartbeat's query: %.*s%.*s", SHOW(problem),
                                 SHOW(others)),
                          STR("Debezium would only log it: no heartbeat is ever written"));
        }
    }
}

static bool has_effect(const Sql *sql) {
    bool has = sql->is_opaque || sql->problem.size > 0;
    for (size_t i = 0; i < sql->statements.count; i++) {
        const SqlStatement *statement = &sql->statements.items[i];
        has = has || statement->kind == SQL_CALL || statement->calls_function || statement->writes.count > 0;
    }
    return has;
}

void check_heartbeat_query_effect(Checker *checker) {
    Groups groups = group_tables(checker, runs_query, pick_query);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        Sql sql = sql_parse(item->key, checker->arena);
        if (!has_effect(&sql) && (item = leave_out_allowed(checker, item, &count)) != NULL) {
            Str others = others_text(checker, count);
            fire_at_value(checker, item->table, item->option,
                          format(checker,
                                 "the heartbeat's query writes nothing, so the slot does not move on by it%.*s",
                                 SHOW(others)),
                          STR("let it write to a table of the publication: INSERT ... ON CONFLICT ... DO UPDATE ..."));
        }
    }
}
