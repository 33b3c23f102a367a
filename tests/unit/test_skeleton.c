/* What one statement teaches must not be taken for the meaning of another: each of these, read behind one that is much
 * like it, has the tree that it has alone. */
#include "helpers.h"
#include "same_tree.h"

typedef struct Pair {
    const char *teacher, *pupil;
    bool is_known; /* the teacher's skeleton is the pupil's */
} Pair;

#define TABLE "CREATE TABLE t (\n  `a` INT,\n  `b` STRING NULL,\n  PRIMARY KEY (`a`) NOT ENFORCED\n) WITH (\n"
#define OPTIONS "  'connector' = 'print',\n  'x' = 'y'\n);\n"

static const Pair pairs[] = {
    {TABLE OPTIONS, "CREATE TABLE u (\n  `c` INT,\n  PRIMARY KEY (`c`) NOT ENFORCED\n) WITH (\n" OPTIONS, true},
    {TABLE OPTIONS, TABLE "  'connector' = '',\n  'it''s' = 'y'\n);\n", true},
    {TABLE OPTIONS, TABLE "  'connector' = 'a'\n  'b',\n  'x' = 'y'\n);\n", false},
    {TABLE OPTIONS, TABLE "  'connector' = N'print',\n  'x' = 'y'\n);\n", false},
    {TABLE OPTIONS, "CREATE TABLE u (\n  -- a comment's\n  `c` INT, /* another */\n  PRIMARY KEY (`c`) NOT ENFORCED\n"
                    ") WITH (\n" OPTIONS, true},
    {TABLE OPTIONS, "CREATE TABLE u (\n  `c` INT, -- smtpatch: allow(no-checkpoint)\n  `d` INT\n) WITH (\n" OPTIONS,
     false},
    {TABLE OPTIONS, "-- smtpatch: skip\n" TABLE OPTIONS, true},
    {TABLE OPTIONS, "CREATE TABLE u (\n  `c\n` INT,\n  `d` INT\n) WITH (\n" OPTIONS, false},
    {TABLE OPTIONS, "CREATE TABLE u (\n  `c``d` INT,\n  PRIMARY KEY (`c``d`) NOT ENFORCED\n) WITH (\n" OPTIONS, true},
    {TABLE OPTIONS, "CREATE TABLE u (\n  `a` INT,\n", false},
    {TABLE OPTIONS, TABLE "  'connector' = 'print',\n  'x' = 'y\n);\n", false},
    {TABLE OPTIONS, TABLE "  'connector' = 'print',\n", false},
    {"CREATE TABLE t (id INT, name STRING) WITH ('k' = 'v');\n",
     "CREATE TABLE u (code INT, title STRING) WITH ('k' = 'v');\n", true},
    {"CREATE TABLE t (id INT, name STRING) WITH ('k' = 'v');\n",
     "CREATE TABLE u (order INT, name STRING) WITH ('k' = 'v');\n", false},
    {"CREATE TABLE t (id INT, name STRING) WITH ('k' = 'v');\n",
     "CREATE TABLE year (month INT, name STRING) WITH ('k' = 'v');\n", false},
    {"CREATE TABLE t (a AS 1a, b INT) WITH ('k' = 'v', 'l' = 'w');\n",
     "CREATE TABLE t (a AS 1e5, b INT) WITH ('k' = 'v', 'l' = 'w');\n", false},
    {"CREATE MODEL m INPUT (a INT, b INT) OUTPUT (c INT, d INT) WITH ('k' = 'v', 'l' = 'w');\n",
     "CREATE TABLE t (a INT, b INT) WITH ('k' = 'v', 'l' = 'w');\n", false},
    {"CREATE CATALOG c WITH ('k' = 'v', 'l' = 'w');\n", "CREATE TABLE t (a INT, b INT) WITH ('k' = 'v', 'l' = 'w');\n",
     false},
    {"CREATE TABLE t (a INT, b INT) WITH ('k' = 'v', 'l' = 'w');\n",
     "CREATE CATALOG c WITH ('k' = 'v', 'l' = 'w');\n", false},
    {"CREATE TABLE t (a INT, b INT) WITH ('k' = 'v') LIKE s (EXCLUDING OPTIONS);\n",
     "CREATE TABLE u (a INT, c INT) WITH ('k' = 'w') LIKE r (EXCLUDING OPTIONS);\n", true},
    {"CREATE TABLE t (a, b) WITH ('k' = 'v', 'l' = 'w') AS SELECT a, b FROM s;\n",
     "CREATE TABLE u (c, d) WITH ('k' = 'v', 'l' = 'w') AS SELECT c, d FROM r;\n", true},
    {"INSERT INTO t SELECT * FROM s;\n", "INSERT INTO u SELECT * FROM r;\n", true},
    {"INSERT INTO t (a) SELECT a FROM s;\n", "INSERT INTO u (b) SELECT c FROM r;\n", true},
    {"INSERT INTO t SELECT * FROM s;\n", "INSERT INTO u SELECT * FROM r INSERT INTO v SELECT * FROM w;\n", false},
    {"INSERT INTO t SELECT * FROM s;\n", "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT * FROM s; END;\n", false},
    {"CREATE TABLE t (a INT,\nb INT,\nPRIMARY KEY (a) NOT ENFORCED) WITH ('k' = 'v');\n",
     "CREATE TABLE t (`a` INT,\n`b` INT,\nPRIMARY KEY (a) NOT ENFORCED) WITH ('k' = 'v');\n", false},
    {"SET a.b = c;\n", "SET d.e = f;\n", false},
    /* the last column begins where an element ends, which is not there in the second table */
    {"CREATE TABLE t(a b,b BIGINT)WITH('k'='');\n", "CREATE TABLE t(b BIGINT)WITH('k'='');\n", true},
    {"CREATE TABLE t(a INT,b INT)WITH('k'='v','l'='w');\n", "CREATE TABLE t(a INT,b INT)WITH('l'='w');\n", true},
};

