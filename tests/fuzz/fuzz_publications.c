/* A PostgreSQL script: its publications, and the same text as one piece of SQL. Laws: a finding's place and a
 * statement's lie in the text. */
#include "mutate.h"

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

static const char *const pieces[] = {
    "CREATE PUBLICATION p FOR ALL TABLES;\n",
    "CREATE PUBLICATION p FOR TABLE t, ONLY s.u (a, b) WHERE (a > 1);\n",
    "CREATE PUBLICATION q;\n",
    ("CREATE PUBLICATION p FOR TABLES IN SCHEMA s, CURRENT_SCHEMA WITH (publish = 'insert', "
     "publish_via_partition_root);\n"),
    "ALTER PUBLICATION p ADD TABLE t *;\n",
    "ALTER PUBLICATION p SET TABLE u (a);\n",
    "ALTER PUBLICATION p DROP TABLE t;\n",
    "ALTER PUBLICATION p DROP TABLES IN SCHEMA s;\n",
    "ALTER PUBLICATION p RENAME TO q;\n",
    "ALTER PUBLICATION p SET (publish = 'update, delete');\n",
    "ALTER PUBLICATION p OWNER TO o;\n",
    "DROP PUBLICATION IF EXISTS p, q CASCADE;\n",
    "SET search_path = s, public;\n",
    "SET search_path TO DEFAULT;\n",
    "CREATE TABLE t (x int) PARTITION BY RANGE (x);\n",
    "CREATE TABLE u PARTITION OF t FOR VALUES FROM (1) TO (2);\n",
    "CREATE TABLE v () INHERITS (t);\n",
    "ALTER TABLE t ATTACH PARTITION u DEFAULT;\n",
    "ALTER TABLE t DETACH PARTITION u;\n",
    "ALTER TABLE t INHERIT v;\n",
    "\\connect db\n",
    "\\c\n",
    "\\.\n",
    "COPY t (a) FROM stdin;\n1\t2\n\\.\n",
    "DO $$BEGIN END$$;\n",
    "$f$",
    "$$",
    "--c\n",
    "/* /* c */ */",
    "E'\\''",
    "U&\"\\0441\"",
    "U&'x'",
    "\"a\"\"b\"",
    "''",
    ";",
    "(",
    ")",
    ",",
    ".",
    "SELECT 1 FROM a.b WHERE c IN (SELECT d FROM e);\n",
    "WITH q AS (SELECT 1) SELECT * FROM q;\n",
    "INSERT INTO t SELECT f(1);\n",
    "\xFF",
    "\xEF\xBB\xBF",
    "\xE8\xAE\xA2",
    "\r\n",
    "(((((((((",
    "+1+1+1+1",
    "CREATE PUBLICATION \"\xE8\xAE\xA2\" FOR TABLE ONLY (t);\n",
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static const Kind kind = {0, token_end, line_end, pieces, sizeof pieces / sizeof *pieces};
    return mutate(&kind, data, size, max_size, seed);
}
