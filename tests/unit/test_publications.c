/* Scripts of PostgreSQL: how they are cut, and which publications they leave behind. */
#include "helpers.h"

#include "postgres/publications.h"
#include "postgres/quote.h"
#include "postgres/script.h"

typedef struct Read {
    Publications publications;
    Source source;
    Findings findings;
} Read;

static void read_more(Read *read, const char *name, const char *text) {
    read->publications.arena = read->findings.arena = &arena;
    read->source = source_of(str_of(name), arena_copy(&arena, str_of(text)), &arena);
    publications_read(&read->publications, &read->source, &read->findings);
}

static Str joined(Str left, const char *between, Str right) {
    return arena_format(&arena, "%.*s%s%.*s", (int)left.size, left.data, left.size > 0 ? between : "", (int)right.size,
                        right.data);
}

static Str describe_table(const PublishedTable *table) {
    Str text = arena_format(&arena, "%s%.*s", table->is_only ? "only " : "", (int)table->full_name.size,
                            table->full_name.data);
    for (size_t i = 0; i < table->column_count; i++) {
        text = joined(text, i == 0 ? "(" : ",", table->columns[i]);
    }
    return joined(text, table->column_count > 0 ? ")" : "", table->has_filter ? STR(" where") : STR(""));
}

/* All publications as one text: name: what it holds */
static Str describe(const Publications *publications) {
    Str text = STR("");
    for (size_t i = 0; i < publications->items.count; i++) {
        const Publication *publication = &publications->items.items[i];
        Str holds = publication->has_all_tables ? STR("all") : STR("");
        for (size_t k = 0; k < publication->tables.count; k++) {
            if (!publication->tables.items[k].is_dropped) {
                holds = joined(holds, " ", describe_table(&publication->tables.items[k]));
            }
        }
        for (size_t k = 0; k < publication->schemas.count; k++) {
            holds = joined(holds, " ",
                           arena_format(&arena, "%.*s.*", (int)publication->schemas.items[k].size,
                                        publication->schemas.items[k].data));
        }
        if (publication->is_via_root) {
            holds = joined(holds, " ", STR("root"));
        }
        if (publication->operations != PUBLISH_ALL) {
            holds = joined(holds, " ", arena_format(&arena, "%u", publication->operations));
        }
        if (!publication->is_dropped) {
            text = joined(text, "; ",
                          arena_format(&arena, "%.*s: %.*s", (int)publication->name.size, publication->name.data,
                                       (int)holds.size, holds.data));
        }
    }
    return text;
}

static void assert_made(const char *script, const char *expected) {
    Read read = {0};
    read_more(&read, "pub.sql", script);
    for (size_t i = 0; i < read.findings.list.count; i++) {
        Str message = read.findings.list.items[i].message;
        fail_msg("%s\n%.*s", script, (int)message.size, message.data);
    }
    assert_text(describe(&read.publications), expected);
}

static void test_create(void **state) {
    (void)state;
    assert_made("", "");
    assert_made("CREATE PUBLICATION p", "p: ");
    assert_made("create publication P for all tables;", "p: all");
    assert_made("CREATE PUBLICATION \"P x\" FOR TABLE A, \"B\".c, ONLY d, ONLY (e), f *;",
                "P x: public.a B.c only public.d only public.e public.f");
    assert_made("CREATE PUBLICATION p FOR TABLE a (x, \"Y\") WHERE (z > 1), TABLE b",
                "p: public.a(x,Y) where public.b");
    assert_made("CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA s, t, CURRENT_SCHEMA, TABLE b;",
                "p: public.a public.b s.* t.* public.*");
    assert_made("CREATE PUBLICATION p FOR TABLE a, a;", "p: public.a");
    assert_made("CREATE PUBLICATION p FOR TABLE U&\"d\\0061ta\", db.s.t;", "p: public.data s.t");
    assert_made("CREATE PUBLICATION p WITH (publish = 'insert, Update', publish_via_partition_root);", "p: root 3");
    assert_made("CREATE PUBLICATION p WITH (publish = insert, publish_via_partition_root = off);", "p: 1");
    assert_made("CREATE PUBLICATION p WITH (publish = '', publish_via_partition_root = 1);", "p: root 0");
    assert_made("CREATE PUBLICATION p WITH (publish_generated_columns = stored);", "p: ");
    assert_made(
        "SET search_path TO \"$user\", sales; CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA CURRENT_SCHEMA;",
        "p: sales.a sales.*");
    assert_made("SET search_path = ''; SET search_path TO DEFAULT; CREATE PUBLICATION p FOR TABLE a;", "p: public.a");
}

