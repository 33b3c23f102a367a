/* The tree: its spans, and what is said of a script with errors. */
#include "helpers.h"

#include "report/text.h"
#include "same_tree.h"

static Findings findings;
static Source source;

static const Script *parse(const char *text) {
    findings = (Findings){.arena = &arena};
    source = source_in(&arena, str_of(text));
    return parse_script(&source, PARSE_ALL, NULL, &arena, &findings);
}

static const Statement *parse_one(const char *text) {
    const Script *script = parse(text);
    if (script->statement_count != 1 || findings.list.count > 0) {
        fail_msg("%s: %zu statements, %zu findings", text, script->statement_count, findings.list.count);
    }
    return &script->statements[0];
}

static void assert_span(Span span, const char *expected) { assert_text(source_slice(&source, span), expected); }

/* ---- statements ---- */

static void test_kinds(void **state) {
    (void)state;
    static const struct {
        const char *text;
        StatementKind kind;
        const char *name, *value;
    } cases[] = {
        {"create table a.b (x int)", STATEMENT_CREATE_TABLE, "a.b", ""},
        {"CREATE OR REPLACE TEMPORARY TABLE IF NOT EXISTS `t` (x INT)", STATEMENT_CREATE_TABLE, "`t`", ""},
        {"REPLACE TABLE t AS SELECT 1", STATEMENT_CREATE_TABLE, "t", ""},
        {"CREATE TABLE t", STATEMENT_CREATE_TABLE, "t", ""},
        {"CREATE VIEW v AS SELECT 1", STATEMENT_CREATE_VIEW, "v", ""},
        {"CREATE MATERIALIZED TABLE m AS SELECT 1", STATEMENT_MATERIALIZED_TABLE, "m", ""},
        {"CREATE CATALOG c WITH ('type'='jdbc')", STATEMENT_WITH_OPTIONS, NULL, NULL},
        {"CREATE DATABASE d WITH ('a'='b')", STATEMENT_WITH_OPTIONS, NULL, NULL},
        {"ALTER TABLE t SET ('a'='b')", STATEMENT_WITH_OPTIONS, NULL, NULL},
        {"LOAD MODULE m WITH ('a'='b')", STATEMENT_WITH_OPTIONS, NULL, NULL},
        {"SELECT 1", STATEMENT_QUERY, "", ""},
        {"WITH c AS (SELECT 1) SELECT * FROM c", STATEMENT_QUERY, "", ""},
        {"VALUES (1)", STATEMENT_QUERY, "", ""},
        {"INSERT INTO t SELECT 1", STATEMENT_INSERT, NULL, NULL},
        {"EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; INSERT INTO u SELECT CASE WHEN a THEN 1 END; END",
         STATEMENT_EXECUTE_SET, NULL, NULL},
        {"BEGIN STATEMENT SET", STATEMENT_BEGIN_SET, "", ""},
        {"END", STATEMENT_END_SET, "", ""},
        {"SET 'a' = 'b'", STATEMENT_SET, "'a'", "'b'"},
        {"SET a.b = c", STATEMENT_SET, "a.b", "c"},
        {"RESET 'a'", STATEMENT_RESET, "'a'", ""},
        {"RESET a.b", STATEMENT_RESET, "a.b", ""},
        {"USE CATALOG c", STATEMENT_USE_CATALOG, "c", ""},
        {"USE a.b", STATEMENT_USE_DATABASE, "a.b", ""},
        {"DROP TABLE t", STATEMENT_OTHER, "", ""},
        {"SHOW TABLES", STATEMENT_OTHER, "", ""},
        {"USE MODULES a, b", STATEMENT_OTHER, "", ""},
        {"SELECT * FROM ${TABLE}", STATEMENT_QUERY, "", ""},
        {"{{ anything }}", STATEMENT_OTHER, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const Statement *statement = parse_one(cases[i].text);
        if (statement->kind != cases[i].kind) {
            fail_msg("%s: kind %d, should be %d", cases[i].text, statement->kind, cases[i].kind);
        }
        assert_span(statement->span, cases[i].text);
        if (cases[i].name != NULL) {
            assert_span(statement->name, cases[i].name);
            assert_span(statement->value, cases[i].value);
        }
    }
}

static void test_statement_spans(void **state) {
    (void)state;
    const Script *script = parse(" ;; /* a */ SELECT 1 -- b\n ; SET ; ;\nEXECUTE STATEMENT SET BEGIN INSERT INTO t "
                                 "SELECT 1; END; DROP TABLE x /* c */");
    static const char *const texts[] = {"SELECT 1", "SET", "EXECUTE STATEMENT SET BEGIN INSERT INTO t SELECT 1; END",
                                        "DROP TABLE x"};
    assert_int_equal(findings.list.count, 0);
    assert_int_equal(script->statement_count, COUNT_OF(texts));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_span(script->statements[i].span, texts[i]);
        bool is_last = i + 1 == COUNT_OF(texts);
        assert_int_equal(source.text.data[script->statements[i].end], is_last ? '\0' : ';');
    }
    assert_int_equal(parse("")->statement_count, 0);
    assert_int_equal(parse("\xEF\xBB\xBF -- only a comment")->statement_count, 0);
    assert_int_equal(findings.list.count, 0);
}

