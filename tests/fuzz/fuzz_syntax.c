/* The lexer and the parser alone, as fast as they go. Laws: tokens cover the text without a gap; each part of the
 * tree lies in the part that holds it; in a script without errors no token is outside of the statements; read twice
 * in one text it has the same tree twice. */
#include "mutate.h"
#include "../unit/same_tree.h"

#include "syntax/lexer.h"
#include "syntax/literal.h"
#include "syntax/parser.h"

typedef struct Run {
    Ground ground;
    Str text;
    Source source;
    const Script *script;
} Run;

static void check_tokens(Str text) {
    uint32_t at = 0;
    for (Token token = lex(text, 0); token.kind != TOKEN_EOF; token = lex(text, at)) {
        if (token.start != at || token.end <= at || token.end > text.size) {
            break_law("a token does not begin where the last one ended, or is empty", text);
        }
        at = token.end;
    }
    if (at != text.size) {
        break_law("the lexer stops before the end", text);
    }
}

static void check_inside(Span part, Span whole, const Run *run, const char *law) {
    bool is_absent = part.start == 0 && part.end == 0;
    if (!is_absent && (part.start > part.end || part.start < whole.start || part.end > whole.end)) {
        break_law(law, run->text);
    }
}

static void check_table(const Statement *statement, Run *run) {
    const TableDefinition *table = statement->table;
    Span whole = statement->span;
    check_inside(table->name, whole, run, "a table's name is outside of its statement");
    check_inside(table->option_list, whole, run, "an option list is outside of its statement");
    check_inside(table->like, whole, run, "LIKE is outside of its statement");
    check_inside((Span){table->with_place, table->with_place}, whole, run, "WITH would be outside of its statement");
    for (uint32_t i = 0; i < table->option_count; i++) {
        const Option *option = &table->options[i];
        check_inside(option->key, table->option_list, run, "a key is outside of its list");
        check_inside(option->value, (Span){option->key.end, table->option_list.end}, run,
                     "a value is not behind its key");
        literal_value(run->text, option->key, &run->ground.arena);
        Str value = literal_value(run->text, option->value, &run->ground.arena);
        uint32_t last = literal_offset(run->text, option->value, value.size);
        check_inside((Span){last, last}, option->value, run, "a literal's byte is outside of it");
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        check_inside(table->columns[i].name, whole, run, "a column's name is outside of its statement");
        check_inside(table->columns[i].content, whole, run, "a column is outside of its statement");
        check_inside(table->columns[i].metadata_key, whole, run, "a metadata key is outside of its statement");
    }
}

static void check_statement(const Statement *statement, Run *run) {
    check_inside(statement->name, statement->span, run, "a name is outside of its statement");
    check_inside(statement->value, statement->span, run, "a value is outside of its statement");
    check_inside(statement->query, statement->span, run, "a query is outside of its statement");
    if (statement->table != NULL) {
        check_table(statement, run);
    }
    for (uint32_t i = 0; i < statement->insert_count; i++) {
        const Insert *insert = &statement->inserts[i];
        check_inside(insert->span, statement->span, run, "an INSERT is outside of its statement");
        check_inside(insert->target, insert->span, run, "a target is outside of its INSERT");
        check_inside(insert->columns, insert->span, run, "columns are outside of their INSERT");
        check_inside(insert->query, insert->span, run, "a query is outside of its INSERT");
    }
    for (uint32_t i = 0; i < statement->mark_count; i++) {
        const Mark *mark = &statement->marks[i];
        check_inside((Span){mark->start, mark->end}, statement->span, run, "a mark is outside of its statement");
        if (i > 0 && mark->start < statement->marks[i - 1].start) {
            break_law("marks are out of order", run->text);
        }
    }
}

/* Between statements there are blanks, comments and semicolons only. */
static void check_gap(uint32_t from, uint32_t to, const Run *run) {
    for (Token token = lex(run->text, from); token.kind != TOKEN_EOF && token.start < to;
         token = lex(run->text, token.end)) {
        if (!token_is_trivia(token) && token.kind != TOKEN_SEMICOLON) {
            break_law("a token belongs to no statement", run->text);
        }
    }
}

