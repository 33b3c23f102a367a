#include <stdlib.h>

#include "emit/postgres.h"
#include "postgres/sql.h"

/* More tables of one reader than this are not spelled out. */
enum { SPELLED_MAX = 10000 };

/* ---- Readers ------------------------------------------------------------------------------------------------------
 */

static Str option_value(const OutputRequest *request, const Plan *plan, const char *key) {
    return str_trim(plan_value(request->plans, plan, str_of(key)));
}

/* Snapshot readers make a slot of their own unless there is nothing to catch up with (flink-cdc: PostgresScanFetchTask,
 * AbstractScanFetchTask). */
static bool has_backfill(const OutputRequest *request, const Upstream *at) {
    Str mode = option_value(request, at->plan, "scan.startup.mode");
    bool has_snapshot =
        mode.size == 0 || str_equal_ignore_case(mode, STR("initial")) || str_equal_ignore_case(mode, STR("snapshot"));
    return at->is_incremental && has_snapshot &&
           !is_true(option_value(request, at->plan, "scan.incremental.snapshot.backfill.skip"));
}

static Reader reader_of(const OutputRequest *request, const Plan *plan) {
    Reader reader = {.at = upstream_find(request, plan)};
    Str plugin = str_trim(running_value(request, plan, "debezium.plugin.name", "decoding.plugin.name", STR("")));
    Str publication = option_value(request, plan, "debezium.publication.name");
    bool uses_publication =
        str_equal_ignore_case(plugin, STR("pgoutput")) || (plugin.size == 0 && publication.size > 0);
    reader.slot = running_slot(request, plan);
    reader.has_plugin = plugin.size > 0;
    if (uses_publication) {
        reader.publication = publication.size > 0 ? publication : STR("dbz_publication"); /* Debezium's default */
    }
    reader.needs_full = !str_equal_ignore_case(option_value(request, plan, "changelog-mode"), STR("upsert"));
    reader.via_root = is_true(option_value(request, plan, "scan.include-partitioned-tables.enabled"));
    reader.has_backfill = has_backfill(request, &reader.at);
    return reader;
}

static int compare_servers(const Reader *a, const Reader *b) {
    int order = str_compare(a->at.host, b->at.host);
    return order != 0 ? order : str_compare(a->at.port, b->at.port);
}

static int compare_databases(const Reader *a, const Reader *b) {
    int order = compare_servers(a, b);
    return order != 0 ? order : str_compare(a->at.database, b->at.database);
}

static int compare_readers(const void *a, const void *b) {
    const Reader *left = a, *right = b;
    int order = compare_databases(left, right);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static bool has_fit_names(const Reader *reader) {
    const Str names[] = {reader->slot,        reader->publication, reader->at.user,
                         reader->at.database, reader->at.schema,   reader->at.table};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool holds_nul = names[i].size > 0 && memchr(names[i].data, '\0', names[i].size) != NULL;
        if (holds_nul || !is_utf8(names[i])) {
            return false;
        }
    }
    return true;
}

Readers postgres_readers(const OutputRequest *request) {
    Readers readers = {0};
    for (size_t i = 0; i < request->plans->model->table_count; i++) {
        const Plan *plan = &request->plans->items[i];
        if (!str_equal(plan_value(request->plans, plan, STR("connector")), STR("postgres-cdc"))) {
            continue;
        }
        Reader reader = reader_of(request, plan);
        reader.order = i;
        if (!has_fit_names(&reader)) {
            say_at_table(request, SEVERITY_ERROR, plan,
                         STR("PostgreSQL's names are UTF-8 without NUL: this source is left out"), STR(""));
        } else {
            *vector_add(request->arena, &readers) = reader;
        }
    }
    if (readers.count > 1) {
        qsort(readers.items, readers.count, sizeof *readers.items, compare_readers);
    }
    return readers;
}

size_t server_length(const Reader *readers, size_t count) {
    size_t length = 0;
    while (length < count && compare_servers(&readers[0], &readers[length]) == 0) {
        length++;
    }
    return length;
}

size_t database_length(const Reader *readers, size_t count) {
    size_t length = 0;
    while (length < count && compare_databases(&readers[0], &readers[length]) == 0) {
        length++;
    }
    return length;
}