static void test_alter(void **state) {
    (void)state;
    assert_made("CREATE PUBLICATION p FOR TABLE a; ALTER PUBLICATION p ADD TABLE b, c, TABLES IN SCHEMA s;",
                "p: public.a public.b public.c s.*");
    assert_made(
        "CREATE PUBLICATION p FOR TABLE a, b; ALTER PUBLICATION p DROP TABLE a; ALTER PUBLICATION p ADD TABLE ONLY a;",
        "p: public.b only public.a");
    assert_made("CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA s; ALTER PUBLICATION p DROP TABLES IN SCHEMA s;",
                "p: public.a");
    assert_made("CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA s; ALTER PUBLICATION p SET TABLE b;",
                "p: public.b");
    assert_made("CREATE PUBLICATION p FOR TABLE a; ALTER PUBLICATION p SET (publish = 'delete');", "p: public.a 4");
    assert_made("CREATE PUBLICATION p; ALTER PUBLICATION p OWNER TO postgres; ALTER PUBLICATION p RENAME TO q; ALTER "
                "PUBLICATION q ADD TABLE a;",
                "q: public.a");
    assert_made("CREATE PUBLICATION p FOR ALL TABLES; DROP PUBLICATION p, nobody; CREATE PUBLICATION p FOR TABLE a;",
                "p: public.a");
    assert_made("CREATE PUBLICATION a; CREATE PUBLICATION b; DROP PUBLICATION IF EXISTS a CASCADE;", "b: ");
}

/* What is no statement about publications, however it looks. */
static void test_passed_over(void **state) {
    (void)state;
    static const char p[] = "CREATE PUBLICATION p;";
    static const char *const around[] = {
        "-- CREATE PUBLICATION x;\n",
        "/* CREATE PUBLICATION x; /* nested */ CREATE PUBLICATION y; */",
        "SELECT ';CREATE PUBLICATION x;', 'it''s', E'\\';', \"a;b\", $$;CREATE PUBLICATION x;$$, $a$ $b$; $a$;",
        "SELECT '\\'; ",
        "SELECT a$b$c, 1$, $1; ",
        "COPY t (a) FROM stdin;\n1;\n'\nCREATE PUBLICATION x;\n\\.\n",
        "COPY t (a) FROM stdin;\r\n'\r\n\\.\r\n",
        "COPY t TO STDOUT; ",
        "\\set ON_ERROR_STOP on\n\\echo 'it is\n\\i other.sql\n",
        "SELECT 1 \\gset\n",
        "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; CREATE PUBLICATION x);",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;",
        "CREATE TABLE publication (x int); ALTER TABLE t ENABLE THE IMPOSSIBLE; THIS IS NO SQL;",
        "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION y;",
        "COMMENT ON PUBLICATION p IS 'x;';",
        ";;;",
        "SELECT 1\\;SELECT 2;",
    };
    for (size_t i = 0; i < COUNT_OF(around); i++) {
        assert_made(arena_format(&arena, "%s%s", around[i], p).data, "p: ");
        assert_made(arena_format(&arena, "%s%s%s", p, around[i], "CREATE PUBLICATION q;").data, "p: ; q: ");
    }
    assert_made("\xEF\xBB\xBF-- a byte order mark\nCREATE PUBLICATION p;", "p: ");
    assert_made("CREATE PUBLICATION p\n\\echo in between\nFOR TABLE a;", "p: public.a");
    assert_made("CREATE PUBLICATION p FOR TABLE a \\g\nCREATE PUBLICATION q", "p: public.a; q: ");
}

