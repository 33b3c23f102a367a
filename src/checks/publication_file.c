/* Checks of the sources' publications against those of --publication-sql. */
#include "checks/groups.h"
#include "checks/publication_file.h"
#include "postgres/quote.h"
#include "postgres/sql.h"

/* ---- The publication of a source --------------------------------------------------------------------------------- */

static const char publication_option[] = "debezium.publication.name";

/* Only pgoutput knows publications. Without the option the plugin would be decoderbufs, of which other checks speak;
 * who names a script of publications wants pgoutput. */
static bool has_publication(const Checker *checker, const CheckedTable *table) {
    const PlannedOption *plugin = effective_option(checker, table, "debezium.plugin.name", "decoding.plugin.name");
    return checker->settings->publications != NULL && is_postgres(table) &&
           (plugin == NULL || uses_pgoutput(checker, table)) && !is_placeholder(publication_of(checker, table));
}

static bool is_filtered(const Checker *checker, const CheckedTable *table) {
    return autocreate_of(checker, table) == AUTOCREATE_FILTERED;
}

const Publication *published_for(const Checker *checker, const CheckedTable *table) {
    if (!has_publication(checker, table) || (is_filtered(checker, table) && release_is_at_least(checker, "3.1"))) {
        return NULL;
    }
    return publications_find(checker->settings->publications, publication_of(checker, table));
}

Str add_statement(const Checker *checker, const Publication *publication, Str schema, Str table) {
    Arena *arena = checker->arena;
    Str name = quote_identifier(arena, publication->name);
    Str first = quote_identifier(arena, schema), second = quote_identifier(arena, table);
    return format(checker, "ALTER PUBLICATION %.*s ADD TABLE %.*s.%.*s;", SHOW(name), SHOW(first), SHOW(second));
}

/* ---- publication-missing ----------------------------------------------------------------------------------------- */

static bool pick_missing(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->key = publication_of(checker, table);
    item->option = table_option(checker, table, publication_option);
    return has_publication(checker, table) && !is_filtered(checker, table) &&
           publications_find(checker->settings->publications, item->key) == NULL;
}

static void fire_at_publication(Checker *checker, const GroupItem *item, Str message, Str hint) {
    if (item->option != NULL) {
        fire_at_value(checker, item->table, item->option, message, hint);
    } else {
        fire_at_table(checker, item->table, message, hint);
    }
}

static Str made_publications(const Checker *checker) {
    const Publications *all = checker->settings->publications;
    const Publication *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < all->items.count; i++) {
        if (!all->items.items[i].is_dropped) {
            first = first ? first : &all->items.items[i];
            count++;
        }
    }
    if (first == NULL) {
        return STR("it makes none at all");
    }
    Str name = shown(checker, first->name);
    return count == 1 ? format(checker, "the one that it makes is '%.*s'", SHOW(name))
                      : format(checker, "it makes '%.*s' and %zu more", SHOW(name), count - 1);
}

void check_publication_missing(Checker *checker) {
    enum { NEAREST_MAX = 100 }; /* each is looked for among all publications */
    Groups groups = group_tables(checker, has_publication, pick_missing);
    Str made = groups.items.count > 0 ? made_publications(checker) : STR("");
    size_t count, number = 0;
    const Publications *publications = checker->settings->publications;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        if ((item = leave_out_allowed(checker, item, &count)) == NULL) {
            continue;
        }
        Str name = shown(checker, item->key), others = others_text(checker, count), files = publications->files;
        Str nearest = number++ < NEAREST_MAX ? publications_nearest(publications, item->key) : STR("");
        Str hint = nearest.size > 0 ? format(checker, "did you mean '%.*s'?", SHOW(nearest)) : made;
        const char *is_default = item->option ? "" : ", the connector's default";
        Str message = format(checker, "no statement of %.*s makes the publication '%.*s'%s%.*s", SHOW(files),
                             SHOW(name), is_default, SHOW(others));
        fire_at_publication(checker, item, message, hint);
    }
}

/* ---- The publication's own settings ------------------------------------------------------------------------------ */

static bool pick_named(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->key = publication_of(checker, table);
    item->option = table_option(checker, table, publication_option);
    return published_for(checker, table) != NULL;
}