static void check_tree(Run *run) {
    uint32_t at = run->source.begin;
    for (size_t i = 0; i < run->script->statement_count; i++) {
        const Statement *statement = &run->script->statements[i];
        if (statement->span.start < at || statement->span.end > statement->end || statement->end > run->text.size ||
            span_is_empty(statement->span)) {
            break_law("a statement is out of order or empty", run->text);
        }
        if (run->ground.findings.worst < SEVERITY_TROUBLE) {
            check_gap(at, statement->span.start, run);
            check_gap(statement->span.end, statement->end, run);
        }
        at = statement->end;
        check_statement(statement, run);
        if (!columns_are_read_again(&run->source, statement, &run->ground.arena)) {
            break_law("read again, columns are not the same", run->text);
        }
    }
    if (run->ground.findings.worst < SEVERITY_TROUBLE) {
        check_gap(at, (uint32_t)run->text.size, run);
    }
}

static void work(void *context) {
    Run *run = context;
    run->source = ground_source(&run->ground, "in.sql", run->text);
    run->text = run->source.text;
    check_tokens(run->text);
    run->script = parse_script(&run->source, PARSE_ALL, NULL, &run->ground.arena, &run->ground.findings);
    check_findings(&run->ground.findings);
    check_tree(run);
    size_t known = 0;
    if (!is_same_twice(run->text, &run->ground.arena, &known)) {
        break_law("read twice it has two trees", run->text);
    }
    if (!is_same_again(run->text, &run->ground.arena)) {
        break_law("read after itself it has another tree", run->text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Run run = {.text = {(const char *)data, size}};
    ground_init(&run.ground);
    if (!guard_run(&run.ground.guard, work, &run)) {
        break_law("memory ended", STR(""));
    }
    arena_free(&run.ground.arena);
    return 0;
}

static const char *const pieces[] = {
    "CREATE TABLE t (a INT) WITH ('connector' = 'x');",
    "CREATE TABLE ",
    "IF NOT EXISTS ",
    "a.b.c",
    "`a``b`",
    "(",
    ")",
    ",",
    ";",
    "'k' = 'v'",
    "WITH (",
    "PRIMARY KEY (a) NOT ENFORCED",
    "CONSTRAINT c UNIQUE (a)",
    "WATERMARK FOR a AS b,",
    "a AS b + 1,",
    "METADATA FROM 'k' VIRTUAL",
    "COMMENT 'c'",
    "NOT NULL",
    "ROW<x INT NOT NULL 'c', y ARRAY<MAP<STRING, INT>>>",
    "ROW(x INT)",
    "DECIMAL(10, 2)",
    "TIMESTAMP(3) WITH LOCAL TIME ZONE",
    "RAW('a', 'b')",
    "INTERVAL DAY(2) TO SECOND",
    "PARTITIONED BY (a) ",
    "DISTRIBUTED BY HASH(a) INTO 4 BUCKETS ",
    "LIKE t (EXCLUDING ALL INCLUDING OPTIONS) ",
    "AS SELECT 1",
    "USING CONNECTION c ",
    "CREATE VIEW v (a) COMMENT 'c' AS SELECT 1;",
    "CREATE OR REPLACE MATERIALIZED TABLE m FRESHNESS = INTERVAL '1' MINUTE AS SELECT 1;",
    "CREATE CATALOG c WITH ('a'='b');",
    "CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('a'='b');",
    "ALTER TABLE t SET ('a'='b');",
    "ALTER TABLE t RESET ('a');",
    "INSERT INTO t PARTITION (a = 1) (b) SELECT 1;",
    "INSERT INTO t /*+ OPTIONS('a'='b') */ VALUES (1);",
    "EXECUTE STATEMENT SET BEGIN ",
    "BEGIN STATEMENT SET;",
    "END;",
    "COMPILE PLAN 'p' FOR ",
    "EXPLAIN ESTIMATED_COST ",
    "SET 'a' = 'b';",
    "SET a.b = c;",
    "RESET a;",
    "USE CATALOG c;",
    "USE d;",
    "CASE WHEN a THEN b END",
    "N'x'",
    "_utf8'x'",
    "U&'\\0041' UESCAPE '!'",
    "E'\\''",
    "X'00'",
    "'a'\n'b'",
    "'",
    "`",
    "/*",
    "*/",
    "/*+",
    "--",
    "//",
    "\n",
    "\r",
    "-- smtpatch: off\n",
    "-- smtpatch: allow(a, b)\n",
    "\xEF\xBB\xBF",
    "\xFF",
    "\xE8\xAE\xA2",
    "1.5e-3",
    "<>",
    "=>",
    "[1]",
    "{",
    "?",
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static const Kind kind = {0, token_end, word_end, pieces, sizeof pieces / sizeof *pieces};
    return mutate(&kind, data, size, max_size, seed);
}