static void test_table(void **state) {
    (void)state;
    const Statement *statement = parse_one(
        "CREATE TABLE `c`.d /* x */ . t (\n"
        "  id BIGINT NOT NULL PRIMARY KEY NOT ENFORCED COMMENT 'it''s',\n"
        "  `value` ROW<a INT 'c1', b ARRAY<MAP<STRING, INT>>>,\n"
        "  ts TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,\n"
        "  off BIGINT METADATA,\n"
        "  sum AS CONCAT('),', CAST(id AS STRING)) COMMENT 'c',\n"
        "  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND,\n"
        "  CONSTRAINT pk PRIMARY KEY (id, ts) NOT ENFORCED,\n"
        "  UNIQUE (off)\n"
        ") COMMENT 'c' PARTITIONED BY (id) WITH ('a' = 'b' /* n */ 'c', N'd' = U&'x' UESCAPE '#')");
    static const struct {
        ColumnKind kind;
        const char *name, *content, *metadata;
        bool is_virtual, is_key;
    } columns[] = {
        {COLUMN_PHYSICAL, "id", "BIGINT NOT NULL", "", false, true},
        {COLUMN_PHYSICAL, "`value`", "ROW<a INT 'c1', b ARRAY<MAP<STRING, INT>>>", "", false, false},
        {COLUMN_METADATA, "ts", "TIMESTAMP(3)", "'timestamp'", true, false},
        {COLUMN_METADATA, "off", "BIGINT", "", false, false},
        {COLUMN_COMPUTED, "sum", "CONCAT('),', CAST(id AS STRING))", "", false, false},
        {COLUMN_WATERMARK, "ts", "ts - INTERVAL '5' SECOND", "", false, false},
        {COLUMN_PRIMARY_KEY, "pk", "(id, ts)", "", false, false},
        {COLUMN_UNIQUE, "", "(off)", "", false, false},
    };
    const TableDefinition *table = statement->table;
    assert_span(table->name, "`c`.d /* x */ . t");
    assert_int_equal(table->column_count, COUNT_OF(columns));
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        const Column *column = &table->columns[i];
        assert_int_equal(column->kind, columns[i].kind);
        assert_span(column->name, columns[i].name);
        assert_span(column->content, columns[i].content);
        assert_span(column->metadata_key, columns[i].metadata);
        assert_int_equal(column->is_virtual, columns[i].is_virtual);
        assert_int_equal(column->is_primary_key, columns[i].is_key);
    }
    assert_int_equal(table->option_count, 2);
    assert_span(table->options[0].key, "'a'");
    assert_span(table->options[0].value, "'b' /* n */ 'c'");
    assert_span(table->options[1].key, "N'd'");
    assert_span(table->options[1].value, "U&'x' UESCAPE '#'");
    assert_span(table->option_list, "('a' = 'b' /* n */ 'c', N'd' = U&'x' UESCAPE '#')");
}