/* "inserts and updates" */
static Str missing_operations(const Checker *checker, unsigned operations) {
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{PUBLISH_INSERT, "inserts"}, {PUBLISH_UPDATE, "updates"}, {PUBLISH_DELETE, "deletes"}};
    Str text = STR("");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((operations & names[i].bit) == 0) {
            text = format(checker, "%.*s%s%s", SHOW(text), text.size > 0 ? " and " : "", names[i].name);
        }
    }
    return text;
}

void check_publication_operations(Checker *checker) {
    Groups groups = group_tables(checker, has_publication, pick_named);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        const Publication *publication = publications_find(checker->settings->publications, item->key);
        Str missing = missing_operations(checker, publication->operations);
        if (missing.size > 0 && (item = leave_out_allowed(checker, item, &count)) != NULL) {
            Str name = shown(checker, item->key), others = others_text(checker, count);
            Str quoted = quote_identifier(checker->arena, item->key);
            fire_at_publication(checker, item,
                                format(checker, "publication '%.*s' does not publish %.*s: they would never arrive%.*s",
                                       SHOW(name), SHOW(missing), SHOW(others)),
                                format(checker,
                                       "ALTER PUBLICATION %.*s SET (publish = 'insert, update, delete, truncate');",
                                       SHOW(quoted)));
        }
    }
}

static bool pick_partitioned(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    bool wants_root = table->is_incremental && release_is_at_least(checker, "3.5") &&
                      is_set_true(checker, table, "scan.include-partitioned-tables.enabled");
    return wants_root && pick_named(checker, table, item);
}

void check_publication_partition_root(Checker *checker) {
    Groups groups = group_tables(checker, has_publication, pick_partitioned);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        bool is_via_root = publications_find(checker->settings->publications, item->key)->is_via_root;
        if (!is_via_root && (item = leave_out_allowed(checker, item, &count)) != NULL) {
            Str name = shown(checker, item->key), others = others_text(checker, count);
            Str quoted = quote_identifier(checker->arena, item->key);
            fire_at_publication(
                checker, item,
                format(checker,
                       "the source reads partitioned tables as wholes, but publication '%.*s' sends the "
                       "changes of each partition under its own name%.*s",
                       SHOW(name), SHOW(others)),
                format(checker, "ALTER PUBLICATION %.*s SET (publish_via_partition_root = true);", SHOW(quoted)));
        }
    }
}

/* ---- heartbeat-table-unpublished --------------------------------------------------------------------------------- */

/* Heartbeats are alike when publication and query are. */
static bool pick_heartbeat(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->option = table_option(checker, table, "debezium.heartbeat.action.query");
    if (item->option == NULL || published_for(checker, table) == NULL) {
        return false;
    }
    Str name = publication_of(checker, table), query = item->option->value;
    item->key = format(checker, "%.*s %.*s", SHOW(name), SHOW(query));
    return !table->is_incremental || release_is_at_least(checker, "3.3"); /* FLINK-35387 */
}

static void check_written(Checker *checker, const GroupItem *item, size_t count, const SqlTable *written) {
    const Publication *publication = published_for(checker, item->table);
    const PublishedTable *table;
    Str schema = written->schema.size > 0 ? written->schema : STR("public");
    if (publication == NULL || publication_holds(publication, schema, written->table, checker->arena, &table) ||
        (item = leave_out_allowed(checker, item, &count)) == NULL) {
        return;
    }
    Str full = format(checker, "%.*s.%.*s", SHOW(schema), SHOW(written->table)), shown_table = shown(checker, full);
    Str name = shown(checker, publication->name), others = others_text(checker, count);
    fire_at_value(
        checker, item->table, item->option,
        format(checker,
               "the heartbeat writes %.*s, which publication '%.*s' does not hold: the source never sees it%.*s",
               SHOW(shown_table), SHOW(name), SHOW(others)),
        add_statement(checker, publication, schema, written->table));
}

void check_heartbeat_table_unpublished(Checker *checker) {
    Groups groups = group_tables(checker, has_publication, pick_heartbeat);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        Sql sql = sql_parse(item->option->value, checker->arena);
        for (size_t i = 0; i < sql.statements.count; i++) {
            for (size_t k = 0; k < sql.statements.items[i].writes.count; k++) {
                check_written(checker, item, count, &sql.statements.items[i].writes.items[k]);
            }
        }
    }
}
