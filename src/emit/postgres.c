#include "emit/postgres.h"

#include <stdlib.h>

#include "emit/comment.h"
#include "postgres/quote.h"
#include "postgres/sql.h"

typedef struct Side {
    const OutputRequest *request;
    Arena *arena;
    Buffer *out;
    Readers readers;
    bool is_divided; /* several servers or databases */
    VECTOR(Span) inner; /* statements inside of DO, which PostgreSQL's parser takes for text */
} Side;

typedef struct Database {
    const Reader *readers;
    size_t count;
    ServerTables tables;
    Numbers patterns;
} Database;

/* ---- Pieces ------------------------------------------------------------------------------------------------------- */

static void note(Side *side, Str text) { comment_write(side->out, "--", text); }

static Str name_of(Side *side, const ServerTable *table) { return quote_table(side->arena, table->schema, table->table); }

/* A line of SQL to copy. */
static void show(Side *side, Str sql) { comment_line(side->out, "--", sql); }

/* What was written since `start` is a statement inside of a DO. */
static void add_inner(Side *side, size_t start) {
    if (side->out->size <= UINT32_MAX) {
        *vector_add(side->arena, &side->inner) = (Span){(uint32_t)start, (uint32_t)side->out->size};
    }
}

/* Items with a comma between them, each on a line. */
static void add_lines(Side *side, const Names *items, const char *indent) {
    for (size_t i = 0; i < items->count; i++) {
        buffer_format(side->out, "%s%s%.*s", i > 0 ? ",\n" : "", indent, TEXT(items->items[i]));
    }
}

static Names literals_of(Side *side, const Names *names) {
    Names literals = {0};
    for (size_t i = 0; i < names->count; i++) {
        Str literal = quote_literal(side->arena, names->items[i]);
        *vector_add(side->arena, &literals) = literal;
    }
    return literals;
}

static bool holds(Str text, Str part) {
    return text.size >= part.size && memmem(text.data, text.size, part.data, part.size) != NULL;
}

/* A tag for a dollar-quoted text that holds the names: one that is in none of them. */
static Str dollar_tag(Side *side, const Names *names) {
    Str tag = STR("$smtpatch$");
    for (size_t i = 0; i < names->count; i++) {
        while (holds(names->items[i], tag)) {
            tag = arena_format(side->arena, "%.*s_$", (int)tag.size - 1, tag.data);
        }
    }
    return tag;
}

/* ---- Sorted tables ------------------------------------------------------------------------------------------------ */

static int compare_names(const ServerTable *a, const ServerTable *b) {
    int order = str_compare(a->schema, b->schema);
    return order != 0 ? order : str_compare(a->table, b->table);
}

static int compare_by_publication(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = str_compare(left->publication, right->publication);
    return order != 0 ? order : compare_names(left, right);
}

static int compare_by_name(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = compare_names(left, right);
    return order != 0 ? order : (int)right->needs_full - (int)left->needs_full;
}

/* By user, then what the user may do with a table, then by name. */
static int compare_by_user(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = str_compare(left->user, right->user);
    order = order != 0 ? order : (int)left->is_heartbeat - (int)right->is_heartbeat;
    return order != 0 ? order : compare_names(left, right);
}

static void sort(ServerTables *tables, int (*compare)(const void *, const void *)) {
    if (tables->count > 1) {
        qsort(tables->items, tables->count, sizeof *tables->items, compare);
    }
}

/* The quoted names of tables[from..to), each once; they are in order. */
static Names names_between(Side *side, const ServerTables *tables, size_t from, size_t to) {
    Names names = {0};
    for (size_t i = from; i < to; i++) {
        if (i == from || compare_names(&tables->items[i - 1], &tables->items[i]) != 0) {
            Str name = name_of(side, &tables->items[i]);
            *vector_add(side->arena, &names) = name;
        }
    }
    return names;
}

/* ---- 1. Publications ---------------------------------------------------------------------------------------------- */