static void assert_trouble(const char *script, size_t line, size_t column, const char *message) {
    Read read = {0};
    read_more(&read, "pub.sql", script);
    assert_int_equal(read.findings.list.count, 1);
    const Finding *finding = &read.findings.list.items[0];
    assert_int_equal(finding->severity, SEVERITY_TROUBLE);
    assert_text(finding->message, message);
    Place place = source_place(finding->source, finding->span.start);
    assert_int_equal(place.line, line);
    assert_int_equal(place.column, column);
}

static void test_trouble(void **state) {
    (void)state;
    assert_trouble("CREATE PUBLICATION;", 1, 19, "syntax error at end of input");
    assert_trouble("-- é\n  CREATE PUBLICATION é FOR TABLE é TABLE;", 2, 36, "syntax error at or near \"TABLE\"");
    assert_trouble("CREATE PUBLICATION p FOR TABLE a WHERE x;", 1, 40, "syntax error at or near \"x\"");
    assert_trouble("CREATE PUBLICATION p FOR TABEL a;", 1, 26, "invalid publication object list");
    assert_trouble("ALTER PUBLICATION p ADD TABLE a;", 1, 1, "publication \"p\" does not exist");
    assert_trouble("ALTER PUBLICATION p RENAME TO q;", 1, 1, "publication \"p\" does not exist");
    assert_trouble("CREATE PUBLICATION p;\nCREATE PUBLICATION p;", 2, 1, "publication \"p\" already exists");
    assert_trouble("CREATE PUBLICATION p; CREATE PUBLICATION q;\nALTER PUBLICATION p RENAME TO q;", 2, 1,
                   "publication \"q\" already exists");
    assert_trouble("CREATE PUBLICATION p FOR TABLE a; ALTER PUBLICATION p ADD TABLE b, a;", 1, 68,
                   "relation \"a\" is already member of publication \"p\"");
    assert_trouble("CREATE PUBLICATION p; ALTER PUBLICATION p DROP TABLE a;", 1, 54,
                   "relation \"a\" is not part of the publication");
    assert_trouble("CREATE PUBLICATION p; ALTER PUBLICATION p DROP TABLES IN SCHEMA s;", 1, 65,
                   "tables from schema \"s\" are not part of the publication");
    assert_trouble("CREATE PUBLICATION p FOR ALL TABLES; ALTER PUBLICATION p ADD TABLE a;", 1, 38,
                   "publication \"p\" is defined as FOR ALL TABLES");
    assert_trouble("CREATE PUBLICATION p WITH (publish = 'insert, upsert');", 1, 28,
                   "unrecognized value for publication option \"publish\": \"upsert\"");
    assert_trouble("CREATE PUBLICATION p WITH (publish_via_partition_root = maybe);", 1, 28,
                   "publish_via_partition_root requires a Boolean value");
    assert_trouble("SELECT 'x; CREATE PUBLICATION p;", 1, 8, "this quote or comment is not closed");
    assert_trouble("CREATE PUBLICATION p; /* /* */", 1, 23, "this quote or comment is not closed");
    assert_trouble("SELECT 1; $a$ $b$", 1, 11, "this quote or comment is not closed");
}

static void test_several_databases(void **state) {
    (void)state;
    assert_made("\\connect a\nCREATE PUBLICATION p FOR TABLE a;\n\\c \"b\"\nCREATE PUBLICATION p FOR TABLE b;",
                "p: public.a public.b");
    Read read = {0};
    read_more(&read, "one.sql", "CREATE PUBLICATION p FOR TABLE a;");
    read_more(&read, "two.sql", "CREATE PUBLICATION p FOR TABLE b; CREATE PUBLICATION q;");
    assert_int_equal(read.findings.list.count, 0);
    assert_text(describe(&read.publications), "p: public.a public.b; q: ");
    assert_text(read.publications.files, "one.sql, two.sql");
}

static bool holds(const char *script, const char *schema, const char *table, bool by_name) {
    Read read = {0};
    const PublishedTable *entry;
    read_more(&read, "pub.sql", script);
    const Publication *publication = publications_find(&read.publications, STR("p"));
    assert_non_null(publication);
    bool is_held = publication_holds(publication, str_of(schema), str_of(table), &arena, &entry);
    assert_int_equal(entry != NULL, by_name);
    return is_held;
}

