/* A PostgreSQL script: its publications, and the same text as one piece of SQL. Laws: a finding's place and a statement's
 * lie in the text. */
#include "fuzz.h"

#include "postgres/publications.h"
#include "postgres/quote.h"
#include "postgres/sql.h"

typedef struct Run {
    Ground ground;
    Str text;
    Source source;
} Run;

static void ask(const Publications *publications, Arena *arena) {
    const PublishedTable *table;
    for (size_t i = 0; i < publications->items.count; i++) {
        const Publication *publication = &publications->items.items[i];
        publications_find(publications, publication->name);
        publications_nearest(publications, publication->name);
        quote_identifier(arena, publication->name);
        quote_literal(arena, publication->name);
        publication_holds(publication, STR("public"), STR("t"), arena, &table);
    }
}

static void work(void *context) {
    Run *run = context;
    Arena *arena = &run->ground.arena;
    Publications publications = {.arena = arena};
    run->source = ground_source(&run->ground, "in.sql", run->text);
    publications_read(&publications, &run->source, &run->ground.findings);
    ask(&publications, arena);
    check_findings(&run->ground.findings);
    Sql sql = sql_parse(run->source.text, arena);
    for (size_t i = 0; i < sql.statements.count; i++) {
        Span place = sql.statements.items[i].place;
        if (place.start > place.end || place.end > run->text.size) {
            break_law("a statement stands outside of the text", run->text);
        }
    }
    if (sql.problem.size > 0 && (sql.place.start > sql.place.end || sql.place.end > run->text.size)) {
        break_law("a problem stands outside of the text", sql.problem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Run run = {.text = {(const char *)data, size}};
    ground_init(&run.ground);
    if (!guard_run(&run.ground.guard, work, &run)) {
        break_law("memory ended", STR(""));
    }
    ground_end(&run.ground);
    return 0;
}