static void test_clauses(void **state) {
    (void)state;
    static const struct {
        const char *text, *before_with, *like;
        bool takes_options, is_temporary;
    } cases[] = {
        {"CREATE TABLE t", "CREATE TABLE t", "", false, false},
        {"CREATE TABLE t (a INT)", "CREATE TABLE t (a INT)", "", false, false},
        {"CREATE TABLE t (a INT) COMMENT 'c' DISTRIBUTED BY HASH(a) INTO 3 BUCKETS PARTITIONED BY (a) USING CONNECTION "
         "c LIKE s",
         "CREATE TABLE t (a INT) COMMENT 'c' DISTRIBUTED BY HASH(a) INTO 3 BUCKETS PARTITIONED BY (a) USING CONNECTION "
         "c",
         "s", true, false},
        {"CREATE TEMPORARY TABLE t LIKE a.b.s (EXCLUDING OPTIONS)", "CREATE TEMPORARY TABLE t", "a.b.s", false, true},
        {"CREATE TABLE t LIKE s (EXCLUDING ALL)", "CREATE TABLE t", "s", false, false},
        {"CREATE TABLE t LIKE s (EXCLUDING ALL INCLUDING OPTIONS)", "CREATE TABLE t", "s", true, false},
        {"CREATE TABLE t LIKE s (EXCLUDING PARTITIONS OVERWRITING OPTIONS)", "CREATE TABLE t", "s", true, false},
        {"CREATE TABLE t AS SELECT 1", "CREATE TABLE t", "", false, false},
        {"CREATE TABLE t (a, b) AS SELECT 1", "CREATE TABLE t (a, b)", "", false, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const TableDefinition *table = parse_one(cases[i].text)->table;
        assert_span((Span){0, table->with_place}, cases[i].before_with);
        assert_span(table->like, cases[i].like);
        assert_int_equal(table->takes_like_options, cases[i].takes_options);
        assert_int_equal(table->is_temporary, cases[i].is_temporary);
        assert_true(span_is_empty(table->option_list));
    }
    const Statement *empty = parse_one("CREATE TABLE t (a INT) WITH () AS WITH c AS (SELECT 1) SELECT * FROM c");
    assert_span(empty->table->option_list, "()");
    assert_int_equal(empty->table->option_count, 0);
    assert_span(empty->query, "WITH c AS (SELECT 1) SELECT * FROM c");
}

/* Reserved words as column names, lists that are empty or hold a comment only: people's scripts have them. */
static void test_lenient(void **state) {
    (void)state;
    static const struct {
        const char *text;
        unsigned columns;
    } cases[] = {
        {"CREATE TABLE t (value INT, user STRING, date DATE, offset BIGINT, partition INT, comment STRING, hash INT)",
         7},
        {"CREATE TABLE t ()", 0},
        {"CREATE TABLE t ( -- to come\n)", 0},
        {"CREATE TABLE t (type INT, name INT, key INT, data INT, version INT, metadata INT, status INT)", 7},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(parse_one(cases[i].text)->table->column_count, cases[i].columns);
    }
}

static void test_inserts(void **state) {
    (void)state;
    const Statement *one =
        parse_one("INSERT INTO a.t /*+ OPTIONS('k'='v') */ PARTITION (p='1', q=2) (x, y) SELECT * FROM s");
    assert_int_equal(one->insert_count, 1);
    assert_span(one->inserts[0].target, "a.t");
    assert_span(one->inserts[0].columns, "(x, y)");
    assert_span(one->inserts[0].query, "SELECT * FROM s");
    const Statement *set =
        parse_one("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT OVERWRITE b VALUES (1); END");
    assert_int_equal(set->insert_count, 2);
    assert_span(set->inserts[0].span, "INSERT INTO a SELECT 1");
    assert_span(set->inserts[1].span, "INSERT OVERWRITE b VALUES (1)");
    assert_span(set->inserts[1].target, "b");
}

static void assert_marks_sorted(const char *text) {
    const Script *script = parse(text);
    for (size_t i = 0; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        for (uint32_t j = 0; j < statement->mark_count; j++) {
            const Mark *mark = &statement->marks[j];
            assert_true(mark->start >= statement->span.start && mark->start <= statement->span.end);
            assert_true(j == 0 || statement->marks[j - 1].start <= mark->start);
        }
    }
}

static void test_marks_are_sorted(void **state) {
    (void)state;
    assert_marks_sorted(
        "CREATE TABLE t (a INT, b AS a + (1), WATERMARK FOR a AS a, PRIMARY KEY (a) NOT ENFORCED) COMMENT 'c' "
        "DISTRIBUTED BY (a) INTO 3 BUCKETS PARTITIONED BY (a) WITH ('a'='b') LIKE s (EXCLUDING OPTIONS)");
    assert_marks_sorted("CREATE MATERIALIZED TABLE t WITH ('a'='b') FRESHNESS = INTERVAL '1' MINUTE AS SELECT 1; "
                        "INSERT INTO t SELECT 1");
    assert_marks_sorted("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END");
    assert_marks_sorted("ALTER TABLE t ADD PARTITION (a='1') WITH ('k'='v') PARTITION (a='2') WITH ('k'='v')");
}

static void test_freezing(void **state) {
    (void)state;
    const Script *script = parse("SELECT 1;\n-- smtpatch: skip\nSELECT 2;\nSELECT 3;\n-- smtpatch: off\nSELECT 4; "
                                 "SELECT 5;\n/* smtpatch: on */\n"
                                 "SELECT 6;\nSELECT /* smtpatch: off */ 7; -- smtpatch: on\nSELECT 8 -- smtpatch: "
                                 "off\n; -- smtpatch: on\nSELECT 9");
    static const bool frozen[] = {false, true, false, true, true, false, true, true, false};
    assert_int_equal(script->statement_count, COUNT_OF(frozen));
    for (size_t i = 0; i < COUNT_OF(frozen); i++) {
        assert_int_equal(script->statements[i].is_frozen, frozen[i]);
    }
    assert_int_equal(parse("-- smtpatch: of\nSELECT 1")->pragma_count, 0);
    assert_int_equal(findings.list.count, 1);
    assert_int_equal(findings.worst, SEVERITY_WARNING);
}

/* ---- errors ---- */

/* All that is said, a line each: place and message. */
static Str errors_of(const char *text) {
    parse(text);
    Buffer out = {0};
    for (size_t i = 0; i < findings.list.count; i++) {
        const Finding *finding = &findings.list.items[i];
        Place place = source_place(&source, finding->span.start);
        buffer_format(&out, "%s%zu:%zu: %.*s", i > 0 ? "\n" : "", place.line, place.column, (int)finding->message.size,
                      finding->message.data);
    }
    return buffer_take(&out, &arena);
}

static void test_errors(void **state) {
    (void)state;
    static const struct {
        const char *text, *errors;
    } cases[] = {
        {"CREATE TABLE t (a INT,);", "1:23: expected a column name, but found )"},
        {"CREATE TABLE t (a INT) WITH ('a' = 'b' 'c' = 'd')", "1:40: expected ',' before this option"},
        {"CREATE TABLE t (a INT) WITH ('a' == 'b')", "1:35: expected a string, but found ="},
        {"CREATE TABLE t (a INT) WITH ('a' = b)", "1:36: expected a string, but found b"},
        {"CREATE TABLE t (a INT) WITH ('a')", "1:33: expected '=', but found )"},
        {"CREATE TABLE t (\n a INT\n", "3:1: expected ')' to close '(' at line 1, but found the end of the file"},
        {"CREATE TABLE t (a INT) WITH (\n'a'='b'\n;", "3:1: expected ')' to close '(' at line 1, but found ;"},
        {"SELECT 'abc", "1:8: this string is not closed"},
        {"SELECT `a\n;", "1:8: this quoted name is not closed on its line"},
        {"SELECT 1 /* c", "1:10: this comment is not closed"},
        {"/***/ SELECT 1", "1:1: this comment is not closed"},
        {"SELECT 1);", "1:9: this ')' closes nothing"},
        {"SELECT (1;", "1:10: expected ')' to close '(' at line 1, but found ;"},
        {"SELECT 1\nCREATE TABLE t (a INT)", "2:1: expected ';' before CREATE"},
        {"SELECT 1; \xEF\xBB\xBFSELECT 2", "1:11: a byte order mark (U+FEFF) stands here, not at the file's start"},
        {"\n\xEF\xBB\xBF\xBFSELECT 2", "2:1: a byte order mark (U+FEFF) stands here, not at the file's start"},
        /* places behind wide characters */
        {"CREATE TABLE \xE8\xAE\xA2\xE5\x8D\x95 (a INT,)", "1:26: expected a column name, but found )"},
        /* all of a file's errors, and what stands between them is taken */
        {"CREATE TABLE t (a INT,);\nSELECT 1;\nCREATE TABLE u (b INT,);\nSELECT );",
         "1:23: expected a column name, but found )\n3:23: expected a column name, but found )\n4:8: this ')' closes "
         "nothing"},
        {"SELECT 1\nCREATE TABLE t (a INT,);\nSELECT 2",
         "2:1: expected ';' before CREATE\n2:23: expected a column name, but found )"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str errors = errors_of(cases[i].text);
        if (!str_equal(errors, str_of(cases[i].errors))) {
            fail_msg("%s\nsays\n%s\nshould say\n%s", cases[i].text, errors.data, cases[i].errors);
        }
        assert_int_equal(findings.worst, SEVERITY_TROUBLE);
    }
}

static void test_good_statements_stay(void **state) {
    (void)state;
    const Script *script = parse("SELECT 1; CREATE TABLE t (a INT,); SELECT 2; SELECT ); SELECT 3");
    static const char *const texts[] = {"SELECT 1", "SELECT 2", "SELECT 3"};
    assert_int_equal(script->statement_count, COUNT_OF(texts));
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        assert_span(script->statements[i].span, texts[i]);
    }
}

static void test_starrocks(void **state) {
    (void)state;
    parse("CREATE TABLE IF NOT EXISTS `d`.`t` (`a` INT) ENGINE=olap PRIMARY KEY(`a`) PROPERTIES (\"replication_num\" = "
          "\"3\");\n"
          "CREATE TABLE u (a INT) ENGINE=olap;");
    assert_int_equal(findings.list.count, 1);
    assert_true(str_has_prefix(findings.list.items[0].message, STR("this is StarRocks DDL, not Flink SQL")));
}

/* ---- how a finding looks ---- */

static void test_report(void **state) {
    (void)state;
    static const struct {
        const char *text, *report;
    } cases[] = {
        {"CREATE TABLE t (a INT,);",
         "test.sql:1:23: error: expected a column name, but found )\n"
         "    1 | CREATE TABLE t (a INT,);\n"
         "      |                       ^ Flink takes no comma after the last one of a list\n"},
        {"\tSELECT \xE8\xAE\xA2 e\xCC\x81 'abc", "test.sql:1:14: error: this string is not closed\n"
                                                 "    1 |  SELECT \xE8\xAE\xA2 e\xCC\x81 'abc\n"
                                                 "      |              ^~~~ expected a ' further on\n"},
        {"create table t (a int) with ('password' = 'geheim' 'x'='y')",
         "test.sql:1:52: error: expected ',' before this option\n"
         "    1 | create table t (a int) with ('password' = '******' 'x'='y')\n"
         "      |                                                    ^~~ the option before it has no comma behind "
         "it\n"},
    };
    const ReportStyle style = {.least = SEVERITY_INFO};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Buffer out = {0};
        parse(cases[i].text);
        report_findings(&findings, &style, &arena, &out);
        assert_text(buffer_take(&out, &arena), cases[i].report);
    }
}

