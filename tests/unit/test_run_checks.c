/* The comparison of the facts of several files, without the files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "buffer.h"
#include "checks/facts.h"
#include "checks/registry.h"
#include "report/text.h"

static Arena arena;
static Guard guard;
static Facts facts;
static Findings findings;
static Severity *severities;

static int set_up(void **state) {
    (void)state;
    arena_init(&arena, &guard);
    facts = (Facts){0};
    findings = (Findings){.arena = &arena};
    severities = arena_array(&arena, check_count(), sizeof *severities);
    for (size_t i = 0; i < check_count(); i++) {
        severities[i] = check_at(i)->severity;
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static Fact *add(FactKind kind, const char *file, const char *table, size_t line, const char *value) {
    Fact *fact = vector_add(&arena, &facts);
    *fact = (Fact){.kind = kind,
                   .server = STR("db.example:1"),
                   .value = str_of(value),
                   .key = fact_key(str_of(value)),
                   .file = str_of(file),
                   .table = str_of(table),
                   .place = {line, 17},
                   .name = str_hash(str_of(table))};
    fact->job = fact->name;
    if (kind == FACT_SERVER_ID) {
        assert_true(server_ids_parse(&arena, fact->value, &fact->first, &fact->last));
    }
    return fact;
}

static Fact *add_slot(const char *file, const char *table, size_t line, const char *slot) {
    return add(FACT_SLOT, file, table, line, slot);
}

static Fact *add_ids(const char *file, const char *table, size_t line, const char *range) {
    return add(FACT_SERVER_ID, file, table, line, range);
}

/* What run_checks() says, without the hints. */
static void assert_findings(const char *expected) {
    Buffer text = {0};
    run_checks(&facts, severities, &arena, &findings);
    for (size_t i = 0; i < findings.list.count; i++) {
        const Finding *finding = &findings.list.items[i];
        buffer_format(&text, "%.*s:%zu:%zu: %d %.*s [%s]\n", SHOW(finding->file), finding->place.line,
                      finding->place.column, (int)finding->severity, SHOW(finding->message), finding->id);
    }
    assert_string_equal(buffer_take(&text, &arena).data, expected);
}

#define SHARED                                                                                                         \
    "only one source can read it, the others stop with \"already exists\" and \"is active for PID\", and what one of " \
    "them confirms the others never get [slot-shared-by-sources]\n"
#define OVERLAP "MySQL drops the connection of a reader when another comes with its id [mysql-server-id-overlap]\n"

static void test_nothing(void **state) {
    (void)state;
    assert_findings("");
}

static void test_slot_in_two_files(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "users", 9, "shop")->is_read = true;
    assert_findings("b.sql:9:17: 2 slot 'shop' is also the slot of 'orders' (a.sql:8): " SHARED);
}

static void test_slot_read_in_two_files(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop")->is_read = true;
    add_slot("b.sql", "users", 9, "shop")->is_read = true;
    assert_findings("b.sql:9:17: 3 slot 'shop' is also the slot of 'orders' (a.sql:8): " SHARED);
}

static void test_slot_read_with_severity(void **state) {
    (void)state;
    severities[check_index(STR("slot-shared-by-sources"))] = SEVERITY_WARNING;
    add_slot("a.sql", "orders", 8, "shop")->is_read = true;
    add_slot("b.sql", "users", 9, "shop")->is_read = true;
    assert_findings("b.sql:9:17: 2 slot 'shop' is also the slot of 'orders' (a.sql:8): " SHARED);
}

static void test_slot_in_one_file(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("a.sql", "users", 19, "shop");
    assert_findings("");
}

static void test_slot_in_three_files(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("a.sql", "users", 19, "shop");
    add_slot("b.sql", "carts", 9, "shop");
    add_slot("c.sql", "items", 9, "shop");
    assert_findings("b.sql:9:17: 2 slot 'shop' is also the slot of 'orders' (a.sql:8) and 2 more: " SHARED);
}

