/* Checks of the sources against the publications of --publication-sql. */
#include "postgres/publications.h"

#include "checks/groups.h"
#include "checks/registry.h"
#include "postgres/quote.h"
#include "postgres/sql.h"
#include "rules/pattern.h"

/* ---- The publication of a source --------------------------------------------------------------------------------- */

static const char publication_option[] = "debezium.publication.name";

/* Debezium's default (PostgresConnectorConfig.PUBLICATION_NAME). */
static Str publication_name(const Checker *checker, const CheckedTable *table) {
    return table_value(checker, table, publication_option, STR("dbz_publication"));
}

/* Only pgoutput knows publications. Without the option the plugin would be decoderbufs, of which other checks speak; who
 * names a script of publications wants pgoutput. */
static bool has_publication(const Checker *checker, const CheckedTable *table) {
    Str plugin = effective_value(checker, table, "debezium.plugin.name", "decoding.plugin.name", STR("pgoutput"));
    return checker->publications != NULL && is_connector(table, "postgres-cdc") && str_equal(plugin, STR("pgoutput"));
}

static bool is_filtered(const Checker *checker, const CheckedTable *table) {
    Str mode = table_value(checker, table, "debezium.publication.autocreate.mode", STR(""));
    return str_equal_ignore_case(str_trim(mode), STR("filtered"));
}

/* The publication as the scripts leave it, where the source does not change it itself: autocreate.mode filtered makes it
 * where there is none, and since 3.1 (Debezium 1.9.8) sets its tables. NULL: there is nothing to be checked. */
static const Publication *publication_of(const Checker *checker, const CheckedTable *table) {
    if (!has_publication(checker, table) || (is_filtered(checker, table) && release_is_at_least(checker, "3.1"))) {
        return NULL;
    }
    return publications_find(checker->publications, publication_name(checker, table));
}

/* ---- publication-missing ----------------------------------------------------------------------------------------- */

static bool pick_missing(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->key = publication_name(checker, table);
    item->option = table_option(checker, table, publication_option);
    return has_publication(checker, table) && !is_filtered(checker, table) &&
           publications_find(checker->publications, item->key) == NULL;
}

static void fire_at_publication(Checker *checker, const GroupItem *item, Str message, Str hint) {
    if (item->option != NULL) {
        fire_at_value(checker, item->table, item->option, message, hint);
    } else {
        fire_at_table(checker, item->table, message, hint);
    }
}

static Str made_publications(const Checker *checker) {
    const Publications *all = checker->publications;
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
    Groups groups = group_tables(checker, pick_missing);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        Str name = shown(checker, item->key), others = others_text(checker, count), files = checker->publications->files;
        Str nearest = publications_nearest(checker->publications, item->key);
        Str hint = nearest.size > 0 ? format(checker, "did you mean '%.*s'?", SHOW(nearest)) : made_publications(checker);
        const char *is_default = item->option ? "" : ", the connector's default";
        Str message = format(checker, "no statement of %.*s makes the publication '%.*s'%s%.*s", SHOW(files), SHOW(name),
                             is_default, SHOW(others));
        fire_at_publication(checker, item, message, hint);
    }
}

/* ---- The tables of a source -------------------------------------------------------------------------------------- */

/* Regular expressions are tried on all tables of a publication, but not without end. */
enum { MATCHES_MAX = 10 * 1000 * 1000 };

typedef struct Captured {
    const Publication *publication; /* NULL: there is nothing to be checked */
    Str schema;
    const PlannedOption *option; /* table-name */
    VECTOR(const PublishedTable *) held; /* by their own names */
    VECTOR(Span) lacking;              /* plain names, as parts of the option's value */
    bool matches_nothing;              /* a regular expression that no table of the publication matches */
} Captured;

