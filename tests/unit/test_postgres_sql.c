/* SQL for PostgreSQL: what its parser says, what a statement reads and writes, and where in a Flink literal a byte of
 * it stands. */
#include "helpers.h"

#include <pthread.h>

#include "postgres/sql.h"

static void assert_tables(const SqlTable *tables, size_t count, const char *expected) {
    Str text = STR("");
    for (size_t i = 0; i < count; i++) {
        text = arena_format(&arena, "%.*s%s%.*s%s%.*s", (int)text.size, text.data, i > 0 ? " " : "",
                            (int)tables[i].schema.size, tables[i].schema.data, tables[i].schema.size > 0 ? "." : "",
                            (int)tables[i].table.size, tables[i].table.data);
    }
    assert_text(text, expected);
}

static void assert_statement(const char *text, SqlKind kind, const char *reads, const char *writes) {
    Sql sql = sql_parse(str_of(text), &arena);
    assert_text(sql.problem, "");
    assert_int_equal(sql.statements.count, 1);
    const SqlStatement *statement = &sql.statements.items[0];
    assert_int_equal(statement->kind, kind);
    assert_tables(statement->reads.items, statement->reads.count, reads);
    assert_tables(statement->writes.items, statement->writes.count, writes);
}

static void test_statements(void **state) {
    (void)state;
    assert_statement("SELECT 1", SQL_SELECT, "", "");
    assert_statement("SELECT * FROM A.b, \"C\" JOIN d ON true", SQL_SELECT, "a.b C d", "");
    assert_statement("SELECT (SELECT max(x) FROM e) FROM f WHERE x IN (TABLE g)", SQL_SELECT, "e f g", "");
    assert_statement("SELECT * FROM a UNION ALL SELECT * FROM s.b FOR UPDATE", SQL_SELECT, "a s.b", "");
    assert_statement("SELECT * FROM a x FOR UPDATE OF x", SQL_SELECT, "a", "");
    assert_statement("SELECT 1 INTO s.t", SQL_SELECT, "", "s.t");
    assert_statement("WITH w AS (SELECT * FROM a) SELECT * FROM w, p.w", SQL_SELECT, "p.w a", "");
    assert_statement("INSERT INTO s.t SELECT * FROM u ON CONFLICT DO NOTHING", SQL_INSERT, "u", "s.t");
    assert_statement("UPDATE t SET x = 1 FROM u WHERE t.i = u.i", SQL_UPDATE, "u", "t");
    assert_statement("DELETE FROM ONLY t USING u", SQL_DELETE, "u", "t");
    assert_statement("MERGE INTO t USING u ON t.i = u.i WHEN MATCHED THEN DELETE", SQL_MERGE, "u", "t");
    assert_statement("WITH w AS (UPDATE t SET x = 1 RETURNING 1) SELECT * FROM w", SQL_SELECT, "", "t");
    assert_statement("CALL s.p(1)", SQL_CALL, "", "");
    assert_statement("VACUUM", SQL_OTHER, "", "");
}

static void test_functions(void **state) {
    (void)state;
    assert_true(sql_parse(STR("SELECT f()"), &arena).statements.items[0].calls_function);
    assert_true(sql_parse(STR("SELECT * FROM f()"), &arena).statements.items[0].calls_function);
    assert_false(sql_parse(STR("SELECT 1 + 1 FROM t"), &arena).statements.items[0].calls_function);
}

static void test_places_of_statements(void **state) {
    (void)state;
    Str text = STR(" SELECT 'é;'  ;\n DELETE FROM t -- x\n;");
    Sql sql = sql_parse(text, &arena);
    assert_int_equal(sql.statements.count, 2);
    Span first = sql.statements.items[0].place, second = sql.statements.items[1].place;
    assert_true(str_has_prefix(str_from(text, first.start), STR("SELECT")));
    assert_true(str_has_prefix(str_from(text, second.start), STR("DELETE")));
    assert_int_equal(sql_parse(STR(""), &arena).statements.count, 0);
    assert_int_equal(sql_parse(STR(" ;; -- nothing"), &arena).statements.count, 0);
}

static void assert_problem(Str text, const char *problem, const char *place) {
    Sql sql = sql_parse(text, &arena);
    assert_text(sql.problem, problem);
    assert_str((Str){text.data + sql.place.start, sql.place.end - sql.place.start}, str_of(place));
    assert_int_equal(sql.statements.count, 0);
}

