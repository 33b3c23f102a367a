#include "emit/postgres.h"

#include "emit/postgres_side.h"
#include "postgres/quote.h"
#include "postgres/sql.h"

/* ---- 4. Settings --------------------------------------------------------------------------------------------------
 */

void write_settings(Side *side, const Reader *readers, size_t count, const Names *slots) {
    enum { DEFAULT_SLOTS = 10 };
    size_t parallelism = script_parallelism(side->request);
    size_t needed = postgres_slot_count(readers, count, parallelism, side->arena);
    size_t wanted = needed > DEFAULT_SLOTS ? needed : DEFAULT_SLOTS;
    Names literals = side_literals(side, slots);
    buffer_add_char(side->out, '\n');
    side_note(
        side,
        arena_format(
            side->arena,
            "4. Settings to check. Slots, and WAL senders, that the script has open at the same time: %zu at most. "
            "That is one "
            "for each source's slot and, while it reads its snapshot incrementally, one for each parallel reader of it "
            "(parallelism: %zu).",
            needed, parallelism));
    buffer_add(side->out, STR("SELECT name, setting, wanted.least AS wanted, wanted.others AS used_by_others,\n"
                              "       CASE name\n"
                              "         WHEN 'wal_level' THEN setting = 'logical'\n"
                              "         WHEN 'max_slot_wal_keep_size' THEN setting <> '-1'\n"
                              "         ELSE setting::bigint >= wanted.least::bigint + wanted.others\n"
                              "       END AS suffices\n"
                              "FROM pg_settings JOIN (VALUES\n"
                              "  ('wal_level', 'logical', 0::bigint),\n"));
    buffer_format(side->out, "  ('max_replication_slots', '%zu', (SELECT count(*) FROM pg_replication_slots", needed);
    if (slots->count > 0) {
        buffer_add(side->out, STR(" WHERE slot_name NOT IN (\n"));
        side_add_lines(side, &literals, "    ");
        buffer_add(side->out, STR("\n  )"));
    }
    buffer_format(side->out,
                  ")),\n  ('max_wal_senders', '%zu', (SELECT count(*) FROM pg_stat_replication WHERE pid NOT IN (\n"
                  "    SELECT active_pid FROM pg_replication_slots WHERE active_pid IS NOT NULL",
                  needed);
    if (slots->count > 0) {
        buffer_add(side->out, STR(" AND slot_name IN (\n"));
        side_add_lines(side, &literals, "      ");
        buffer_add(side->out, STR("\n    )"));
    }
    buffer_add(side->out, STR("\n  ))),\n  ('max_slot_wal_keep_size', 'a limit', 0)\n) AS wanted (name, least, others) "
                              "USING (name)\nORDER BY name;\n"));
    side_note(side, STR("Where one does not suffice; all but the last need a restart. Add what others use:"));
    side_show(side, STR("  ALTER SYSTEM SET wal_level = logical;"));
    side_show(side, arena_format(side->arena, "  ALTER SYSTEM SET max_replication_slots = %zu;", wanted));
    side_show(side, arena_format(side->arena, "  ALTER SYSTEM SET max_wal_senders = %zu;", wanted));
    side_show(side, STR("  ALTER SYSTEM SET max_slot_wal_keep_size = '50GB';"));
    side_note(side, STR("The last is of PostgreSQL 13 and later: without it a slot that nobody reads fills the disk; "
                        "beyond it the slot is lost "
                        "and its tables must be read again."));
}

/* ---- 5. Monitoring ------------------------------------------------------------------------------------------------
 */

void write_monitoring(Side *side, const Names *slots) {
    Names literals = side_literals(side, slots);
    buffer_add_char(side->out, '\n');
    side_note(side, STR("5. Watching the slots once the job runs. replication_lag is what the connector has not "
                        "confirmed, retained_wal what "
                        "the server keeps for it; wal_status goes reserved, extended, unreserved, lost (PostgreSQL 13 "
                        "and later)."));
    if (slots->count == 0) {
        side_note(side, STR("The script names no slot, so there is none to ask for."));
        return;
    }
    buffer_add(
        side->out,
        STR("SELECT slot_name, database, active, active_pid, wal_status,\n"
            "       pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)) AS replication_lag,\n"
            "       pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS retained_wal,\n"
            "       pg_size_pretty(safe_wal_size) AS safe_wal\n"
            "FROM pg_replication_slots\n"
            "WHERE slot_name IN (\n"));
    side_add_lines(side, &literals, "  ");
    buffer_add(side->out,
               STR("\n)\nORDER BY pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) DESC NULLS FIRST, slot_name;\n"));
    side_note(side, STR("A slot that is not used any more keeps the WAL until it is dropped: SELECT "
                        "pg_drop_replication_slot('...');"));
}

/* What is published, in the database at hand. */
void write_published(Side *side, const Reader *readers, size_t count) {
    Names names = {0};
    ServerTables publications = {0};
    for (size_t i = 0; i < count; i++) {
        if (readers[i].publication.size > 0) {
            *vector_add(side->arena, &publications) = (ServerTable){.publication = readers[i].publication};
        }
    }
    sort_tables(&publications, compare_by_publication);
    for (size_t i = 0; i < publications.count; i++) {
        if (i == 0 || !str_equal(publications.items[i].publication, publications.items[i - 1].publication)) {
            *vector_add(side->arena, &names) = publications.items[i].publication;
        }
    }
    if (names.count == 0) {
        return;
    }
    Names literals = side_literals(side, &names);
    buffer_add_char(side->out, '\n');
    side_note(side, STR("Does each captured table appear?"));
    buffer_add(side->out,
               STR("SELECT pubname, schemaname, tablename\nFROM pg_publication_tables\nWHERE pubname IN (\n"));
    side_add_lines(side, &literals, "  ");
    buffer_add(side->out, STR("\n)\nORDER BY pubname, schemaname, tablename;\n"));
}