/* Letters that mean themselves in a regular expression. */
static bool is_plain_text(Str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i], lower = ascii_lower(c);
        if (!(lower >= 'a' && lower <= 'z') && !is_digit(c) && c != '_' && c != '-' && c != ' ' && (unsigned char)c < 0x80) {
            return false;
        }
    }
    return text.size > 0;
}

/* The next name of "a", "(a)" or "(a|b|c)"; *place starts as {0, 0}. False at the end. */
static bool next_name(Str list, Span *place) {
    bool has_parentheses = list.size > 1 && list.data[0] == '(' && list.data[list.size - 1] == ')';
    size_t last = list.size - has_parentheses, start = place->end == 0 ? has_parentheses : place->end + 1;
    if (start >= last) {
        return false;
    }
    const char *bar = has_parentheses ? memchr(list.data + start, '|', last - start) : NULL;
    *place = (Span){(uint32_t)start, (uint32_t)(bar ? (size_t)(bar - list.data) : last)};
    return true;
}

static Str part_of(Str text, Span span) { return (Str){text.data + span.start, span.end - span.start}; }

static bool is_list_of_names(Str list) {
    Span place = {0, 0};
    bool is_list = false;
    while (next_name(list, &place)) {
        if (!is_plain_text(part_of(list, place))) {
            return false;
        }
        is_list = true;
    }
    return is_list;
}

static void look_up_names(const Checker *checker, Captured *captured) {
    Str list = captured->option->value;
    Span place = {0, 0};
    while (next_name(list, &place)) {
        const PublishedTable *table;
        if (!publication_holds(captured->publication, captured->schema, part_of(list, place), checker->arena, &table)) {
            *vector_add(checker->arena, &captured->lacking) = place;
        } else if (table != NULL) {
            *vector_add(checker->arena, &captured->held) = table;
        }
    }
}

/* Debezium's include lists: regular expressions with commas between them, which must match the whole name, letters' case
 * aside (Predicates and Strings of io.debezium 1.9). */
static Str whole_name_pattern(const Checker *checker, Str expression) {
    Str pattern = format(checker, "(?i)\\A(?:%.*s)\\z", SHOW(expression));
    char *data = (char *)pattern.data;
    for (size_t i = 1; i < pattern.size; i++) {
        if (data[i] == ',' && data[i - 1] != '\\') {
            data[i] = '|';
        }
    }
    return pattern;
}

typedef struct Matching {
    const Checker *checker;
    Captured *captured;
    Str table_expression;
    Pattern tables, schemas; /* freed by the caller, like the matcher */
    Matcher matcher;
    bool is_known; /* the expressions are such that PCRE2 and Java agree, and did not take too long */
} Matching;

static bool compile_patterns(Matching *matching) {
    Arena *arena = matching->checker->arena;
    Str message;
    size_t offset;
    Str tables = whole_name_pattern(matching->checker, matching->table_expression);
    Str schemas = whole_name_pattern(matching->checker, matching->captured->schema);
    return pattern_compile(tables, &matching->tables, arena, &message, &offset) &&
           pattern_compile(schemas, &matching->schemas, arena, &message, &offset) && matcher_init(&matching->matcher);
}

/* Called under a guard of its own. */
static void match_tables(void *context) {
    Matching *matching = context;
    Captured *captured = matching->captured;
    const Publication *publication = captured->publication;
    Arena *arena = matching->checker->arena;
    bool any_other = false; /* by its schema or its parent */
    if (!compile_patterns(matching)) {
        return;
    }
    matching->is_known = true;
    for (size_t i = 0; i < publication->schemas.count; i++) {
        any_other = any_other || pattern_match(&matching->schemas, publication->schemas.items[i], &matching->matcher) == MATCH_YES;
    }
    for (size_t i = 0; i < publication->set->parents.count; i++) {
        const TableParent *parent = &publication->set->parents.items[i];
        const PublishedTable *table;
        any_other = any_other || (pattern_match(&matching->tables, parent->full_name, &matching->matcher) == MATCH_YES &&
                                  publication_holds(publication, parent->schema, parent->table, arena, &table));
    }
    for (size_t i = 0; i < publication->tables.count; i++) {
        const PublishedTable *table = &publication->tables.items[i];
        MatchResult result = table->is_dropped ? MATCH_NO : pattern_match(&matching->tables, table->full_name, &matching->matcher);
        if (result == MATCH_YES) {
            *vector_add(matching->checker->arena, &captured->held) = table;
        }
        matching->is_known = matching->is_known && result != MATCH_GAVE_UP;
    }
    captured->matches_nothing = matching->is_known && captured->held.count == 0 && !any_other && !publication->has_all_tables;
}