static void test_holds(void **state) {
    (void)state;
    assert_true(holds("CREATE PUBLICATION p FOR TABLE a", "public", "a", true));
    assert_true(
        holds("CREATE PUBLICATION p FOR TABLE a, \"A\"; ALTER PUBLICATION p DROP TABLE a", "PUBLIC", "a", true));
    assert_false(holds("CREATE PUBLICATION p FOR TABLE a; ALTER PUBLICATION p DROP TABLE a", "public", "a", false));
    assert_false(holds("CREATE PUBLICATION p FOR TABLE ab.c", "a", "bc", false));
    assert_true(holds("CREATE PUBLICATION p FOR TABLES IN SCHEMA s", "s", "x", false));
    assert_true(holds("CREATE PUBLICATION p FOR ALL TABLES", "s", "x", false));
    assert_false(holds("CREATE PUBLICATION p", "s", "x", false));
    assert_true(holds(
        "CREATE TABLE c PARTITION OF b DEFAULT; CREATE TABLE b PARTITION OF a FOR VALUES IN (1) PARTITION BY LIST (x);"
        "CREATE PUBLICATION p FOR TABLE ONLY a",
        "public", "c", false));
    assert_true(
        holds("CREATE PUBLICATION p FOR TABLES IN SCHEMA s; ALTER TABLE ONLY s.a ATTACH PARTITION b FOR VALUES IN (1)",
              "public", "b", false));
    assert_true(holds("CREATE TABLE b (x int) INHERITS (a); CREATE PUBLICATION p FOR TABLE a", "public", "b", false));
    assert_false(
        holds("CREATE TABLE b (x int) INHERITS (a); CREATE PUBLICATION p FOR TABLE ONLY a", "public", "b", false));
    assert_false(
        holds("CREATE TABLE a PARTITION OF a DEFAULT; CREATE PUBLICATION p FOR TABLE b", "public", "a", false));
}

static void test_names(void **state) {
    (void)state;
    Read read = {0};
    read_more(&read, "pub.sql", "CREATE PUBLICATION shop; CREATE PUBLICATION gone; DROP PUBLICATION gone;");
    assert_null(publications_find(&read.publications, STR("Shop")));
    assert_null(publications_find(&read.publications, STR("gone")));
    assert_text(publications_nearest(&read.publications, STR("shp")), "shop");
    assert_text(publications_nearest(&read.publications, STR("gonn")), "");
    assert_text(quote_identifier(&arena, STR("a_1")), "a_1");
    assert_text(quote_identifier(&arena, STR("1a")), "\"1a\"");
    assert_text(quote_identifier(&arena, STR("a\"B")), "\"a\"\"B\"");
}

/* As pg_dump writes it: one statement for each table. */
static void test_many_tables(void **state) {
    (void)state;
    enum { MANY = 50000 };
    Buffer script = {0};
    buffer_add(&script, STR("CREATE PUBLICATION p;\nCREATE PUBLICATION q FOR TABLE x"));
    for (int i = 0; i < MANY; i++) {
        buffer_format(&script, ", s.table_with_a_long_name_%d", i);
    }
    buffer_add(&script, STR(";\n"));
    for (int i = 0; i < MANY; i++) {
        buffer_format(&script, "ALTER PUBLICATION p ADD TABLE ONLY public.t%d;\n", i);
    }
    Read read = {0};
    read_more(&read, "pub.sql", buffer_take(&script, &arena).data);
    assert_int_equal(read.findings.list.count, 0);
    assert_int_equal(read.publications.items.items[0].tables.count, MANY);
    assert_int_equal(read.publications.items.items[1].tables.count, MANY + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_create),  arena_test(test_alter),             arena_test(test_passed_over),
        arena_test(test_trouble), arena_test(test_several_databases), arena_test(test_holds),
        arena_test(test_names),   arena_test(test_many_tables),
    };
    return run_all(tests);
}
