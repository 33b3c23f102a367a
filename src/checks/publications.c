/* Checks of publications and decoding plugins. */
#include <stdlib.h>

#include "checks/replication.h"

/* ---- Decoding plugins ------------------------------------------------------------------------------------------- */

static bool has_poor_plugin(const Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = effective_option(checker, table, "debezium.plugin.name", "decoding.plugin.name");
    return is_postgres(table) && (option == NULL || str_has_prefix(str_trim(option->value), STR("wal2json")));
}

/* PostgresSourceOptions.DECODING_PLUGIN_NAME: decoderbufs by default, in all releases. */
void check_decoding_plugin_default(Checker *checker) {
    Concerned missing = {0}, unsupported = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!holds_of_shape(checker, table, has_poor_plugin)) {
            continue;
        }
        Str key = effective_key(checker, table, "debezium.plugin.name", "decoding.plugin.name");
        if (key.size == 0) {
            concern(checker, &missing, table, key);
        } else if (release_is_at_least(checker, "3.5")) {
            concern(checker, &unsupported, table, key);
        }
    }
    fire_concerned(
        checker, &missing,
        STR("without 'decoding.plugin.name' the source asks for decoderbufs, an extension that most servers lack "
            "(could not access file \"decoderbufs\")"),
        STR("'decoding.plugin.name' = 'pgoutput', which every PostgreSQL since 10 has"));
    fire_concerned(checker, &unsupported, STR("wal2json is no plugin that postgres-cdc supports any more"),
                   STR("'decoding.plugin.name' = 'pgoutput'"));
}

/* The key of the first; empty when there is none. */
static Str publication_key(const CheckedTable *table) {
    const Plan *plan = known_plan(table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (!option->is_removed && str_has_prefix(option->key, STR("debezium.publication."))) {
            return option->key;
        }
    }
    return STR_NONE;
}

static bool names_vain_publication(const Checker *checker, const CheckedTable *table) {
    return is_postgres(table) && publication_key(table).size > 0 && !uses_pgoutput(checker, table);
}

void check_publication_options_without_pgoutput(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, names_vain_publication)) {
            concern(checker, &concerned, table, publication_key(table));
        }
    }
    if (concerned.count > 0) {
        Str plugin = shown(checker, plugin_of(checker, concerned.table)), key = shown(checker, concerned.key);
        bool is_default =
            effective_key(checker, concerned.table, "debezium.plugin.name", "decoding.plugin.name").size == 0;
        fire_concerned(checker, &concerned,
                       format(checker,
                              "'%.*s' has no effect: only the plugin pgoutput reads through a publication, and this "
                              "source uses %.*s%s",
                              SHOW(key), SHOW(plugin), is_default ? ", the default" : ""),
                       STR("'decoding.plugin.name' = 'pgoutput'"));
    }
}

/* ---- How a publication comes to be ------------------------------------------------------------------------------ */

static bool has_mode(const Checker *checker, const CheckedTable *table, Autocreate mode) {
    return is_postgres(table) && uses_pgoutput(checker, table) && autocreate_of(checker, table) == mode;
}

static bool makes_publication(const Checker *checker, const CheckedTable *table) {
    return has_mode(checker, table, AUTOCREATE_ALL_TABLES) &&
           table_option(checker, table, "debezium.publication.autocreate.mode") == NULL;
}

void check_publication_all_tables(Checker *checker) {
    Concerned named = {0}, unnamed = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!holds_of_shape(checker, table, makes_publication)) {
            continue;
        }
        bool has_name = has_option(checker, table, "debezium.publication.name");
        concern(checker, has_name ? &named : &unnamed, table, has_name ? STR("debezium.publication.name") : STR_NONE);
    }
    fire_concerned(checker, &unnamed,
                   STR("where publication 'dbz_publication' is missing, the source makes it FOR ALL TABLES: that "
                       "takes a superuser, "
                       "and then UPDATE and DELETE fail on every table of the database without a replica identity"),
                   STR("make a publication by hand, name it in 'debezium.publication.name', and set "
                       "'debezium.publication.autocreate.mode' = 'disabled'"));
    if (named.count > 0) {
        Str name = shown(checker, publication_of(checker, named.table));
        soften(checker, SEVERITY_INFO);
        fire_concerned(
            checker, &named,
            format(checker,
                   "where publication '%.*s' is missing, or its name mistyped, the source makes it FOR ALL TABLES",
                   SHOW(name)),
            STR("'debezium.publication.autocreate.mode' = 'disabled'"));
    }
}

