/* Reads scripts of PostgreSQL for what they say of publications. */
#include "postgres/changes.h"
#include "postgres/script.h"

static void apply(const Parse *parse, void *context) { apply_statement(context, parse); }

/* Only these are parsed: a dump is large, and may be of a newer PostgreSQL than the parser. */
static bool concerns_publications(const ScriptReader *reader, const ScriptStatement *statement) {
    static const char *const verbs[] = {"CREATE", "ALTER", "DROP"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (script_word_is(reader, statement, 0, verbs[i])) {
            return script_word_is(reader, statement, 1, "PUBLICATION");
        }
    }
    return false;
}

/* SET search_path; CREATE TABLE and ALTER TABLE that tell of partitions. */
static bool concerns_names(const ScriptReader *reader, const ScriptStatement *statement) {
    bool sets = script_word_is(reader, statement, 0, "SET") && script_word_is(reader, statement, 1, "search_path");
    bool is_table = script_word_is(reader, statement, 0, "CREATE") || script_word_is(reader, statement, 0, "ALTER");
    return sets || (is_table && statement->names_partition);
}

static void note_file(Publications *set, Str name) {
    bool is_first = set->files.size == 0;
    set->files = is_first ? name : arena_format(set->arena, "%.*s, %.*s", SHOWN(set->files), SHOWN(name));
}

static void start_database(Publications *set) {
    set->database_count++;
    set->search_schema = STR("public");
}

static void check_end(const ScriptReader *reader, Source *source, Findings *findings) {
    if (!span_is_empty(reader->unclosed)) {
        finding_trouble(findings, source, reader->unclosed, STR("this quote or comment is not closed"),
                        STR("what follows cannot be read"));
    }
}

void publications_read(Publications *publications, Source *source, Findings *findings) {
    Change change = {.set = publications, .source = source, .findings = findings};
    ScriptReader reader = {.text = source->text, .offset = source->begin};
    ScriptStatement statement;
    if (publications->index == NULL) {
        publications->index = name_index_new(publications->arena);
        publications->parent_index = name_index_new(publications->arena);
    }
    note_file(publications, source->name);
    start_database(publications);
    while (script_next(&reader, &statement)) {
        if (statement.follows_connect) {
            start_database(publications);
        }
        change.is_about_publications = concerns_publications(&reader, &statement);
        if (change.is_about_publications || concerns_names(&reader, &statement)) {
            change.start = statement.span.start;
            change.statement = statement.span;
            Str text = script_statement_text(&reader, &statement, publications->arena);
            parse_postgres(text, publications->arena, apply, &change);
        }
    }
    check_end(&reader, source, findings);
}
