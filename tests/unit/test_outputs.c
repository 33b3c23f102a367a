/* What no fixture of tests/emit.t shows: tables fitted to a terminal, places by character, text made fit, values
 * masked. */
#include "helpers.h"

#include "emit/output.h"
#include "secret.h"
#include "valid.h"
#include "width.h"

static const char shop[] =
    "CREATE TABLE `订单明细历史记录_src` (a INT) WITH ('connector' = 'postgres-cdc', 'hostname' = 'бд', "
    "'database-name' = '商店', "
    "'schema-name' = 'public', 'table-name' = 'Подробности_заказов_за_год', 'slot.name' = 'общий_слот');\n"
    "CREATE TABLE `客户_src` (a INT) WITH ('connector' = 'postgres-cdc', 'hostname' = 'бд', 'database-name' = '商店', "
    "'schema-name' = 'public', 'table-name' = '客户资料', 'slot.name' = 'общий_слот');\n"
    "CREATE TABLE `Ёлочные_игрушки_src` (a INT) WITH ('connector' = 'postgres-cdc', 'hostname' = 'бд', 'database-name' "
    "= '商店', "
    "'schema-name' = 'public', 'table-name' = 'игрушки', 'slot.name' = 'другой');\n"
    "CREATE TABLE `客户_sink` (a INT) WITH ('connector' = 'starrocks', 'database-name' = 'shop', 'table-name' = "
    "'customers');\n"
    "INSERT INTO `客户_sink` SELECT * FROM `客户_src`;\n"
    "INSERT INTO `客户_sink` SELECT * FROM `订单明细历史记录_src`;\n"
    "INSERT INTO elsewhere SELECT * FROM `Ёлочные_игрушки_src`;\n";

/* What the output prints of the script, on a terminal of that width. */
static Str printed(const char *output, const char *script, size_t width) {
    Passage passage;
    Buffer out = {0};
    passage_run(&passage, str_of(script), LAYOUT_KEEP, NULL, 0);
    assert_true(passage.is_taken);
    OutputRequest request = {.script = passage.script,
                             .plans = &passage.plans,
                             .width = width,
                             .arena = &arena,
                             .findings = &passage.findings,
                             .out = &out};
    output_find(output)->print(&request);
    passage_end(&passage);
    return buffer_take(&out, &arena);
}

static size_t widest_line(Str text) {
    size_t widest = 0;
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        Str line = {text.data, end != NULL ? (size_t)(end - text.data) : text.size};
        size_t columns = text_columns(line);
        widest = columns > widest ? columns : widest;
        text = str_from(text, line.size + 1);
    }
    return widest;
}

static void test_no_terminal(void **state) {
    (void)state;
    assert_text(
        printed("tables", shop, 0),
        "test.sql: 4 tables, 3 sources, 1 sink\n"
        "ROLE    TABLE                 CONNECTOR     UPSTREAM                                SLOT           TARGET\n"
        "source  订单明细历史记录_src  postgres-cdc  商店.public.Подробности_заказов_за_год  общий_слот ×2  客户_sink\n"
        "source  客户_src              postgres-cdc  商店.public.客户资料                    общий_слот ×2  客户_sink\n"
        "source  Ёлочные_игрушки_src   postgres-cdc  商店.public.игрушки                     другой         elsewhere\n"
        "sink    客户_sink             starrocks     shop.customers\n"
        "! 2 sources share the slot общий_слот of бд:5432\n");
}

static void test_wide_terminal(void **state) {
    (void)state;
    assert_str(printed("tables", shop, 200), printed("tables", shop, 0));
}

static void test_80_columns(void **state) {
    (void)state;
    assert_text(printed("tables", shop, 80),
                "test.sql: 4 tables, 3 sources, 1 sink\n"
                "ROLE    TABLE                 UPSTREAM                  SLOT           TARGET\n"
                "source  订单明细历史记录_src  …робности_заказов_за_год  общий_слот ×2  客户_sink\n"
                "source  客户_src              商店.public.客户资料      общий_слот ×2  客户_sink\n"
                "source  Ёлочные_игрушки_src   商店.public.игрушки       другой         elsewhere\n"
                "sink    客户_sink             shop.customers\n"
                "  connector: postgres-cdc (source), starrocks (sink)\n"
                "! 2 sources share the slot общий_слот of бд:5432\n");
}

/* However narrow, the count of a shared slot stays. */
static void test_narrow_terminal(void **state) {
    (void)state;
    assert_text(printed("tables", shop, 50), "test.sql: 4 tables, 3 sources, 1 sink\n"
                                             "ROLE    TABLE      UPSTREAM   SLOT       TARGET\n"
                                             "source  订单明细…  …в_за_год  общий… ×2  客户_sink\n"
                                             "source  客户_src   …客户资料  общий… ×2  客户_sink\n"
                                             "source  Ёлочные_…  ….игрушки  другой     elsewhere\n"
                                             "sink    客户_sink  …ustomers\n"
                                             "  connector: postgres-cdc (source), starrocks (sink)\n"
                                             "! 2 sources share the slot общий_слот of бд:5432\n");
}

static void test_every_width(void **state) {
    (void)state;
    size_t notes = widest_line(STR("  connector: postgres-cdc (source), starrocks (sink)"));
    for (size_t width = 1; width < 130; width++) {
        Str text = printed("tables", shop, width);
        size_t limit = width > notes ? width : notes;
        if (widest_line(text) > limit) {
            fail_msg("at %zu columns: <%.*s>", width, (int)text.size, text.data);
        }
        assert_str(valid_text(text, &arena), text);
    }
}