static void look_up_expression(const Checker *checker, Captured *captured, size_t *matches_left) {
    size_t matches = captured->publication->tables.count + captured->publication->set->parents.count;
    if (matches > *matches_left) {
        return;
    }
    *matches_left -= matches;
    Str name = captured->option->value;
    Matching matching = {.checker = checker, .captured = captured};
    matching.table_expression = format(checker, "%.*s.%.*s", SHOW(captured->schema), SHOW(name));
    bool is_done = arena_run(checker->arena, match_tables, &matching);
    pattern_free(&matching.tables);
    pattern_free(&matching.schemas);
    matcher_free(&matching.matcher);
    if (!is_done) {
        guard_leave(checker->arena->guard);
    }
}

/* What the source reads, seen from its publication. Include lists of Debezium's own take the place of the connector's. */
static Captured captured_tables(const Checker *checker, const CheckedTable *table, size_t *matches_left) {
    Captured captured = {.publication = publication_of(checker, table),
                         .schema = table_value(checker, table, "schema-name", STR("")),
                         .option = table_option(checker, table, "table-name")};
    bool is_replaced = table_option(checker, table, "debezium.table.include.list") != NULL;
    if (captured.option == NULL || captured.schema.size == 0 || is_replaced) {
        captured.publication = NULL;
    }
    if (captured.publication == NULL) {
        return captured;
    }
    if (is_plain_text(captured.schema) && is_list_of_names(captured.option->value)) {
        look_up_names(checker, &captured);
    } else {
        look_up_expression(checker, &captured, matches_left);
    }
    return captured;
}

typedef void (*CheckCaptured)(Checker *checker, const CheckedTable *table, const Captured *captured);

static void check_sources(Checker *checker, CheckCaptured check) {
    size_t matches_left = MATCHES_MAX;
    for (size_t i = 0; checker->publications != NULL && i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        Captured captured = {0};
        if (!table->plan->table->statement->is_frozen) {
            captured = captured_tables(checker, table, &matches_left);
        }
        if (captured.publication != NULL) {
            check(checker, table, &captured);
        }
    }
}

/* ---- publication-lacks-table ------------------------------------------------------------------------------------- */

static Str add_statement(const Checker *checker, const Publication *publication, Str schema, Str table) {
    Arena *arena = checker->arena;
    Str name = quote_identifier(arena, publication->name);
    Str first = quote_identifier(arena, schema), second = quote_identifier(arena, table);
    return format(checker, "ALTER PUBLICATION %.*s ADD TABLE %.*s.%.*s;", SHOW(name), SHOW(first), SHOW(second));
}

static void fire_lacking(Checker *checker, const CheckedTable *table, const Captured *captured) {
    Span first = captured->lacking.items[0];
    Str value = captured->option->value, name = part_of(value, first), schema = captured->schema;
    size_t more = captured->lacking.count - 1;
    Str publication = shown(checker, captured->publication->name);
    Str lacking = format(checker, "%.*s.%.*s", SHOW(schema), SHOW(name)), shown_name = shown(checker, lacking);
    Str others = more > 0 ? format(checker, " and %zu more", more) : STR("");
    Str message = format(checker, "publication '%.*s' does not hold %.*s%.*s: no change of it would arrive", SHOW(publication),
                         SHOW(shown_name), SHOW(others));
    Str hint = add_statement(checker, captured->publication, schema, name);
    if (name.size == value.size) {
        fire_at_value(checker, table, captured->option, message, hint);
    } else {
        fire_in_value(checker, table, captured->option, first, message, hint);
    }
}