/* ---- The whole ----------------------------------------------------------------------------------------------------
 */

/* With several databases in one script nothing may be made in the wrong one. */
static void write_guard(Side *side, Str database) {
    Str literal = quote_literal(side->arena, database);
    Names names = {0};
    *vector_add(side->arena, &names) = literal;
    Str tag = side_dollar_tag(side, &names);
    buffer_format(side->out,
                  "DO %.*s\nBEGIN\n"
                  "  IF current_database() <> %.*s THEN\n"
                  "    RAISE EXCEPTION 'this part is for the database %%, not for %%', %.*s, current_database();\n"
                  "  END IF;\nEND\n%.*s;\n\n",
                  TEXT(tag), TEXT(literal), TEXT(literal), TEXT(tag));
}

static void write_database(Side *side, const Reader *readers, size_t count) {
    Database database = {.readers = readers, .count = count};
    const Upstream *at = &readers->at;
    postgres_tables(side->request, readers, count, &database.tables, &database.patterns);
    buffer_add_char(side->out, '\n');
    side_note(side, arena_format(side->arena, "==== %.*s:%.*s, database %.*s: %zu source%s ====", TEXT(at->host),
                                 TEXT(at->port), TEXT(at->database), count, count == 1 ? "" : "s"));
    if (side->is_divided) {
        side_note(side, STR("Run this part on its own, connected to that database."));
    }
    buffer_add_char(side->out, '\n');
    if (side->is_divided) {
        write_guard(side, at->database);
    }
    write_publications(side, &database);
    write_identities(side, &database);
    write_users(side, &database);
    write_published(side, readers, count);
}

static void write_server(Side *side, const Reader *readers, size_t count) {
    const Upstream *at = &readers->at;
    for (size_t i = 0, length; i < count; i += length) {
        length = database_length(readers + i, count - i);
        write_database(side, readers + i, length);
    }
    if (side->is_divided) {
        buffer_add_char(side->out, '\n');
        side_note(side,
                  arena_format(side->arena, "==== %.*s:%.*s, in any database ====", TEXT(at->host), TEXT(at->port)));
    }
    Names slots = postgres_slot_names(readers, count, side->arena);
    write_settings(side, readers, count, &slots);
    write_monitoring(side, &slots);
}

/* Sources that PostgreSQL has nothing to do with. */
static void name_others(Side *side) {
    const Plans *plans = side->request->plans;
    for (size_t i = 0; i < plans->model->table_count; i++) {
        Str connector = plan_value(plans, &plans->items[i], STR("connector"));
        bool is_source = plan_roles(plans, &plans->items[i]) & ROLE_SOURCE;
        if (is_source && !str_equal(connector, STR("postgres-cdc"))) {
            side_note(side, arena_format(side->arena, "Not in here: %.*s, which reads by '%.*s'.",
                                         TEXT(flink_name(&plans->items[i])), TEXT(connector)));
        }
    }
}

static void write_head(Side *side) {
    side_note(side,
              arena_format(side->arena, "PostgreSQL's side of %.*s.", TEXT(script_file_name(side->request->script))));
    if (side->readers.count == 0) {
        side_note(side, STR("No source in it reads from PostgreSQL."));
    } else {
        side_note(side, STR("Run it with psql before the Flink job, as a superuser or the owner of the tables; it may "
                            "be run again."));
    }
    name_others(side);
}

/* PostgreSQL's message; empty when its parser takes the text. */
static Str problem_of(Side *side, size_t from, size_t to) {
    return sql_parse((Str){side->out->data + from, to - from}, side->arena).problem;
}

/* Nothing is printed that PostgreSQL's own parser does not take. */
static void check(Side *side, size_t start) {
    if (side->out->failed) {
        return;
    }
    Str problem = problem_of(side, start, side->out->size);
    for (size_t i = 0; problem.size == 0 && i < side->inner.count; i++) {
        problem = problem_of(side, side->inner.items[i].start, side->inner.items[i].end);
    }
    if (problem.size == 0) {
        return;
    }
    side->out->size = start;
    finding_add(side->request->findings,
                (Finding){.severity = SEVERITY_BUG,
                          .file = side->request->script->source->name,
                          .message = arena_format(
                              side->arena,
                              "PostgreSQL's parser does not take what smtpatch would print (%.*s). This is a bug of "
                              "smtpatch, please report it",
                              TEXT(problem))});
}

void emit_postgres(const OutputRequest *request) {
    Side side = {
        .request = request, .arena = request->arena, .out = request->out, .readers = postgres_readers(request)};
    size_t start = request->out->size, count = side.readers.count;
    side.is_divided = count > 0 && database_length(side.readers.items, count) < count;
    write_head(&side);
    for (size_t i = 0, length; i < count; i += length) {
        length = server_length(side.readers.items + i, count - i);
        write_server(&side, side.readers.items + i, length);
    }
    check(&side, start);
}