/* ---- Tables -------------------------------------------------------------------------------------------------------
 */

static ServerTable table_of(const Reader *reader) {
    return (ServerTable){.publication = reader->publication,
                         .user = reader->at.user,
                         .needs_full = reader->needs_full,
                         .via_root = reader->via_root};
}

/* False when the reader's names are patterns. */
static bool add_captured(const Reader *reader, Arena *arena, ServerTables *tables) {
    Names schemas = {0}, names = {0};
    if (!pattern_names(reader->at.schema, arena, &schemas) || !pattern_names(reader->at.table, arena, &names) ||
        schemas.count > SPELLED_MAX / names.count) {
        return false;
    }
    for (size_t i = 0; i < schemas.count; i++) {
        for (size_t j = 0; j < names.count; j++) {
            ServerTable *table = vector_add(arena, tables);
            *table = table_of(reader);
            table->schema = schemas.items[i];
            table->table = names.items[j];
        }
    }
    return true;
}

/* Debezium sends a heartbeat only for changes that it sees, so the table must be published (rule 29 of the reference:
 * debezium 1.9, "WAL disk space consumption"). */
static void add_heartbeat(const OutputRequest *request, const Reader *reader, ServerTables *tables) {
    Str query = plan_value(request->plans, reader->at.plan, STR("debezium.heartbeat.action.query"));
    Sql sql = query.size > 0 ? sql_parse(query, request->arena) : (Sql){0};
    for (size_t i = 0; i < sql.statements.count; i++) {
        const SqlStatement *statement = &sql.statements.items[i];
        for (size_t j = 0; j < statement->writes.count; j++) {
            SqlTable written = statement->writes.items[j];
            ServerTable *table = vector_add(request->arena, tables);
            *table = table_of(reader);
            table->schema = written.schema.size > 0 ? written.schema : STR("public");
            table->table = written.table;
            table->needs_full = table->via_root = false;
            table->is_heartbeat = true;
        }
    }
}

void postgres_tables(const OutputRequest *request, const Reader *readers, size_t count, ServerTables *tables,
                     Numbers *patterns) {
    for (size_t i = 0; i < count; i++) {
        if (!add_captured(&readers[i], request->arena, tables)) {
            *vector_add(request->arena, patterns) = i;
        }
        add_heartbeat(request, &readers[i], tables);
    }
}

/* ---- Slots --------------------------------------------------------------------------------------------------------
 */

static int compare_slots(const void *a, const void *b) {
    const Reader *left = *(const Reader *const *)a, *right = *(const Reader *const *)b;
    int order = str_compare(left->slot, right->slot);
    return order != 0 ? order : (int)right->has_backfill - (int)left->has_backfill;
}

static const Reader **by_slot(const Reader *readers, size_t count, Arena *arena) {
    const Reader **sorted = arena_array(arena, count, sizeof *sorted);
    for (size_t i = 0; i < count; i++) {
        sorted[i] = &readers[i];
    }
    if (count > 1) {
        qsort(sorted, count, sizeof *sorted, compare_slots);
    }
    return sorted;
}

/* A slot that several sources name counts once; of those, one with backfill comes first. */
static bool is_first_of_slot(const Reader *const *sorted, size_t i) {
    return sorted[i]->slot.size == 0 || i == 0 || !str_equal(sorted[i]->slot, sorted[i - 1]->slot);
}

size_t postgres_slot_count(const Reader *readers, size_t count, size_t parallelism, Arena *arena) {
    const Reader **sorted = by_slot(readers, count, arena);
    size_t slots = 0;
    for (size_t i = 0; i < count; i++) {
        if (is_first_of_slot(sorted, i)) {
            slots += 1 + (sorted[i]->has_backfill ? parallelism : 0);
        }
    }
    return slots;
}

Names postgres_slot_names(const Reader *readers, size_t count, Arena *arena) {
    const Reader **sorted = by_slot(readers, count, arena);
    Names names = {0};
    for (size_t i = 0; i < count; i++) {
        if (sorted[i]->slot.size > 0 && is_first_of_slot(sorted, i)) {
            *vector_add(arena, &names) = sorted[i]->slot;
        }
    }
    return names;
}