static void check_held(Checker *checker, const CheckedTable *table, const Captured *captured) {
    if (captured->lacking.count > 0) {
        fire_lacking(checker, table, captured);
    } else if (captured->matches_nothing) {
        Str name = shown(checker, captured->publication->name), value = captured->option->value;
        Str expression = format(checker, "%.*s.%.*s", SHOW(captured->schema), SHOW(value)), tables = shown(checker, expression);
        fire_at_value(checker, table, captured->option,
                      format(checker, "no table of publication '%.*s' matches %.*s: no change would arrive", SHOW(name),
                             SHOW(tables)),
                      STR("the publication must hold the tables that the source reads"));
    }
}

void check_publication_lacks_table(Checker *checker) { check_sources(checker, check_held); }

/* ---- What a publication leaves out ------------------------------------------------------------------------------- */

static Str table_words(const Checker *checker, const PublishedTable *table) { return shown(checker, table->full_name); }

static void check_filters(Checker *checker, const CheckedTable *table, const Captured *captured) {
    for (size_t i = 0; i < captured->held.count; i++) {
        const PublishedTable *held = captured->held.items[i];
        if (held->has_filter) {
            Str publication = shown(checker, captured->publication->name), name = table_words(checker, held);
            fire_at_value(checker, table, captured->option,
                          format(checker, "publication '%.*s' has a row filter for %.*s: the snapshot reads all rows, the changes "
                                 "are only those of some", SHOW(publication), SHOW(name)),
                          STR("filter in the query instead, or take the WHERE from the publication"));
            return;
        }
    }
}

void check_publication_row_filter(Checker *checker) { check_sources(checker, check_filters); }

static bool lists_column(const PublishedTable *table, Str name) {
    for (size_t i = 0; i < table->column_count; i++) {
        if (str_equal(table->columns[i], name)) {
            return true;
        }
    }
    return false;
}

/* The first column of the Flink table that the publication does not send; empty when it sends all. */
static Str unsent_column(const Checker *checker, const CheckedTable *table, const PublishedTable *held) {
    const TableDefinition *definition = table->plan->table->definition;
    Str text = checker->script->source->text;
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &definition->columns[i];
        if (column->kind == COLUMN_PHYSICAL) {
            Str name = identifier_value(text, column->name, checker->arena);
            if (!lists_column(held, name)) {
                return name;
            }
        }
    }
    return STR("");
}

static void fire_column_list(Checker *checker, const CheckedTable *table, const Captured *captured, const PublishedTable *held) {
    Str publication = shown(checker, captured->publication->name), name = table_words(checker, held);
    Str unsent = unsent_column(checker, table, held), column = shown(checker, unsent);
    Str mode = table_value(checker, table, "changelog-mode", STR("all"));
    if (unsent.size > 0) {
        fire_at_value(checker, table, captured->option,
                      format(checker, "publication '%.*s' does not send the column '%.*s' of %.*s: changes would come without it",
                             SHOW(publication), SHOW(column), SHOW(name)),
                      STR("add it to the column list, or take the list away"));
    } else if (!str_equal_ignore_case(mode, STR("upsert"))) {
        fire_at_value(checker, table, captured->option,
                      format(checker, "publication '%.*s' has a column list for %.*s: with REPLICA IDENTITY FULL PostgreSQL "
                             "refuses UPDATE and DELETE there", SHOW(publication), SHOW(name)),
                      STR("take the list away, unless it names every column"));
    }
}

static void check_column_lists(Checker *checker, const CheckedTable *table, const Captured *captured) {
    for (size_t i = 0; i < captured->held.count; i++) {
        if (captured->held.items[i]->column_count > 0) {
            fire_column_list(checker, table, captured, captured->held.items[i]);
            return;
        }
    }
}