/* Deep nesting takes memory, not the stack, and no more time than its size. */
static void test_deep_nesting(void **state) {
    (void)state;
    enum { DEPTH = 100000 };
    Buffer text = {0};
    buffer_add(&text, STR("CREATE TABLE t (a "));
    for (size_t i = 0; i < DEPTH; i++) {
        buffer_add(&text, STR("ARRAY<"));
    }
    buffer_add(&text, STR("INT"));
    buffer_add_repeated(&text, '>', DEPTH);
    buffer_add(&text, STR(", b AS "));
    buffer_add_repeated(&text, '(', DEPTH);
    buffer_add_char(&text, '1');
    buffer_add_repeated(&text, ')', DEPTH);
    buffer_add_char(&text, ')');
    Str whole = buffer_take(&text, &arena);
    parse_one(whole.data);
    buffer_add_repeated(&text, '(', DEPTH);
    parse(buffer_take(&text, &arena).data);
    assert_int_equal(findings.list.count, 1);
}

/* ---- elements that the grammar need not see ---- */

/* What may stand behind a column's name. */
static const char *const tails[] = {
    "INT",
    "INT NOT NULL",
    "DECIMAL(10, 2) NULL",
    "VARCHAR(255) COMMENT 'a, b'",
    "ROW<x INT, y STRING NOT NULL>",
    "MAP<STRING, ARRAY<INT>>",
    "TIMESTAMP(3) METADATA FROM 'op_ts' VIRTUAL",
    "STRING METADATA VIRTUAL",
    "INT PRIMARY KEY NOT ENFORCED",
    "AS UPPER(a) || ','",
    "AS CASE WHEN a THEN 1 ELSE 2 END",
    ".b INT", /* the name has two parts */
};