static bool wants_publication(const Checker *checker, const CheckedTable *table) {
    return has_mode(checker, table, AUTOCREATE_DISABLED);
}

void check_publication_disabled_needs_object(Checker *checker) {
    Concerned concerned = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, wants_publication)) {
            concern(checker, &concerned, table, STR("debezium.publication.autocreate.mode"));
        }
    }
    if (concerned.count > 0) {
        Str name = shown(checker, publication_of(checker, concerned.table));
        fire_concerned(checker, &concerned,
                       format(checker, "publication '%.*s' must be there before the slot is made", SHOW(name)),
                       format(checker, "CREATE PUBLICATION %.*s FOR TABLE ...", SHOW(name)));
    }
}

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static bool is_plain_name(Str name) {
    bool is_plain = name.size > 0 && name.size <= 63 && !is_digit(name.data[0]);
    for (size_t i = 0; i < name.size && is_plain; i++) {
        char c = name.data[i];
        is_plain = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
    }
    return is_plain;
}

/* Characters that PostgreSQL does not read as they stand in the list of names that pgoutput gets: it folds capitals,
 * and blanks, commas and quotes part names (SplitIdentifierString() in varlena.c). */
static bool is_misread(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        if ((c >= 'A' && c <= 'Z') || is_blank(c) || c == ',' || c == '"' || c == '\'') {
            return true;
        }
    }
    return name.size == 0 || name.size > 63;
}

/* PostgresReplicationConnection.initPublication() looks the name up as it is, but makes it without quotes. */
void check_publication_name_unquoted(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = is_postgres(table) ? table_option(checker, table, "debezium.publication.name") : NULL;
    if (option == NULL || !is_own(table, option) || !uses_pgoutput(checker, table) ||
        is_plain_name(option->value) || is_placeholder(option->value)) {
        return;
    }
    bool is_disabled = autocreate_of(checker, table) == AUTOCREATE_DISABLED;
    bool is_always_wrong = is_misread(option->value) || autocreate_of(checker, table) == AUTOCREATE_FILTERED;
    if (is_disabled && !is_always_wrong) {
        return; /* made by hand, in quotes, it works */
    }
    Str name = shown(checker, option->value);
    soften(checker, is_always_wrong ? SEVERITY_ERROR : SEVERITY_WARNING);
    fire_at_value(
        checker, table, option,
        format(checker, "publication name '%.*s' is looked up as it is written, but made and read without quotes: %s",
               SHOW(name),
               is_misread(option->value) ? "PostgreSQL takes it for another name"
                                         : "PostgreSQL finds a syntax error"),
        STR("use only a-z, 0-9 and _, at most 63, and no digit at the start"));
}

/* ---- autocreate.mode = filtered --------------------------------------------------------------------------------- */

typedef struct User {
    const CheckedTable *table;
    Str place; /* server, database and publication */
    bool is_filtered;
} User;

static int compare_users(const void *a, const void *b) {
    const User *left = a, *right = b;
    int order = str_compare(left->place, right->place);
    return order != 0 ? order : (left->table > right->table) - (left->table < right->table);
}

static size_t gather_users(const Checker *checker, User *users) {
    size_t count = 0;
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!is_postgres(table) || !uses_pgoutput(checker, table)) {
            continue;
        }
        Str database = effective_value(checker, table, "debezium.database.dbname", "database-name", STR(""));
        Str server = server_of(checker, table), publication = publication_of(checker, table);
        Str place = format(checker, "%.*s\n%.*s\n%.*s", SHOW(server), SHOW(database), SHOW(publication));
        users[count++] = (User){table, place, autocreate_of(checker, table) == AUTOCREATE_FILTERED};
    }
    if (count > 1) {
        qsort(users, count, sizeof *users, compare_users);
    }
    return count;
}

static void fire_filtered_shared(Checker *checker, const User *filtered, const User *other) {
    const PlannedOption *option = table_option(checker, filtered->table, "debezium.publication.autocreate.mode");
    Str publication = shown(checker, publication_of(checker, filtered->table)), name = name_of(checker, other->table);
    size_t line = line_of(checker, other->table);
    /* Debezium 1.9.8, in Flink CDC since 3.1, alters a publication that is there; earlier ones left it alone. */
    const char *effect =
        release_is_at_least(checker, "3.1")
            ? "a filtered source sets it to its own tables alone whenever it starts, and the changes of the others "
              "are lost"
            : "the first source that starts makes it for its own tables alone, and the changes of the others "
              "are lost";
    fire_at_key(checker, filtered->table, option,
                format(checker, "publication '%.*s' is also that of '%.*s' (line %zu): %s without a word",
                       SHOW(publication), SHOW(name), line, effect),
                STR("make one publication by hand for all tables and set the mode to 'disabled' on every source"));
}