/* Creates the publication if it is not there (with_create), then adds the tables that it lacks. */
static void write_publication(Side *side, Str publication, const Names *tables, bool with_create, bool via_root) {
    Str name = quote_identifier(side->arena, publication), literal = quote_literal(side->arena, publication);
    Names literals = literals_of(side, tables), all = literals;
    *vector_add(side->arena, &all) = literal;
    Str tag = dollar_tag(side, &all);
    buffer_format(side->out, "DO %.*s\nDECLARE\n  wanted regclass;\nBEGIN\n", TEXT(tag));
    if (with_create) {
        buffer_format(side->out, "  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = %.*s) THEN\n", TEXT(literal));
        size_t start = side->out->size;
        buffer_format(side->out, "    CREATE PUBLICATION %.*s FOR TABLE\n", TEXT(name));
        add_lines(side, tables, "      ");
        buffer_add(side->out, via_root ? STR("\n    WITH (publish_via_partition_root = true);\n") : STR(";\n"));
        add_inner(side, start);
        buffer_add(side->out, STR("  END IF;\n"));
    }
    buffer_add(side->out, STR("  -- What it lacks is added; nothing is taken out.\n  FOREACH wanted IN ARRAY ARRAY[\n"));
    add_lines(side, &literals, "    ");
    buffer_add(side->out, STR("\n  ]::regclass[] LOOP\n"));
    buffer_format(side->out,
                  "    IF NOT EXISTS (\n"
                  "      SELECT FROM pg_publication_rel AS member JOIN pg_publication AS publication ON publication.oid = member.prpubid\n"
                  "      WHERE publication.pubname = %.*s AND member.prrelid = wanted\n"
                  "    ) AND NOT EXISTS (\n"
                  "      SELECT FROM pg_publication_tables AS published\n"
                  "      WHERE published.pubname = %.*s\n"
                  "        AND format('%%I.%%I', published.schemaname, published.tablename)::regclass = wanted\n"
                  "    ) THEN\n"
                  "      EXECUTE format('ALTER PUBLICATION %%I ADD TABLE %%s', %.*s, wanted);\n"
                  "    END IF;\n"
                  "  END LOOP;\n"
                  "END\n%.*s;\n",
                  TEXT(literal), TEXT(literal), TEXT(literal), TEXT(tag));
}

/* Whether --publication-sql says that the publication has the table by this very name. */
static bool is_published(Side *side, const Publication *publication, const ServerTable *table) {
    const PublishedTable *entry;
    if (!publication_holds(publication, table->schema, table->table, side->arena, &entry)) {
        return false;
    }
    return entry == NULL || (str_equal(entry->schema, table->schema) && str_equal(entry->table, table->table));
}

static Names missing_between(Side *side, const Publication *publication, const ServerTables *tables, size_t from, size_t to) {
    ServerTables missing = {0};
    for (size_t i = from; i < to; i++) {
        if (!is_published(side, publication, &tables->items[i])) {
            *vector_add(side->arena, &missing) = tables->items[i];
        }
    }
    return names_between(side, &missing, 0, missing.count);
}

static void write_known_publication(Side *side, const Publication *known, const ServerTables *tables, size_t from, size_t to) {
    Names missing = missing_between(side, known, tables, from, to);
    if (missing.count == 0) {
        note(side, arena_format(side->arena, "%.*s has all of the tables, as %.*s says.", TEXT(known->name), TEXT(side->request->publications->files)));
        return;
    }
    note(side, arena_format(side->arena, "%.*s lacks %zu of the tables, as %.*s says.", TEXT(known->name), missing.count,
                            TEXT(side->request->publications->files)));
    write_publication(side, known->name, &missing, false, false);
}

static bool any_via_root(const ServerTables *tables, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (tables->items[i].via_root) {
            return true;
        }
    }
    return false;
}

static void write_run(Side *side, const ServerTables *tables, size_t from, size_t to) {
    Str publication = tables->items[from].publication;
    const Publication *known = side->request->publications ? publications_find(side->request->publications, publication) : NULL;
    bool via_root = any_via_root(tables, from, to);
    buffer_add_char(side->out, '\n');
    if (via_root) {
        note(side, arena_format(side->arena,
                                "Partitioned tables are read by their root: an existing %.*s needs publish_via_partition_root = true.",
                                TEXT(publication)));
    }
    if (known != NULL && !known->is_dropped) {
        write_known_publication(side, known, tables, from, to);
        return;
    }
    Names names = names_between(side, tables, from, to);
    write_publication(side, publication, &names, true, via_root);
}