/* Every tail three times, in turn: later ones can be taken without the grammar where a line ends behind the comma. */
static Str columns_script(const char *between) {
    Buffer text = {0};
    buffer_add(&text, STR("CREATE TABLE t (\n"));
    for (size_t i = 0; i < 3 * COUNT_OF(tails); i++) {
        const char *tail = tails[i % COUNT_OF(tails)];
        buffer_format(&text, "%s`name%zu`%s%s", i == 0 ? "" : between, i, *tail == '.' ? "" : " ", tail);
    }
    buffer_add(&text, STR(") WITH ('a' = 'b'"));
    for (size_t i = 0; i < 5; i++) {
        buffer_format(&text, "%s'k%zu' = 'v''%zu'", between, i, i);
    }
    buffer_add(&text, STR(");"));
    return buffer_take(&text, &arena);
}

/* With a source of its own. */
static const Script *parse_apart(Str text) {
    Source *own = arena_new(&arena, Source);
    findings = (Findings){.arena = &arena};
    *own = source_in(&arena, text);
    const Script *script = parse_script(own, PARSE_ALL, NULL, &arena, &findings);
    assert_int_equal(findings.list.count, 0);
    return script;
}

static void assert_same_columns(const Script *one, const Script *other) {
    const TableDefinition *a = one->statements[0].table, *b = other->statements[0].table;
    assert_int_equal(a->column_count, 3 * COUNT_OF(tails));
    assert_int_equal(b->column_count, a->column_count);
    for (uint32_t i = 0; i < a->column_count; i++) {
        const Column *x = &a->columns[i], *y = &b->columns[i];
        assert_true(x->kind == y->kind && x->is_virtual == y->is_virtual && x->is_primary_key == y->is_primary_key);
        assert_str(source_slice(one->source, x->name), source_slice(other->source, y->name));
        assert_str(source_slice(one->source, x->content), source_slice(other->source, y->content));
        assert_str(source_slice(one->source, x->metadata_key), source_slice(other->source, y->metadata_key));
    }
}