static void test_problems(void **state) {
    (void)state;
    assert_problem(STR("SELEKT 1"), "syntax error at or near \"SELEKT\"", "SELEKT");
    assert_problem(STR("SELECT 'é日' FROM WHERE"), "syntax error at or near \"WHERE\"", "WHERE");
    assert_problem(STR("SELECT \"a\" \"b\" \"c\""), "syntax error at or near \"\"c\"\"", "\"c\"");
    assert_problem(STR("SELECT * FROM"), "syntax error at end of input", "");
    assert_problem(STR("SELECT 'x"), "unterminated quoted string at or near \"'x\"", "'x");
    assert_problem(STR("SELECT a.b.c.d.e FROM x.y.z.w"), "improper qualified name (too many dotted names): x.y.z.w",
                   "");
    Sql sql = sql_parse(STR("SELECT 1\0 2"), &arena);
    assert_text(sql.problem, "invalid byte sequence for encoding \"UTF8\": 0x00");
    assert_int_equal(sql.place.start, 8);
}

static Str repeated(const char *head, const char *unit, size_t count) {
    Buffer buffer = {0};
    buffer_add(&buffer, str_of(head));
    for (size_t i = 0; i < count; i++) {
        buffer_add(&buffer, str_of(unit));
    }
    return buffer_take(&buffer, &arena);
}

/* libpg_query writes its tree by recursion: on the usual stack the first of these would end the process. */
static void test_depth(void **state) {
    (void)state;
    static const char *const units[][2] = {{"SELECT 1", "+1"},
                                           {"SELECT * FROM a", " CROSS JOIN a"},
                                           {"SELECT a", "::a"}};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        Sql sql = sql_parse(repeated(units[i][0], units[i][1], 150000), &arena);
        assert_text(sql.problem, "");
        assert_true(sql.is_opaque);
    }
    assert_text(sql_parse(repeated("SELECT ", "(", 100000), &arena).problem, "memory exhausted at or near \"(\"");
    assert_true(sql_parse(repeated("SELECT 1", ", 1", 2000000), &arena).is_opaque);
    Sql wide = sql_parse(repeated("SELECT * FROM t WHERE i IN (1", ", 1", 0), &arena);
    assert_text(wide.problem, "syntax error at end of input");
    assert_int_equal(sql_parse(repeated("SELECT 1", ", 1", 100000), &arena).statements.count, 1);
}

static void test_bytes_that_are_no_utf8(void **state) {
    (void)state;
    Sql sql = sql_parse(STR("SELECT '\xff\xfe' FROM t"), &arena);
    assert_true(sql.is_opaque || sql.problem.size > 0 || sql.statements.count == 1);
}

/* ---- threads */

static void *parse_much(void *context) {
    size_t *right = context;
    Guard own_guard;
    Arena own;
    arena_init(&own, &own_guard);
    for (size_t i = 0; i < 300; i++) {
        Sql good = sql_parse(STR("SELECT * FROM a.b JOIN c ON true"), &own),
            bad = sql_parse(STR("SELECT * FORM a b"), &own);
        *right += good.statements.count == 1 && good.statements.items[0].reads.count == 2 && bad.problem.size > 0;
    }
    arena_free(&own);
    return NULL;
}

static void test_threads(void **state) {
    (void)state;
    pthread_t threads[8];
    size_t right[COUNT_OF(threads)] = {0};
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, parse_much, &right[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(right[i], 300);
    }
}

/* ---- literal_offset() */

/* For each byte of the literal's value, what stands at its place in the text. */
static void assert_places(const char *literal, const char *expected) {
    Str text = arena_copy(&arena, str_of(literal));
    Span span = {0, (uint32_t)text.size};
    Str value = literal_value(text, span, &arena), found = STR("");
    for (size_t i = 0; i <= value.size; i++) {
        uint32_t offset = literal_offset(text, span, i);
        found = arena_format(&arena, "%.*s%c", (int)found.size, found.data, text.data[offset]);
    }
    assert_text(found, expected);
}

static void test_literal_offset(void **state) {
    (void)state;
    assert_places("'abc'", "abc'");
    assert_places("''", "'");
    assert_places("'a''b'", "a'b'");
    assert_places("'ab' \n -- it's\n 'cd'", "abcd'");
    assert_places("'ab' '' 'c'", "abc'");
    assert_places("E'a\\nb\\'c\\x41d'", "a\\b\\c\\d'");
    assert_places("U&'a\\00e9b\\\\c'", "a\\\\b\\c'");
    assert_places("U&'a!00e9b''c' UESCAPE '!'", "a!!b'c'");
    assert_places("N'ab'", "ab'");
    assert_places("_utf8'ab'", "ab'");
    Str text = STR("'abc'");
    assert_int_equal(literal_offset(text, (Span){0, 5}, 99), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_statements), arena_test(test_functions), arena_test(test_places_of_statements),
        arena_test(test_problems),   arena_test(test_depth),     arena_test(test_bytes_that_are_no_utf8),
        arena_test(test_threads),    arena_test(test_literal_offset),
    };
    return run_all(tests);
}
