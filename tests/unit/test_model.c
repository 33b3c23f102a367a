/* What a script means: names, the tables that queries read, who reads and writes a table. */
#include "helpers.h"

#include "model/query.h"

/* ---- names ---- */

static void test_identifiers(void **state) {
    (void)state;
    static const struct {
        const char *text, *value;
    } cases[] = {{"a", "a"}, {"`a`", "a"}, {"`a``b`", "a`b"}, {"````", "`"}, {"`a.b`", "a.b"}, {"Ab", "Ab"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str text = str_of(cases[i].text);
        assert_text(identifier_value(text, (Span){0, (uint32_t)text.size}, &arena), cases[i].value);
    }
}

static void test_table_names(void **state) {
    (void)state;
    static const struct {
        const char *path, *catalog, *database, *table;
    } cases[] = {
        {"t", "c", "d", "t"},           {"e.t", "c", "e", "t"},       {"f.e.t", "f", "e", "t"},
        {"g.f.e.t", "f", "e", "t"},     {"`a.b`.`t`", "c", "a.b", "t"}, {"f /* x.y */ . e\n.t", "f", "e", "t"},
    };
    const TableName current = {.catalog = STR("c"), .database = STR("d")};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str text = arena_copy(&arena, str_of(cases[i].path));
        TableName name = table_name(text, (Span){0, (uint32_t)text.size}, &current, &arena);
        assert_text(name.catalog, cases[i].catalog);
        assert_text(name.database, cases[i].database);
        assert_text(name.table, cases[i].table);
        TableName same = {str_of(cases[i].catalog), str_of(cases[i].database), str_of(cases[i].table)};
        assert_true(table_name_equal(&name, &same));
        assert_int_equal(table_name_hash(&name), table_name_hash(&same));
        same.table = STR("T");
        assert_false(table_name_equal(&name, &same));
    }
}

/* ---- queries ---- */