static void assert_same_options_and_marks(const Script *one, const Script *other) {
    const Statement *a = &one->statements[0], *b = &other->statements[0];
    assert_int_equal(a->table->option_count, 6);
    assert_int_equal(b->table->option_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_str(source_slice(one->source, a->table->options[i].key),
                   source_slice(other->source, b->table->options[i].key));
        assert_str(source_slice(one->source, a->table->options[i].value),
                   source_slice(other->source, b->table->options[i].value));
    }
    assert_int_equal(a->mark_count, b->mark_count);
    for (uint32_t i = 0; i < a->mark_count; i++) {
        assert_int_equal(a->marks[i].kind, b->marks[i].kind);
        assert_str(source_slice(one->source, (Span){a->marks[i].start, a->marks[i].end}),
                   source_slice(other->source, (Span){b->marks[i].start, b->marks[i].end}));
    }
}

static void test_elements_read_as_before(void **state) {
    (void)state;
    const Script *plain = parse_apart(columns_script(", /* a comment keeps the grammar in */ "));
    static const char *const ways[] = {",\n", ",\r\n  ", ",\n\t"};
    for (size_t i = 0; i < COUNT_OF(ways); i++) {
        const Script *quick = parse_apart(columns_script(ways[i]));
        assert_same_columns(plain, quick);
        assert_same_options_and_marks(plain, quick);
    }
}