void check_publication_column_list(Checker *checker) { check_sources(checker, check_column_lists); }

/* ---- The publication's own settings ------------------------------------------------------------------------------ */

static bool pick_named(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->key = publication_name(checker, table);
    item->option = table_option(checker, table, publication_option);
    return publication_of(checker, table) != NULL;
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
    Groups groups = group_tables(checker, pick_named);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        const Publication *publication = publications_find(checker->publications, item->key);
        Str missing = missing_operations(checker, publication->operations);
        if (missing.size > 0) {
            Str name = shown(checker, item->key), others = others_text(checker, count);
            Str quoted = quote_identifier(checker->arena, item->key);
            fire_at_publication(checker, item,
                                format(checker, "publication '%.*s' does not publish %.*s: they would never arrive%.*s", SHOW(name),
                                       SHOW(missing), SHOW(others)),
                                format(checker, "ALTER PUBLICATION %.*s SET (publish = 'insert, update, delete, truncate');",
                                       SHOW(quoted)));
        }
    }
}

static bool pick_partitioned(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    Str includes = table_value(checker, table, "scan.include-partitioned-tables.enabled", STR(""));
    bool wants_root = table->is_incremental && release_is_at_least(checker, "3.5") &&
                      str_equal_ignore_case(str_trim(includes), STR("true"));
    return wants_root && pick_named(checker, table, item);
}

void check_publication_partition_root(Checker *checker) {
    Groups groups = group_tables(checker, pick_partitioned);
    size_t count;
    for (const GroupItem *item; (item = next_group(&groups, &count)) != NULL;) {
        if (!publications_find(checker->publications, item->key)->is_via_root) {
            Str name = shown(checker, item->key), others = others_text(checker, count);
            Str quoted = quote_identifier(checker->arena, item->key);
            fire_at_publication(checker, item,
                                format(checker, "the source reads partitioned tables as wholes, but publication '%.*s' sends the "
                                       "changes of each partition under its own name%.*s", SHOW(name), SHOW(others)),
                                format(checker, "ALTER PUBLICATION %.*s SET (publish_via_partition_root = true);", SHOW(quoted)));
        }
    }
}

/* ---- heartbeat-table-unpublished --------------------------------------------------------------------------------- */

/* Heartbeats are alike when publication and query are. */
static bool pick_heartbeat(const Checker *checker, const CheckedTable *table, GroupItem *item) {
    item->option = table_option(checker, table, "debezium.heartbeat.action.query");
    if (item->option == NULL || publication_of(checker, table) == NULL) {
        return false;
    }
    Str name = publication_name(checker, table), query = item->option->value;
    item->key = format(checker, "%.*s %.*s", SHOW(name), SHOW(query));
    return !table->is_incremental || release_is_at_least(checker, "3.3"); /* FLINK-35387 */
}

static void check_written(Checker *checker, const GroupItem *item, size_t count, const SqlTable *written) {
    const Publication *publication = publication_of(checker, item->table);
    const PublishedTable *table;
    Str schema = written->schema.size > 0 ? written->schema : STR("public");
    if (publication_holds(publication, schema, written->table, checker->arena, &table)) {
        return;
    }
    Str full = format(checker, "%.*s.%.*s", SHOW(schema), SHOW(written->table)), shown_table = shown(checker, full);
    Str name = shown(checker, publication->name), others = others_text(checker, count);
    fire_at_value(checker, item->table, item->option,
                  format(checker, "the heartbeat writes %.*s, which publication '%.*s' does not hold: the source never sees it%.*s",
                         SHOW(shown_table), SHOW(name), SHOW(others)),
                  add_statement(checker, publication, schema, written->table));
}

void check_heartbeat_table_unpublished(Checker *checker) {
    Groups groups = group_tables(checker, pick_heartbeat);
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