static Script *read_script(Str text, Findings *findings) {
    Source *source = arena_new(&arena, Source);
    *source = source_in(&arena, text);
    return parse_script(source, PARSE_ALL, NULL, &arena, findings);
}

static void check_pair(const Pair *pair) {
    Findings alone = {.arena = &arena}, behind = {.arena = &arena};
    Str teacher = str_of(pair->teacher), pupil = str_of(pair->pupil);
    const Script *first = read_script(pupil, &alone), *lesson = read_script(teacher, &behind);
    const Script *both = read_script(arena_format(&arena, "%s%s", pair->teacher, pair->pupil), &behind);
    size_t taught = lesson->statement_count;
    assert_int_equal(behind.list.count, alone.list.count);
    assert_int_equal(both->statement_count, taught + first->statement_count);
    for (size_t i = 0; i < first->statement_count; i++) {
        const Statement *statement = &both->statements[taught + i];
        if (!statement_is_moved(&first->statements[i], statement, (uint32_t)teacher.size)) {
            fail_msg("behind\n%sthis has another tree:\n%s", pair->teacher, pair->pupil);
        }
        assert_int_equal(statement->is_frozen, first->statements[i].is_frozen);
    }
    bool is_known = first->statement_count > 0 && both->statements[taught].segment_count > 0;
    if (is_known != pair->is_known) {
        fail_msg("behind\n%sthis is %s by its skeleton:\n%s", pair->teacher, is_known ? "taken" : "not taken",
                 pair->pupil);
    }
}