/* A reader whose tables are not spelled out: what to ask the server, and what to do with the answer. */
static void explain_pattern(Side *side, const Reader *reader) {
    Str schema = quote_literal(side->arena, arena_format(side->arena, "^(%.*s)$", TEXT(reader->at.schema)));
    Str table = quote_literal(side->arena, arena_format(side->arena, "^(%.*s)$", TEXT(reader->at.table)));
    Str publication = reader->publication.size > 0 ? quote_identifier(side->arena, reader->publication) : STR("");
    buffer_add_char(side->out, '\n');
    note(side, arena_format(side->arena, "%.*s reads the tables that a pattern of Java matches. List them, here as PostgreSQL reads it:",
                            TEXT(reader->at.plan->table->name.table)));
    show(side, arena_format(side->arena, "  SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ %.*s AND tablename ~ %.*s;",
                            TEXT(schema), TEXT(table)));
    note(side, STR("and do with each:"));
    if (publication.size > 0) {
        show(side, arena_format(side->arena, "  CREATE PUBLICATION %.*s FOR TABLE ...; (where it is not there yet)", TEXT(publication)));
        show(side, arena_format(side->arena, "  ALTER PUBLICATION %.*s ADD TABLE ...;", TEXT(publication)));
    }
    show(side, reader->needs_full ? STR("  ALTER TABLE ... REPLICA IDENTITY FULL;") : STR("  (its primary key is its replica identity)"));
    show(side, STR("  GRANT SELECT ON ... TO ...;"));
}

static void explain_plugins(Side *side, const Database *database) {
    size_t unnamed = 0, without = 0;
    for (size_t i = 0; i < database->count; i++) {
        unnamed += !database->readers[i].has_plugin && database->readers[i].publication.size > 0;
        without += database->readers[i].publication.size == 0;
    }
    if (unnamed > 0) {
        note(side, arena_format(side->arena,
                                "%zu of the sources set no 'decoding.plugin.name': they would take decoderbufs and pass the publication over. "
                                "Set it to pgoutput.", unnamed));
    }
    if (without > 0) {
        note(side, arena_format(side->arena,
                                "%zu of the sources do not read by pgoutput: they need no publication, but their plug-in (decoderbufs unless "
                                "'decoding.plugin.name' says otherwise) installed on the server.", without));
    }
}

static void write_publications(Side *side, Database *database) {
    note(side, STR("1. Publication. It must be there before the replication slots: a slot cannot read what was written before "
                   "its publication was made. Never FOR ALL TABLES: that would publish what nobody reads."));
    explain_plugins(side, database);
    sort(&database->tables, compare_by_publication);
    for (size_t from = 0, to; from < database->tables.count; from = to) {
        for (to = from; to < database->tables.count &&
                        str_equal(database->tables.items[to].publication, database->tables.items[from].publication); to++) {
        }
        if (database->tables.items[from].publication.size > 0) {
            write_run(side, &database->tables, from, to);
        }
    }
    for (size_t i = 0; i < database->patterns.count; i++) {
        explain_pattern(side, &database->readers[database->patterns.items[i]]);
    }
}

/* ---- 2. Replica identity ------------------------------------------------------------------------------------------ */

static size_t count_full(const ServerTables *tables) {
    size_t count = 0;
    for (size_t i = 0; i < tables->count; i++) {
        count += tables->items[i].needs_full;
    }
    return count;
}

static void write_identities(Side *side, Database *database) {
    const ServerTables *tables = &database->tables;
    buffer_add_char(side->out, '\n');
    if (count_full(tables) == 0) {
        note(side, STR("2. Replica identity. No table that is named here needs another: they are read with 'changelog-mode' = 'upsert'."));
        return;
    }
    note(side, STR("2. Replica identity. With 'changelog-mode' = 'all', the default, the connector needs the old row of every UPDATE and "
                   "DELETE, and fails at the first one without it. More WAL is written. Each takes a short exclusive lock."));
    sort(&database->tables, compare_by_name);
    for (size_t i = 0; i < tables->count; i++) {
        const ServerTable *table = &tables->items[i];
        bool is_new = i == 0 || compare_names(&tables->items[i - 1], table) != 0;
        if (is_new && table->needs_full) {
            buffer_format(side->out, "ALTER TABLE %.*s REPLICA IDENTITY FULL;\n", TEXT(name_of(side, table)));
        }
    }
}

/* ---- 3. The user -------------------------------------------------------------------------------------------------- */

static void write_role(Side *side, Str user) {
    Str role = quote_identifier(side->arena, user), literal = quote_literal(side->arena, user);
    Names names = {0};
    *vector_add(side->arena, &names) = literal;
    *vector_add(side->arena, &names) = role;
    Str tag = dollar_tag(side, &names);
    buffer_format(side->out, "DO %.*s\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %.*s) THEN\n", TEXT(tag), TEXT(literal));
    size_t start = side->out->size;
    buffer_format(side->out, "    CREATE ROLE %.*s LOGIN REPLICATION; -- it has no password yet\n", TEXT(role));
    add_inner(side, start);
    buffer_format(side->out, "  ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %.*s AND (rolreplication OR rolsuper)) THEN\n", TEXT(literal));
    start = side->out->size;
    buffer_format(side->out, "    ALTER ROLE %.*s REPLICATION;\n", TEXT(role));
    add_inner(side, start);
    buffer_format(side->out, "  END IF;\nEND\n%.*s;\n", TEXT(tag));
}