/* One long name must not push the cells of all other rows. */
static void test_long_name(void **state) {
    (void)state;
    char script[4096], name[1001] = {0};
    memset(name, 'n', 1000);
    snprintf(script, sizeof script,
             "CREATE TABLE %s (a INT) WITH ('connector' = 'x'); CREATE TABLE b (a INT) WITH ('connector' = 'y');",
             name);
    Str text = printed("tables", script, 0);
    assert_true(text.size < 1400);
    assert_non_null(memmem(text.data, text.size, name, 1000));
}

static void test_characters(void **state) {
    (void)state;
    Buffer text = {0};
    buffer_add(&text, STR("\xEF\xBB\xBF"
                          "ab\r\n"));
    uint32_t line_start = (uint32_t)text.size;
    for (size_t i = 0; i < 2000; i++) {
        buffer_add(&text, STR("я中\xFF"));
    }
    Source source = source_in(&arena, buffer_take(&text, &arena));
    Place start = source_character(&source, 3), second = source_character(&source, 4);
    assert_int_equal(start.line, 1);
    assert_int_equal(start.column, 1);
    assert_int_equal(second.column, 2);
    for (uint32_t i = 0; i <= 2000; i += 37) {
        Place place = source_character(&source, line_start + i * 6);
        assert_int_equal(place.line, 2);
        assert_int_equal(place.column, 1 + i * 3);
    }
}

static void test_valid(void **state) {
    (void)state;
    assert_text(valid_text(STR("a\xFF"
                               "b\x01 я"),
                           &arena),
                "a\xEF\xBF\xBD"
                "b\x01 я");
    assert_text(printable_text(STR("a\xFF"
                                   "b\x01\n\x7F\xC2\x9B я\xC2\xA0"),
                               &arena),
                "a\xEF\xBF\xBD"
                "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD я\xC2\xA0");
    assert_text(valid_text(STR(""), &arena), "");
}

static void assert_masked(const char *key, const char *value, const char *expected) {
    assert_text(mask_value(str_of(key), str_of(value), &arena), expected);
}

static void test_masked(void **state) {
    (void)state;
    assert_masked("password", "x", "******");
    assert_masked("password", "", "******");
    assert_masked("hostname", "", "");
    assert_masked("url", "jdbc:mysql://h:9030/db", "jdbc:mysql://h:9030/db");
    assert_masked("url", "jdbc:mysql://me:pw@h:9030/db", "jdbc:mysql://me:******@h:9030/db");
    assert_masked("url", "mongodb://me:p@w@h", "mongodb://me:******@h");
    assert_masked("url", "jdbc:mysql://h/db?user=me&password=pw", "jdbc:mysql://h/db?user=me&password=******");
    assert_masked("url", "jdbc:oracle:thin:me/pw@h:1521/x", "jdbc:oracle:thin:me/******@h:1521/x");
}

/* Of a script or a rules file, as excerpts show it. */
static void test_masked_text(void **state) {
    (void)state;
    static const struct {
        const char *text, *shown;
    } texts[] = {
        {"'password' = 'pw', 'k' = 'v'", "'password' = '******', 'k' = 'v'"},
        {"'password' /* of * it / */ = 'pw', 'k' = 'v'", "'password' /* of * it / */ = '******', 'k' = 'v'"},
        {"'password' = /* a 'b' */ 'pw', 'k' = 'v'", "'password' = /* a 'b' */ '******', 'k' = 'v'"},
        {"'password' = -- it's\n 'pw', 'k' = 'v'", "'password' = -- it's\n '******', 'k' = 'v'"},
        {"'password' = 'p''w' 'x'\n  'y', 'k' = 'v'", "'password' = '******', 'k' = 'v'"},
        {"'password' = 'pw' 'k' = 'v'", "'password' = '******' 'k' = 'v'"},
        {"'password' = N'pw', 'k' = 'v'", "'password' = N'******', 'k' = 'v'"},
        {"'password' = U&'p\\0077', 'k' = 'v'", "'password' = U&'******', 'k' = 'v'"},
        {"'o' = 'source=a&password=pw', 'k' = 'v'", "'o' = 'source=a&password=******', 'k' = 'v'"},
        {"'o' = 'source=a&password=pw&x=y'", "'o' = 'source=a&password=******&x=y'"},
        {"set.password : pw\nset.k: v", "set.password : ******\nset.k: v"},
        {"set.password = it's one\nset.k = v", "set.password = ******\nset.k = v"},
        {"'http.Authorization' = 'Basic pw'", "'http.Authorization' = '******'"},
        {"'password' = 'never ends", "'password' = '******'"},
        {"'password' = /* never ends 'x'", "'password' = ******"},
        {"*/ password = x", "*/ password = ******"},
        {"key */= 'x'", "key */= 'x'"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        Str text = str_of(texts[i].text);
        assert_text(mask_secrets(text, (Span){0, (uint32_t)text.size}, &arena), texts[i].shown);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_no_terminal),     arena_test(test_wide_terminal), arena_test(test_80_columns),
        arena_test(test_narrow_terminal), arena_test(test_every_width),   arena_test(test_long_name),
        arena_test(test_characters),      arena_test(test_valid),         arena_test(test_masked),
        arena_test(test_masked_text),
    };
    return run_all(tests);
}