/* The same where the teacher is another script, which is gone when the pupil is read. */
static void check_pair_of_scripts(const Pair *pair) {
    Findings alone = {.arena = &arena}, behind = {.arena = &arena};
    const Script *first = read_script(str_of(pair->pupil), &alone);
    ParserMemory memory = {0};
    Arena gone;
    arena_init(&gone, arena.guard);
    Source teacher = source_in(&gone, arena_copy(&gone, str_of(pair->teacher)));
    Findings ignored = {.arena = &gone};
    parse_script(&teacher, PARSE_ALL, &memory, &gone, &ignored);
    arena_free(&gone);
    Source pupil = source_in(&arena, str_of(pair->pupil));
    const Script *second = parse_script(&pupil, PARSE_ALL, &memory, &arena, &behind);
    assert_int_equal(behind.list.count, alone.list.count);
    assert_int_equal(second->statement_count, first->statement_count);
    for (size_t i = 0; i < first->statement_count; i++) {
        if (!statement_is_moved(&first->statements[i], &second->statements[i], 0)) {
            fail_msg("in a script after\n%sthis has another tree:\n%s", pair->teacher, pair->pupil);
        }
    }
    bool is_known = first->statement_count > 0 && second->statements[0].segment_count > 0;
    assert_int_equal(is_known, pair->is_known);
    parser_memory_free(&memory);
}

static void test_pairs(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        check_pair(&pairs[i]);
        check_pair_of_scripts(&pairs[i]);
    }
}

/* The columns of a table come again in the next one, with the comments between them. */
static void test_same_columns(void **state) {
    (void)state;
    Findings findings = {.arena = &arena};
    const Script *script = read_script(STR(TABLE OPTIONS TABLE OPTIONS TABLE OPTIONS), &findings);
    const Statement *first = &script->statements[0], *third = &script->statements[2];
    assert_int_equal(script->statement_count, 3);
    assert_true(statement_is_moved(first, third, third->span.start - first->span.start));
    assert_int_equal(third->segment_count, 6);
}

static Str many_forms(void) {
    Buffer text = {0};
    for (int i = 0; i < 3000; i++) {
        buffer_format(&text, "CREATE TABLE t (a DECIMAL(%d, %d), b CHAR(%d)) WITH ('k' = 'v', 'l' = 'w');\n",
                      i % 38 + 1, i % 7, i);
    }
    return buffer_take(&text, &arena);
}

/* More forms than are learned: the rest goes the long way. */
static void test_many_forms(void **state) {
    (void)state;
    Findings findings = {.arena = &arena};
    const Script *script = read_script(many_forms(), &findings);
    assert_int_equal(findings.list.count, 0);
    assert_int_equal(script->statement_count, 3000);
    for (size_t i = 0; i < script->statement_count; i++) {
        assert_int_equal(script->statements[i].table->column_count, 2);
        assert_int_equal(script->statements[i].table->option_count, 2);
    }
}

static bool is_known_in(Str text, unsigned parts, ParserMemory *memory) {
    Findings findings = {.arena = &arena};
    Source *source = arena_new(&arena, Source);
    *source = source_in(&arena, text);
    const Script *script = parse_script(source, parts, memory, &arena, &findings);
    assert_int_equal(findings.list.count, 0);
    return script->statements[0].segment_count > 0;
}

/* A memory that is full, or whose skeletons have other parts, is begun anew. */
static void test_memory_begins_anew(void **state) {
    (void)state;
    ParserMemory memory = {0};
    assert_false(is_known_in(STR(TABLE OPTIONS), PARSE_ALL, &memory));
    assert_true(is_known_in(STR(TABLE OPTIONS), PARSE_ALL, &memory));
    assert_false(is_known_in(STR(TABLE OPTIONS), PARSE_MARKS, &memory));
    assert_true(is_known_in(STR(TABLE OPTIONS), PARSE_MARKS, &memory));
    is_known_in(many_forms(), PARSE_MARKS, &memory);
    assert_false(is_known_in(STR(TABLE OPTIONS), PARSE_MARKS, &memory));
    assert_true(is_known_in(STR(TABLE OPTIONS), PARSE_MARKS, &memory));
    parser_memory_free(&memory);
}

int main(void) {
    const struct CMUnitTest tests[] = {arena_test(test_pairs), arena_test(test_same_columns),
                                       arena_test(test_many_forms), arena_test(test_memory_begins_anew)};
    return run_all(tests);
}