static void write_usage(Side *side, const ServerTables *tables, size_t from, size_t to, Str role) {
    Names schemas = {0};
    for (size_t i = from; i < to; i++) {
        if (i == from || !str_equal(tables->items[i].schema, tables->items[i - 1].schema)) {
            Str schema = quote_identifier(side->arena, tables->items[i].schema);
            *vector_add(side->arena, &schemas) = schema;
        }
    }
    for (size_t i = 0; i < schemas.count; i++) {
        buffer_format(side->out, "GRANT USAGE ON SCHEMA %.*s TO %.*s;\n", TEXT(schemas.items[i]), TEXT(role));
    }
}

static void write_grants(Side *side, const ServerTables *tables, size_t from, size_t to) {
    Str role = quote_identifier(side->arena, tables->items[from].user);
    Names names = names_between(side, tables, from, to);
    write_usage(side, tables, from, to, role);
    buffer_format(side->out, "GRANT %s ON TABLE\n", tables->items[from].is_heartbeat ? "SELECT, INSERT, UPDATE" : "SELECT");
    add_lines(side, &names, "  ");
    buffer_format(side->out, "\nTO %.*s;\n", TEXT(role));
}

/* deploy scripts fill in ${NAME} later */
static bool is_usable(Str user) { return user.size > 0 && !holds(user, STR("${")); }

static void write_users(Side *side, Database *database) {
    const ServerTables *tables = &database->tables;
    buffer_add_char(side->out, '\n');
    note(side, STR("3. The user of the connectors. Making a role or giving it REPLICATION takes a superuser (on Amazon RDS: GRANT "
                   "rds_replication TO ...)."));
    sort(&database->tables, compare_by_user);
    for (size_t from = 0, to; from < tables->count; from = to) {
        Str user = tables->items[from].user;
        bool is_new = from == 0 || !str_equal(user, tables->items[from - 1].user);
        for (to = from; to < tables->count && str_equal(tables->items[to].user, user) &&
                        tables->items[to].is_heartbeat == tables->items[from].is_heartbeat; to++) {
        }
        if (is_new && !is_usable(user)) {
            note(side, STR("Some sources name no user, or a placeholder for one: grant the same to it."));
        }
        if (is_new && is_usable(user)) {
            write_role(side, user);
        }
        if (is_usable(user)) {
            write_grants(side, tables, from, to);
        }
    }
}

/* ---- 4. Settings -------------------------------------------------------------------------------------------------- */