/* What is known of the columns of the table before is taken for those of this one only when they are the same. */
static void test_summaries(void **state) {
    (void)state;
    static const struct {
        const char *columns;
        unsigned kinds;
        bool has_key, has_unquoted, may_hold_real;
    } tables[] = {
        {"(`a` INT)", 1U << COLUMN_PHYSICAL, false, false, false},
        {"(`a` INT METADATA)", 1U << COLUMN_METADATA, false, false, false},
        {"(`a` INT METADATA)", 1U << COLUMN_METADATA, false, false, false},
        {"(`a` INT PRIMARY KEY NOT ENFORCED)", 1U << COLUMN_PHYSICAL, true, false, false},
        {"(`a` INT)", 1U << COLUMN_PHYSICAL, false, false, false},
        {"(a INT)", 1U << COLUMN_PHYSICAL, false, true, false},
        {"(a ROW<b REAL>)", 1U << COLUMN_PHYSICAL, false, true, true},
        {"(`a` INT, PRIMARY KEY (`a`) NOT ENFORCED)", 1U << COLUMN_PHYSICAL | 1U << COLUMN_PRIMARY_KEY, true, false,
         false},
        {"(`a` INT, WATERMARK FOR a AS a)", 1U << COLUMN_PHYSICAL | 1U << COLUMN_WATERMARK, false, false, false},
        {"", 0, false, false, false},
    };
    Buffer text = {0};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        buffer_format(&text, "CREATE TABLE t%zu %s WITH ('connector' = 'print');\n", i, tables[i].columns);
    }
    const Script *parsed = parse(buffer_take(&text, &arena).data);
    assert_int_equal(parsed->statement_count, COUNT_OF(tables));
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        const ColumnSummary *summary = &parsed->statements[i].table->summary;
        assert_int_equal(summary->kinds, tables[i].kinds);
        assert_int_equal(summary->physical_count, (tables[i].kinds & 1U << COLUMN_PHYSICAL) != 0);
        assert_int_equal(summary->has_primary_key, tables[i].has_key);
        assert_int_equal(summary->has_unquoted, tables[i].has_unquoted);
        assert_int_equal(summary->may_hold_real, tables[i].may_hold_real);
    }
    assert_true(parsed->statements[1].table->summary.hash == parsed->statements[2].table->summary.hash);
    assert_true(parsed->statements[0].table->summary.hash != parsed->statements[5].table->summary.hash);
}

static void test_columns_read_again(void **state) {
    (void)state;
    static const char text[] =
        "SET 'a' = 'b'; CREATE TABLE `t` (`a` INT, `b` STRING METADATA FROM 'k' VIRTUAL, /* é */ c AS a + 1,\n"
        "  CONSTRAINT p PRIMARY KEY (`a`) NOT ENFORCED, WATERMARK FOR d AS d) WITH ('connector' = 'print');\n"
        "CREATE TABLE u (`a` REAL) LIKE t; CREATE TABLE v (a, b) AS SELECT 1, 2";
    const Script *parsed = parse(text);
    assert_int_equal(parsed->statement_count, 4);
    for (size_t i = 1; i < parsed->statement_count; i++) {
        assert_true(columns_are_read_again(parsed->source, &parsed->statements[i], &arena));
    }
    parsed = parse("`\n;CREATE TABLE t (PRIMARY KEY (a) NOT ENFORCED)"); /* no name is at the script's start */
    assert_int_equal(parsed->statement_count, 1);
    assert_true(columns_are_read_again(parsed->source, &parsed->statements[0], &arena));
}

/* Only those that checks mostly look at. */
static void test_columns_of_summaries(void **state) {
    (void)state;
    static const struct {
        const char *columns;
        bool are_kept;
    } tables[] = {{"`a` INT, `b` STRING NOT NULL, PRIMARY KEY (`a`) NOT ENFORCED", false},
                  {"`a` INT, b INT", true},
                  {"`a` REAL", true},
                  {"`a` INT METADATA", true},
                  {"`a` AS 1", true}};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        Buffer text = {0};
        buffer_format(&text, "CREATE TABLE t (%s) WITH ('connector' = 'print');", tables[i].columns);
        source = source_of(STR("in.sql"), buffer_take(&text, &arena), &arena);
        findings = (Findings){.arena = &arena};
        const Script *short_one = parse_script(&source, PARSE_SUMMARIES, NULL, &arena, &findings);
        const Script *whole_one = parse_script(&source, PARSE_ALL, NULL, &arena, &findings);
        const TableDefinition *some = short_one->statements[0].table, *all = whole_one->statements[0].table;
        assert_int_equal(some->columns != NULL, tables[i].are_kept);
        assert_int_equal(some->column_count, all->column_count);
        assert_true(is_same_summary(&some->summary, &all->summary));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_kinds),   arena_test(test_statement_spans), arena_test(test_table),
        arena_test(test_summaries), arena_test(test_columns_read_again), arena_test(test_columns_of_summaries),
        arena_test(test_clauses), arena_test(test_lenient),         arena_test(test_inserts),
        arena_test(test_marks_are_sorted), arena_test(test_freezing), arena_test(test_errors),
        arena_test(test_good_statements_stay), arena_test(test_starrocks), arena_test(test_report),
        arena_test(test_deep_nesting), arena_test(test_elements_read_as_before),
    };
    return run_all(tests);
}