static void test_slots_apart(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "users", 8, "shop_users");
    add_slot("c.sql", "carts", 8, "shop")->server = STR("other.example:1");
    assert_findings("");
}

/* SMT's flink-create.all.sql repeats the statements of the other files. */
static void test_copies(void **state) {
    (void)state;
    add_slot("flink-create.1.sql", "orders", 8, "orders");
    add_ids("flink-create.1.sql", "lines", 18, "5400-5403");
    add_slot("flink-create.2.sql", "users", 8, "users");
    add_slot("flink-create.all.sql", "orders", 8, "orders");
    add_ids("flink-create.all.sql", "lines", 18, "5400-5403");
    add_slot("flink-create.all.sql", "users", 28, "users");
    assert_findings("");
}

/* The same definition in two scripts, but what they do with it differs: two jobs. */
static void test_table_read_by_two_files(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "orders", 8, "shop")->job = 77;
    assert_findings("b.sql:8:17: 2 slot 'shop' is also the slot of 'orders' (a.sql:8): " SHARED);
}

static void test_frozen(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "users", 9, "shop")->is_frozen = true;
    assert_findings("a.sql:8:17: 2 slot 'shop' is also the slot of 'users' (b.sql:9): " SHARED);
}

static void test_allowed(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "users", 9, "shop")->may_be_shared = true;
    add_ids("a.sql", "lines", 18, "5400");
    add_ids("b.sql", "items", 19, "5400")->may_be_shared = true;
    assert_findings("");
}

static void test_off(void **state) {
    (void)state;
    severities[check_index(STR("slot-shared-by-sources"))] = SEVERITY_OFF;
    severities[check_index(STR("mysql-server-id-overlap"))] = SEVERITY_INFO;
    add_slot("a.sql", "orders", 8, "shop");
    add_slot("b.sql", "users", 9, "shop");
    add_ids("a.sql", "lines", 18, "5400");
    add_ids("b.sql", "items", 19, "5400");
    assert_findings("b.sql:19:17: 1 server-id 5400 is also that of 'lines' (a.sql:18): " OVERLAP);
}

static void test_numbered_slot(void **state) {
    (void)state;
    add_slot("a.sql", "orders", 8, "job")->numbered = 4;
    add_slot("b.sql", "users", 9, "job_1");
    add_slot("b.sql", "carts", 29, "job_4");
    add_slot("b.sql", "items", 39, "job_01");
    assert_findings("b.sql:9:17: 3 slot 'job_1' is also made and dropped by the snapshot readers of 'orders' "
                    "(a.sql:8), whose slot "
                    "is 'job': this source loses its place in the log [slot-suffix-collision]\n");
}

static void test_numbered_slot_first(void **state) {
    (void)state;
    add_slot("a.sql", "users", 9, "job_1");
    add_slot("b.sql", "orders", 8, "job")->numbered = 1000;
    assert_findings(
        "b.sql:8:17: 3 the snapshot readers of slot 'job' also make and drop 'job_1', the slot of 'users' (a.sql:9), "
        "which loses its place in the log [slot-suffix-collision]\n");
}

static void test_server_ids(void **state) {
    (void)state;
    add_ids("a.sql", "orders", 8, "5400-5404");
    add_ids("b.sql", "users", 9, "5404-5408");
    add_ids("b.sql", "carts", 29, "5409");
    assert_findings("b.sql:9:17: 3 server-id 5404-5408 overlaps 5400-5404 of 'orders' (a.sql:8): " OVERLAP);
    Str hint = findings.list.items[0].hint;
    assert_string_equal(arena_copy(&arena, hint).data, "no other source has 5410-5414");
}

