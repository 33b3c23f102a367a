#include "emit/postgres_side.h"
#include "postgres/quote.h"

/* ---- 2. Replica identity ------------------------------------------------------------------------------------------
 */

static int compare_by_name(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = compare_table_names(left, right);
    return order != 0 ? order : (int)right->needs_full - (int)left->needs_full;
}

static size_t count_full(const ServerTables *tables) {
    size_t count = 0;
    for (size_t i = 0; i < tables->count; i++) {
        count += tables->items[i].needs_full;
    }
    return count;
}

void write_identities(Side *side, Database *database) {
    const ServerTables *tables = &database->tables;
    buffer_add_char(side->out, '\n');
    if (count_full(tables) == 0) {
        side_note(side, STR("2. Replica identity. No table that is named here needs another: they are read with "
                            "'changelog-mode' = 'upsert'."));
        return;
    }
    side_note(
        side,
        STR("2. Replica identity. With 'changelog-mode' = 'all', the default, the connector needs the old row of every "
            "UPDATE and "
            "DELETE, and fails at the first one without it. More WAL is written. Each takes a short exclusive lock."));
    sort_tables(&database->tables, compare_by_name);
    for (size_t i = 0; i < tables->count; i++) {
        const ServerTable *table = &tables->items[i];
        bool is_new = i == 0 || compare_table_names(&tables->items[i - 1], table) != 0;
        if (is_new && table->needs_full) {
            Str name = quote_table(side->arena, table->schema, table->table);
            buffer_format(side->out, "ALTER TABLE %.*s REPLICA IDENTITY FULL;\n", TEXT(name));
        }
    }
}

/* ---- 3. The user --------------------------------------------------------------------------------------------------
 */

/* By user, then what the user may do with a table, then by name. */
static int compare_by_user(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = str_compare(left->user, right->user);
    order = order != 0 ? order : (int)left->is_heartbeat - (int)right->is_heartbeat;
    return order != 0 ? order : compare_table_names(left, right);
}

static void write_role(Side *side, Str user) {
    Str role = quote_identifier(side->arena, user), literal = quote_literal(side->arena, user);
    Names names = {0};
    *vector_add(side->arena, &names) = literal;
    *vector_add(side->arena, &names) = role;
    Str tag = side_dollar_tag(side, &names);
    buffer_format(side->out, "DO %.*s\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %.*s) THEN\n",
                  TEXT(tag), TEXT(literal));
    size_t start = side->out->size;
    buffer_format(side->out, "    CREATE ROLE %.*s LOGIN REPLICATION; -- it has no password yet\n", TEXT(role));
    side_add_inner(side, start);
    buffer_format(
        side->out,
        "  ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = %.*s AND (rolreplication OR rolsuper)) THEN\n",
        TEXT(literal));
    start = side->out->size;
    buffer_format(side->out, "    ALTER ROLE %.*s REPLICATION;\n", TEXT(role));
    side_add_inner(side, start);
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
    buffer_format(side->out, "GRANT %s ON TABLE\n",
                  tables->items[from].is_heartbeat ? "SELECT, INSERT, UPDATE" : "SELECT");
    side_add_lines(side, &names, "  ");
    buffer_format(side->out, "\nTO %.*s;\n", TEXT(role));
}

/* A name, and no ${NAME} that a deployment fills in later. */
static bool is_usable(Str user) { return user.size > 0 && memmem(user.data, user.size, "${", 2) == NULL; }

void write_users(Side *side, Database *database) {
    const ServerTables *tables = &database->tables;
    buffer_add_char(side->out, '\n');
    side_note(side, STR("3. The user of the connectors. Making a role or giving it REPLICATION takes a superuser (on "
                        "Amazon RDS: GRANT "
                        "rds_replication TO ...)."));
    sort_tables(&database->tables, compare_by_user);
    for (size_t from = 0, to; from < tables->count; from = to) {
        Str user = tables->items[from].user;
        bool is_new = from == 0 || !str_equal(user, tables->items[from - 1].user);
        for (to = from; to < tables->count && str_equal(tables->items[to].user, user) &&
                        tables->items[to].is_heartbeat == tables->items[from].is_heartbeat;
             to++) {
        }
        if (is_new && !is_usable(user)) {
            side_note(side, STR("Some sources name no user, or a placeholder for one: grant the same to it."));
        }
        if (is_new && is_usable(user)) {
            write_role(side, user);
        }
        if (is_usable(user)) {
            write_grants(side, tables, from, to);
        }
    }
}
