/* Checks of the tables that sources read against those that their publications hold. */
#include "checks/columns.h"
#include "checks/publication_file.h"
#include "rules/pattern.h"

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
        bool is_letter = (lower >= 'a' && lower <= 'z') || (unsigned char)c >= 0x80;
        if (!is_letter && !is_digit(c) && c != '_' && c != '-' && c != ' ') {
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

/* Debezium's include lists: regular expressions with commas between them, which must match the whole name, letters'
 * case aside (Predicates and Strings of io.debezium 1.9). */
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

static bool matches(Matching *matching, const Pattern *pattern, Str name) {
    MatchResult result = pattern_match(pattern, name, &matching->matcher);
    matching->is_known = matching->is_known && (result == MATCH_YES || result == MATCH_NO);
    return result == MATCH_YES;
}

/* By the publication's schemas, or by a parent that it holds. */
static bool matches_indirectly(Matching *matching, const Publication *publication) {
    for (size_t i = 0; i < publication->schemas.count; i++) {
        if (matches(matching, &matching->schemas, publication->schemas.items[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < publication->set->parents.count; i++) {
        const TableParent *parent = &publication->set->parents.items[i];
        const PublishedTable *table;
        if (matches(matching, &matching->tables, parent->full_name) &&
            publication_holds(publication, parent->schema, parent->table, matching->checker->arena, &table)) {
            return true;
        }
    }
    return false;
}

/* Called under a guard of its own. */
static void match_tables(void *context) {
    Matching *matching = context;
    Captured *captured = matching->captured;
    const Publication *publication = captured->publication;
    if (!compile_patterns(matching)) {
        return;
    }
    matching->is_known = true;
    for (size_t i = 0; i < publication->tables.count; i++) {
        const PublishedTable *table = &publication->tables.items[i];
        if (!table->is_dropped && matches(matching, &matching->tables, table->full_name)) {
            *vector_add(matching->checker->arena, &captured->held) = table;
        }
    }
    bool is_held = publication->has_all_tables || captured->held.count > 0 || matches_indirectly(matching, publication);
    captured->matches_nothing = matching->is_known && !is_held;
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

/* What the source reads, seen from its publication. Include lists of Debezium's own take the place of the
 * connector's. */
static Captured captured_tables(const Checker *checker, const CheckedTable *table, size_t *matches_left) {
    Captured captured = {.publication = published_for(checker, table),
                         .schema = table_value(checker, table, "schema-name", STR("")),
                         .option = table_option(checker, table, "table-name")};
    bool is_replaced = table_option(checker, table, "debezium.table.include.list") != NULL;
    if (captured.option == NULL || captured.schema.size == 0 || is_replaced || is_placeholder(captured.schema) ||
        is_placeholder(captured.option->value)) {
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
    for (size_t i = 0; checker->settings->publications != NULL && i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        Captured captured = {0};
        if (!is_frozen(table)) {
            captured = captured_tables(checker, table, &matches_left);
        }
        if (captured.publication != NULL) {
            check(checker, table, &captured);
        }
    }
}

/* ---- publication-lacks-table ------------------------------------------------------------------------------------- */

static void fire_lacking(Checker *checker, const CheckedTable *table, const Captured *captured) {
    Span first = captured->lacking.items[0];
    Str value = captured->option->value, name = part_of(value, first), schema = captured->schema;
    size_t more = captured->lacking.count - 1;
    Str publication = shown(checker, captured->publication->name);
    Str lacking = format(checker, "%.*s.%.*s", SHOW(schema), SHOW(name)), shown_name = shown(checker, lacking);
    Str others = more > 0 ? format(checker, " and %zu more", more) : STR("");
    Str message = format(checker, "publication '%.*s' does not hold %.*s%.*s: no change of it would arrive",
                         SHOW(publication), SHOW(shown_name), SHOW(others));
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
        Str expression = format(checker, "%.*s.%.*s", SHOW(captured->schema), SHOW(value)),
            tables = shown(checker, expression);
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
            fire_at_value(
                checker, table, captured->option,
                format(checker,
                       "publication '%.*s' has a row filter for %.*s: the snapshot reads all rows, the changes "
                       "are only those of some",
                       SHOW(publication), SHOW(name)),
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
    const Column *columns = written_columns(checker, table->written);
    Str text = checker->script->source->text;
    for (uint32_t i = 0; i < table->written->definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->kind == COLUMN_PHYSICAL) {
            Str name = identifier_value(text, column->name, checker->arena);
            if (!lists_column(held, name)) {
                return name;
            }
        }
    }
    return STR("");
}

static void fire_column_list(Checker *checker, const CheckedTable *table, const Captured *captured,
                             const PublishedTable *held) {
    Str publication = shown(checker, captured->publication->name), name = table_words(checker, held);
    Str unsent = unsent_column(checker, table, held), column = shown(checker, unsent);
    Str mode = table_value(checker, table, "changelog-mode", STR("all"));
    if (unsent.size > 0) {
        fire_at_value(
            checker, table, captured->option,
            format(checker, "publication '%.*s' does not send the column '%.*s' of %.*s: changes would come without it",
                   SHOW(publication), SHOW(column), SHOW(name)),
            STR("add it to the column list, or take the list away"));
    } else if (!str_equal_ignore_case(mode, STR("upsert"))) {
        fire_at_value(checker, table, captured->option,
                      format(checker,
                             "publication '%.*s' has a column list for %.*s: with REPLICA IDENTITY FULL PostgreSQL "
                             "refuses UPDATE and DELETE there",
                             SHOW(publication), SHOW(name)),
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