/* A range of the same file that reaches further hides none of another file. */
static void test_server_ids_behind_a_wider_range(void **state) {
    (void)state;
    add_ids("a.sql", "orders", 8, "10-20");
    add_ids("b.sql", "users", 9, "12-99");
    add_ids("b.sql", "carts", 29, "15-16");
    assert_findings("b.sql:9:17: 3 server-id 12-99 overlaps 10-20 of 'orders' (a.sql:8): " OVERLAP
                    "b.sql:29:17: 3 server-id 15-16 overlaps 10-20 of 'orders' (a.sql:8): " OVERLAP);
}

static void test_same_server_ids(void **state) {
    (void)state;
    add_ids("a.sql", "orders", 8, "5400");
    add_ids("a.sql", "users", 18, "5400");
    add_ids("b.sql", "carts", 9, "5400");
    assert_findings("b.sql:9:17: 3 server-id 5400 is also that of 'orders' (a.sql:8) and 1 more: " OVERLAP);
}

static void test_server_ids_of_other_servers(void **state) {
    (void)state;
    add_ids("a.sql", "orders", 8, "5400-5500");
    add_ids("b.sql", "users", 9, "5400-5500")->server = STR("other.example:1");
    assert_findings("");
}

static void test_report(void **state) {
    (void)state;
    Buffer text = {0};
    add_ids("a.sql", "orders", 8, "1");
    add_ids("b.sql", "users", 9, "1");
    run_checks(&facts, severities, &arena, &findings);
    ReportStyle style = {.least = SEVERITY_INFO};
    report_findings(&findings, &style, &arena, &text);
    assert_string_equal(buffer_take(&text, &arena).data,
                        "b.sql:9:17: error: server-id 1 is also that of 'orders' (a.sql:8): " OVERLAP
                        "        no other source has 2\n");
}

/* The copies stand on their own. */
static void test_copying(void **state) {
    (void)state;
    char slot[] = "shop", file[] = "a.sql", table[] = "orders", server[] = "h:1";
    Facts copies = {0};
    add_slot(file, table, 8, slot)->server = str_of(server);
    facts_copy(&facts, &copies, &arena);
    memset(slot, 'x', 4);
    memset(file, 'x', 5);
    memset(table, 'x', 6);
    memset(server, 'x', 3);
    assert_int_equal(copies.count, 1);
    const Fact *copy = &copies.items[0];
    assert_true(str_equal(copy->value, STR("shop")) && str_equal(copy->file, STR("a.sql")));
    assert_true(str_equal(copy->table, STR("orders")) && str_equal(copy->server, STR("h:1")));
}

static void test_ranges(void **state) {
    (void)state;
    int64_t first, last;
    assert_true(server_ids_parse(&arena, STR("5400"), &first, &last) && first == 5400 && last == 5400);
    assert_true(server_ids_parse(&arena, STR(" 5400 - 5403 "), &first, &last) && first == 5400 && last == 5403);
    assert_true(server_ids_parse(&arena, STR("5403-5400"), &first, &last) && first == 5403 && last == 5400);
    static const char *const wrong[] = {"", "-", "5400-", "-5400", "1-2-3", "x", "5400 5401", "99999999999", "1--2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(server_ids_parse(&arena, str_of(wrong[i]), &first, &last));
    }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_nothing),
        TEST(test_slot_in_two_files),
        TEST(test_slot_read_in_two_files),
        TEST(test_slot_read_with_severity),
        TEST(test_slot_in_one_file),
        TEST(test_slot_in_three_files),
        TEST(test_slots_apart),
        TEST(test_copies),
        TEST(test_table_read_by_two_files),
        TEST(test_frozen),
        TEST(test_allowed),
        TEST(test_off),
        TEST(test_numbered_slot),
        TEST(test_numbered_slot_first),
        TEST(test_server_ids),
        TEST(test_server_ids_behind_a_wider_range),
        TEST(test_same_server_ids),
        TEST(test_server_ids_of_other_servers),
        TEST(test_report),
        TEST(test_copying),
        TEST(test_ranges),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