static void test_query_tables(void **state) {
    (void)state;
    static const struct {
        const char *query, *tables;
    } cases[] = {
        {"SELECT 1", ""},
        {"SELECT * FROM a", "a"},
        {"select x from `a`.b . c as y where z = 1", "`a`.b . c"},
        {"SELECT * FROM a, b c, d AS e", "a b d"},
        {"SELECT a, b FROM c GROUP BY a, b ORDER BY a, b", "c"},
        {"SELECT * FROM a JOIN b ON a.x = b.x LEFT OUTER JOIN c USING (x) CROSS JOIN d", "a b c d"},
        {"SELECT * FROM (SELECT * FROM a) b, c", "a c"},
        {"SELECT * FROM ((a JOIN b ON TRUE) JOIN c ON TRUE)", "a b c"},
        {"SELECT (SELECT MAX(x) FROM a) FROM b WHERE x IN (SELECT y FROM c) AND EXISTS (SELECT 1 FROM d)", "a b c d"},
        {"SELECT * FROM a UNION ALL SELECT * FROM b EXCEPT (SELECT * FROM c)", "a b c"},
        {"WITH c AS (SELECT * FROM a), d AS (SELECT * FROM c) SELECT * FROM c, d, b", "a b"},
        {"WITH c (x, y) AS (SELECT * FROM a) SELECT * FROM c", "a"},
        {"SELECT EXTRACT(DAY FROM x) FROM a", "a"},
        {"SELECT TRIM(BOTH ' ' FROM x), SUBSTRING(x FROM 2 FOR 3), POSITION('a' IN x) FROM a", "a"},
        {"SELECT OVERLAY(x PLACING y FROM 2) FROM a", "a"},
        {"SELECT * FROM a WHERE x IS DISTINCT FROM y AND x IS NOT DISTINCT FROM z", "a"},
        {"SELECT * FROM TABLE(TUMBLE(TABLE a, DESCRIPTOR(ts), INTERVAL '1' MINUTE))", "a"},
        {"SELECT * FROM TUMBLE(TABLE a.b, DESCRIPTOR(ts), INTERVAL '1' MINUTE) AS w, c", "a.b c"},
        {"SELECT * FROM a, LATERAL TABLE(f(a.x)) AS t(y), b", "a b"},
        {"SELECT * FROM a CROSS JOIN UNNEST(a.tags) AS t (tag)", "a"},
        {"SELECT * FROM a, UNNEST(a.tags) AS t (tag), b", "a b"},
        {"SELECT * FROM a JOIN b FOR SYSTEM_TIME AS OF a.ts AS r ON a.x = r.x", "a b"},
        {"SELECT * FROM a /*+ OPTIONS('k'='v') */, b", "a b"},
        {"SELECT x, ROW_NUMBER() OVER (PARTITION BY y ORDER BY z) FROM a", "a"},
        {"SELECT SUM(x) OVER w FROM a WINDOW w AS (PARTITION BY y)", "a"},
        {"SELECT * FROM (VALUES (1, 2)) AS t (x, y), a", "a"},
        {"VALUES (1, 2), (3, 4)", ""},
        {"SELECT * FROM a MATCH_RECOGNIZE (PARTITION BY x ORDER BY ts MEASURES A.y AS z PATTERN (A B) DEFINE A AS A.x "
         "> 1) AS m",
         "a"},
        {"SELECT 'FROM x' FROM a -- FROM y\n /* , z */", "a"},
        {"TABLE a", "a"},
        {"SELECT CAST(x AS ROW<a INT, b INT>) FROM a", "a"},
        {"SELECT COUNT(DISTINCT x), y FROM a", "a"},
        {"SELECT DISTINCT x FROM a", "a"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str text = arena_copy(&arena, str_of(cases[i].query));
        Spans spans = {0};
        Buffer out = {0};
        query_tables(text, (Span){0, (uint32_t)text.size}, &arena, &spans);
        for (size_t j = 0; j < spans.count; j++) {
            buffer_add(&out, j > 0 ? STR(" ") : STR(""));
            buffer_add(&out, (Str){text.data + spans.items[j].start, spans.items[j].end - spans.items[j].start});
        }
        Str tables = buffer_take(&out, &arena);
        if (!str_equal(tables, str_of(cases[i].tables))) {
            print_error("%s\nreads     <%s>\nshould be <%s>\n", text.data, tables.data, cases[i].tables);
            fail();
        }
    }
}

/* ---- the model ---- */

/* Each table as catalog.database.table:roles<like, where roles are r (is read) and w (is written). */
static Str model_of(const char *text) {
    Findings findings = {.arena = &arena};
    Source *source = arena_new(&arena, Source);
    *source = source_in(&arena, str_of(text));
    Model *model = model_build(parse_script(source, PARSE_ALL, NULL, &arena, &findings), &arena);
    Buffer out = {0};
    assert_int_equal(findings.list.count, 0);
    for (size_t i = 0; i < model->table_count; i++) {
        const Table *table = &model->tables[i];
        buffer_add(&out, i > 0 ? STR(" ") : STR(""));
        buffer_add(&out, table->name.catalog);
        buffer_add_char(&out, '.');
        buffer_add(&out, table->name.database);
        buffer_add_char(&out, '.');
        buffer_add(&out, table->name.table);
        buffer_format(&out, ":%s%s", table->roles & ROLE_SOURCE ? "r" : "", table->roles & ROLE_SINK ? "w" : "");
        if (table->like != NULL) {
            buffer_format(&out, "<%zu", (size_t)(table->like - model->tables));
        }
    }
    return buffer_take(&out, &arena);
}

static void test_models(void **state) {
    (void)state;
#define D "default_catalog.default_database."
    static const struct {
        const char *text, *model;
    } cases[] = {
        {"CREATE TABLE a (x INT)", D "a:"},
        {"CREATE TABLE a (x INT); CREATE TABLE b (x INT); INSERT INTO b SELECT * FROM a", D "a:r " D "b:w"},
        {"CREATE TABLE a (x INT); CREATE TABLE IF NOT EXISTS a (x INT); INSERT INTO b SELECT * FROM a",
         D "a:r " D "a:"},
        {"CREATE TABLE IF NOT EXISTS a (x INT); CREATE OR REPLACE TABLE a (x INT); INSERT INTO b SELECT * FROM a",
         D "a: " D "a:r"},
        {"INSERT INTO b SELECT * FROM a; CREATE TABLE a (x INT); CREATE TABLE IF NOT EXISTS a (x INT)",
         D "a:r " D "a:"},
        {"INSERT INTO b SELECT * FROM a; CREATE TABLE a (x INT); CREATE TABLE b (x INT)", D "a:r " D "b:w"},
        {"CREATE TABLE a (x INT); INSERT INTO a SELECT * FROM a", D "a:rw"},
        {"CREATE TABLE a (x INT); CREATE VIEW v AS SELECT * FROM a", D "a:r"},
        {"CREATE TABLE a (x INT); CREATE TABLE b AS SELECT * FROM a", D "a:r " D "b:w"},
        {"CREATE TABLE a (x INT); CREATE TABLE b (x INT); EXECUTE STATEMENT SET BEGIN INSERT INTO b SELECT * FROM a; "
         "INSERT INTO b SELECT 1; END",
         D "a:r " D "b:w"},
        {"CREATE TABLE a (x INT); BEGIN STATEMENT SET; INSERT INTO a VALUES (1); END;", D "a:w"},
        {"CREATE TABLE a (x INT); SELECT * FROM a", D "a:r"},
        {"CREATE TABLE a (x INT); SELECT * FROM A", D "a:"},
        {"CREATE TABLE a (x INT); CREATE TABLE d2.a (x INT); SELECT * FROM d2.a", D "a: default_catalog.d2.a:r"},
        {"USE d2; CREATE TABLE a (x INT); USE CATALOG c; CREATE TABLE d.b (x INT); USE c3.d3; CREATE TABLE e (x INT)",
         "default_catalog.d2.a: c.d.b: c3.d3.e:"},
        {"CREATE TABLE c.d.a (x INT); USE CATALOG c; SELECT * FROM d.a; USE d; INSERT INTO a SELECT 1", "c.d.a:rw"},
        {"CREATE TABLE a (x INT); CREATE TABLE b LIKE a; CREATE TABLE c LIKE b (EXCLUDING OPTIONS); CREATE TABLE d "
         "LIKE b",
         D "a: " D "b:<0 " D "c: " D "d:<1"},
        {"CREATE TABLE b LIKE a; CREATE TABLE a (x INT)", D "b: " D "a:"},
        {"CREATE TABLE a LIKE a", D "a:"},
        {"CREATE TABLE a (x INT); DROP TABLE a; CREATE TABLE a LIKE a", D "a: " D "a:<0"},
        {"CREATE TABLE a (x INT); INSERT INTO a VALUES (1); DROP TABLE a; CREATE TABLE a (y INT); SELECT * FROM a",
         D "a:w " D "a:r"},
        {"CREATE TABLE a (x INT); CREATE TABLE b (x INT); CREATE TABLE a (x INT); CREATE TABLE a (x INT); SELECT * FROM b; "
         "SELECT * FROM a",
         D "a: " D "b:r " D "a: " D "a:r"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str model = model_of(cases[i].text);
        if (!str_equal(model, str_of(cases[i].model))) {
            print_error("%s\nis        <%s>\nshould be <%s>\n", cases[i].text, model.data, cases[i].model);
            fail();
        }
    }
}

/* A chain of LIKE is followed so far and no further, and many tables take no more than their share of time. */
static void test_long_scripts(void **state) {
    (void)state;
    enum { TABLES = 20000 };
    Buffer text = {0};
    buffer_add(&text, STR("CREATE TABLE t0 (a INT);"));
    for (size_t i = 1; i < TABLES; i++) {
        buffer_format(&text, "CREATE TABLE t%zu LIKE t%zu;SELECT * FROM t%zu;", i, i - 1, i);
    }
    Findings findings = {.arena = &arena};
    Source source = source_in(&arena, buffer_take(&text, &arena));
    Model *model = model_build(parse_script(&source, PARSE_ALL, NULL, &arena, &findings), &arena);
    assert_int_equal(model->table_count, TABLES);
    for (size_t i = 0; i < TABLES; i++) {
        assert_true(model->tables[i].like_depth <= LIKE_DEPTH_MAX);
        assert_int_equal(model->tables[i].roles, i > 0 ? ROLE_SOURCE : 0);
        const Table *like = i > 0 && i <= LIKE_DEPTH_MAX ? &model->tables[i - 1] : NULL;
        assert_true(i > LIKE_DEPTH_MAX || model->tables[i].like == like);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_identifiers), arena_test(test_table_names), arena_test(test_query_tables),
        arena_test(test_models),      arena_test(test_long_scripts),
    };
    return run_all(tests);
}