static void write_settings(Side *side, const Reader *readers, size_t count, const Names *slots) {
    enum { DEFAULT_SLOTS = 10 };
    size_t parallelism = script_parallelism(side->request);
    size_t needed = postgres_slot_count(readers, count, parallelism, side->arena);
    size_t wanted = needed > DEFAULT_SLOTS ? needed : DEFAULT_SLOTS;
    Names literals = literals_of(side, slots);
    buffer_add_char(side->out, '\n');
    note(side, arena_format(side->arena,
                            "4. Settings to check. Slots, and WAL senders, that the script has open at the same time: %zu at most. That is one "
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
        add_lines(side, &literals, "    ");
        buffer_add(side->out, STR("\n  )"));
    }
    buffer_format(side->out, ")),\n  ('max_wal_senders', '%zu', (SELECT count(*) FROM pg_stat_replication WHERE pid NOT IN (\n"
                             "    SELECT active_pid FROM pg_replication_slots WHERE active_pid IS NOT NULL", needed);
    if (slots->count > 0) {
        buffer_add(side->out, STR(" AND slot_name IN (\n"));
        add_lines(side, &literals, "      ");
        buffer_add(side->out, STR("\n    )"));
    }
    buffer_add(side->out, STR("\n  ))),\n  ('max_slot_wal_keep_size', 'a limit', 0)\n) AS wanted (name, least, others) USING (name)\nORDER BY name;\n"));
    note(side, STR("Where one does not suffice; all but the last need a restart. Add what others use:"));
    show(side, STR("  ALTER SYSTEM SET wal_level = logical;"));
    show(side, arena_format(side->arena, "  ALTER SYSTEM SET max_replication_slots = %zu;", wanted));
    show(side, arena_format(side->arena, "  ALTER SYSTEM SET max_wal_senders = %zu;", wanted));
    show(side, STR("  ALTER SYSTEM SET max_slot_wal_keep_size = '50GB';"));
    note(side, STR("The last is of PostgreSQL 13 and later: without it a slot that nobody reads fills the disk; beyond it the slot is lost "
                   "and its tables must be read again."));
}

/* ---- 5. Monitoring ------------------------------------------------------------------------------------------------ */

static void write_monitoring(Side *side, const Names *slots) {
    Names literals = literals_of(side, slots);
    buffer_add_char(side->out, '\n');
    note(side, STR("5. Watching the slots once the job runs. replication_lag is what the connector has not confirmed, retained_wal what "
                   "the server keeps for it; wal_status goes reserved, extended, unreserved, lost (PostgreSQL 13 and later)."));
    if (slots->count == 0) {
        note(side, STR("The script names no slot, so there is none to ask for."));
        return;
    }
    buffer_add(side->out, STR("SELECT slot_name, database, active, active_pid, wal_status,\n"
                              "       pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)) AS replication_lag,\n"
                              "       pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) AS retained_wal,\n"
                              "       pg_size_pretty(safe_wal_size) AS safe_wal\n"
                              "FROM pg_replication_slots\n"
                              "WHERE slot_name IN (\n"));
    add_lines(side, &literals, "  ");
    buffer_add(side->out, STR("\n)\nORDER BY pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) DESC NULLS FIRST, slot_name;\n"));
    note(side, STR("A slot that is not used any more keeps the WAL until it is dropped: SELECT pg_drop_replication_slot('...');"));
}

/* What is published, in the database at hand. */
static void write_published(Side *side, const Reader *readers, size_t count) {
    Names names = {0};
    ServerTables publications = {0};
    for (size_t i = 0; i < count; i++) {
        if (readers[i].publication.size > 0) {
            *vector_add(side->arena, &publications) = (ServerTable){.publication = readers[i].publication};
        }
    }
    sort(&publications, compare_by_publication);
    for (size_t i = 0; i < publications.count; i++) {
        if (i == 0 || !str_equal(publications.items[i].publication, publications.items[i - 1].publication)) {
            *vector_add(side->arena, &names) = publications.items[i].publication;
        }
    }
    if (names.count == 0) {
        return;
    }
    Names literals = literals_of(side, &names);
    buffer_add_char(side->out, '\n');
    note(side, STR("Does each captured table appear?"));
    buffer_add(side->out, STR("SELECT pubname, schemaname, tablename\nFROM pg_publication_tables\nWHERE pubname IN (\n"));
    add_lines(side, &literals, "  ");
    buffer_add(side->out, STR("\n)\nORDER BY pubname, schemaname, tablename;\n"));
}

/* ---- The whole ---------------------------------------------------------------------------------------------------- */

/* With several databases in one script nothing may be made in the wrong one. */
static void write_guard(Side *side, Str database) {
    Str literal = quote_literal(side->arena, database);
    Names names = {0};
    *vector_add(side->arena, &names) = literal;
    Str tag = dollar_tag(side, &names);
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
    note(side, arena_format(side->arena, "==== %.*s:%.*s, database %.*s: %zu source%s ====", TEXT(at->host), TEXT(at->port),
                            TEXT(at->database), count, count == 1 ? "" : "s"));
    if (side->is_divided) {
        note(side, STR("Run this part on its own, connected to that database."));
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
        note(side, arena_format(side->arena, "==== %.*s:%.*s, in any database ====", TEXT(at->host), TEXT(at->port)));
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
            note(side, arena_format(side->arena, "Not in here: %.*s, which reads by '%.*s'.", TEXT(plans->items[i].table->name.table), TEXT(connector)));
        }
    }
}

static void write_head(Side *side) {
    note(side, arena_format(side->arena, "PostgreSQL's side of %.*s.", TEXT(script_file_name(side->request->script))));
    if (side->readers.count == 0) {
        note(side, STR("No source in it reads from PostgreSQL."));
    } else {
        note(side, STR("Run it with psql before the Flink job, as a superuser or the owner of the tables; it may be run again."));
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
                          .message = arena_format(side->arena,
                                                  "PostgreSQL's parser does not take what smtpatch would print (%.*s). This is a bug of "
                                                  "smtpatch, please report it", TEXT(problem))});
}

void emit_postgres(const OutputRequest *request) {
    Side side = {.request = request, .arena = request->arena, .out = request->out, .readers = postgres_readers(request)};
    size_t start = request->out->size, count = side.readers.count;
    side.is_divided = count > 0 && database_length(side.readers.items, count) < count;
    write_head(&side);
    for (size_t i = 0, length; i < count; i += length) {
        length = server_length(side.readers.items + i, count - i);
        write_server(&side, side.readers.items + i, length);
    }
    check(&side, start);
}