/* users[0] to users[count - 1] share a publication. */
static void look_at_sharing(Checker *checker, const User *users, size_t count) {
    const User *filtered = NULL, *other = NULL;
    for (size_t i = 0; i < count; i++) {
        bool counts = users[i].is_filtered && !is_frozen(users[i].table);
        if (counts && (filtered == NULL || filtered == users)) { /* rather not at the first user */
            filtered = &users[i];
        }
    }
    for (size_t i = 0; i < count && filtered != NULL && other == NULL; i++) {
        bool reads_other = !str_equal(upstream_of(checker, users[i].table), upstream_of(checker, filtered->table));
        other = reads_other ? &users[i] : NULL;
    }
    if (other != NULL) {
        fire_filtered_shared(checker, filtered, other);
    }
}

static bool is_filtered(const Checker *checker, const CheckedTable *table) {
    return is_postgres(table) && autocreate_of(checker, table) == AUTOCREATE_FILTERED;
}

/* So rare that it is looked for before anything is sorted. */
static bool has_filtered(const Checker *checker) {
    for (size_t i = 0; i < checker->table_count; i++) {
        if (holds_of_shape(checker, &checker->tables[i], is_filtered)) {
            return true;
        }
    }
    return false;
}

void check_publication_filtered_shared(Checker *checker) {
    if (!has_filtered(checker)) {
        return;
    }
    User *users = arena_array(checker->arena, checker->table_count, sizeof *users);
    size_t count = gather_users(checker, users);
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from + 1; end < count && str_equal(users[end].place, users[from].place); end++) {
        }
        look_at_sharing(checker, users + from, end - from);
    }
}

/* The readers of the snapshot are told of one table each, so the publication shrinks to that
 * (PostgresSourceFetchTaskContext.configure(), since Debezium 1.9.8 alters it: Flink CDC 3.1; FLINK-38907). */
void check_publication_filtered_incremental(Checker *checker, const CheckedTable *table) {
    if (!has_mode(checker, table, AUTOCREATE_FILTERED) || !has_numbered_slots(checker, table) ||
        !release_is_at_least(checker, "3.1")) {
        return;
    }
    const PlannedOption *option = table_option(checker, table, "debezium.publication.autocreate.mode");
    bool is_many = is_pattern(table_value(checker, table, "table-name", STR(""))) ||
                   is_pattern(table_value(checker, table, "schema-name", STR("")));
    soften(checker, is_many ? SEVERITY_ERROR : SEVERITY_WARNING);
    fire_at_key(
        checker, table, option,
        is_many
            ? STR("each reader of the incremental snapshot sets the publication to the one table that it reads: "
                  "changes "
                  "of the others get lost meanwhile")
            : STR("each reader of the incremental snapshot alters the publication anew: that takes its owner, and "
                  "readers can get into each other's way"),
        STR("make the publication by hand and set the mode to 'disabled'"));
}

/* ---- Partitions ------------------------------------------------------------------------------------------------- */

void check_partitioned_table(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "scan.include-partitioned-tables.enabled");
    if (!is_postgres(table) || option == NULL || !is_own(table, option) || !table->is_incremental ||
        !str_equal_ignore_case(str_trim(option->value), STR("true"))) {
        return;
    }
    if (!uses_pgoutput(checker, table)) {
        fire_at_key(checker, table, option,
                    STR("changes of partitions come under the root's name only from the plugin pgoutput, through a "
                        "publication "
                        "with publish_via_partition_root"),
                    STR("'decoding.plugin.name' = 'pgoutput'"));
    } else if (autocreate_of(checker, table) != AUTOCREATE_DISABLED) {
        fire_at_key(checker, table, option,
                    STR("a publication that the source makes itself lacks publish_via_partition_root: the changes of "
                        "partitions do "
                        "not come under the root's name"),
                    STR("CREATE PUBLICATION ... FOR TABLE ... WITH (publish_via_partition_root = true) by hand, and "
                        "'debezium.publication.autocreate.mode' = 'disabled'"));
    }
}
