/* The readers of values against what Flink's own code answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "catalogue/value.h"

static Arena arena;
static Guard guard;

static int set_up(void **state) {
    (void)state;
    arena_init(&arena, &guard);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static Value check(ValueType type, const char *text) {
    return value_check(&arena, type, str_of(text), FLINK_1_15);
}

static void assert_text(Str text, const char *expected) {
    assert_string_equal(arena_copy(&arena, text).data, expected);
}

static void assert_taken(ValueType type, const char *const *texts) {
    for (; *texts != NULL; texts++) {
        if (check(type, *texts).status != VALUE_TAKEN) {
            fail_msg("not taken: %s", *texts);
        }
    }
}

static void assert_refused(ValueType type, const char *const *texts) {
    for (; *texts != NULL; texts++) {
        Value value = check(type, *texts);
        if (value.status != VALUE_REFUSED || value.problem.size == 0) {
            fail_msg("not refused: %s", *texts);
        }
    }
}

/* What is offered instead must be taken, and be what is expected; "" for no offer. */
static void assert_mend(ValueType type, const char *text, const char *expected) {
    Value value = check(type, text);
    assert_int_equal(value.status, VALUE_REFUSED);
    assert_text(value.mend, expected);
    if (value.mend.size > 0) {
        assert_int_equal(value_check(&arena, type, value.mend, 0).status, VALUE_TAKEN);
    }
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_boolean(void **state) {
    (void)state;
    assert_taken(VALUE_BOOLEAN, TEXTS("true", "TRUE", "False", "false"));
    assert_refused(VALUE_BOOLEAN, TEXTS("", "yes", "1", "on", " true", "true ", "truefalse", "!true", "true!"));
    assert_true(check(VALUE_BOOLEAN, "True").boolean);
    assert_false(check(VALUE_BOOLEAN, "FALSE").boolean);
    assert_mend(VALUE_BOOLEAN, "yes", "true");
    assert_mend(VALUE_BOOLEAN, " off ", "false");
    assert_mend(VALUE_BOOLEAN, " TRUE", "TRUE");
    assert_mend(VALUE_BOOLEAN, "maybe", "");
    assert_mend(VALUE_BOOLEAN, "!true", "");
    assert_mend(VALUE_BOOLEAN, "true!", "");
}

static void test_int(void **state) {
    (void)state;
    assert_taken(VALUE_INT, TEXTS("0", "-0", "+5", "2147483647", "-2147483648", "0000000000000000000001"));
    assert_refused(VALUE_INT, TEXTS("", "+", "-", "--1", "2147483648", "-2147483649", " 1", "1 ", "1_000",
                                    "1.0", "0x10", "1k", "1e3", "99999999999999999999", ",5", ".5", "+-5", "5-"));
    assert_int_equal(check(VALUE_INT, "-42").integer, -42);
    assert_mend(VALUE_INT, " 10 ", "10");
    assert_mend(VALUE_INT, "8_096", "8096");
    assert_mend(VALUE_INT, "10.0", "10");
    assert_mend(VALUE_INT, "10.5", "");
    assert_mend(VALUE_INT, "10k", "");
    assert_mend(VALUE_INT, "_1", "");
    assert_mend(VALUE_INT, "!1", "");
    assert_mend(VALUE_INT, "1.", "1");
    assert_mend(VALUE_INT, "1.", "1");
    assert_mend(VALUE_INT, "1.0x", "");
    assert_mend(VALUE_INT, "1.00", "1");
    assert_mend(VALUE_INT, " +7 ", "+7");
}

static void test_long(void **state) {
    (void)state;
    assert_taken(VALUE_LONG, TEXTS("9223372036854775807", "-9223372036854775808", "2147483648"));
    assert_refused(VALUE_LONG, TEXTS("9223372036854775808", "-9223372036854775809", "1L"));
    assert_true(check(VALUE_LONG, "-9223372036854775808").integer == INT64_MIN);
}

static void test_double(void **state) {
    (void)state;
    assert_taken(VALUE_DOUBLE, TEXTS("0", "1.", ".5", "1e3", "1E+3", "1d", "1.5F", " 1 ", "NaN", "-Infinity",
                                     "0x1p3", "0x1.8p1d", "1e999", "+1", "-1", "+.5", "1e-3", "0X1P-3", "+0x1p3",
                                     "1f", "1D", "1"));
    assert_refused(VALUE_DOUBLE, TEXTS("", " ", ".", "e3", "1e", "1dd", "inf", "nan", "0x1", "0x.p1", "1,5",
                                       "1_0", "NaNd", "1 2", ",1", "+", "-", "+-1", "--1", "0x", "x1p3", "0y1p3",
                                       "1x1p3", "1e+", "1e,3", "0x1e3", "1p3", "1d ."));
    assert_true(check(VALUE_DOUBLE, " 0.05\n").number == 0.05);
    assert_true(check(VALUE_DOUBLE, "0x1.8p1").number == 3.0);
    assert_true(isnan(check(VALUE_DOUBLE, "-NaN").number));
}

static void test_duration(void **state) {
    (void)state;
    assert_taken(VALUE_DURATION,
                 TEXTS("10000", "10sec", "10 s", " 10\ts ", "1 DAY", "5 m", "1 \302\265s", "0"));
    assert_refused(VALUE_DURATION, TEXTS("", " ", "1h30m", "-1", "+1", "0.5s", "10sec.", "10 secss", "PT10S",
                                         "s", "1 w", "1 us", "9223372036854775808", "9223372036854775807 d"));
    Duration duration = check(VALUE_DURATION, "90061001 ms").duration;
    assert_int_equal(duration.seconds, 90061);
    assert_int_equal(duration.nanoseconds, 1000000);
    assert_int_equal(duration_milliseconds(duration), 90061001);
    assert_int_equal(duration_milliseconds(check(VALUE_DURATION, "10000").duration), 10000);
    assert_int_equal(duration_nanoseconds(check(VALUE_DURATION, "3 micros").duration), 3000);
    assert_true(duration_milliseconds(check(VALUE_DURATION, "9223372036854775807 s").duration) == INT64_MAX);
    assert_true(duration_nanoseconds(check(VALUE_DURATION, "106752 d").duration) == INT64_MAX);
}

static void test_duration_mend(void **state) {
    (void)state;
    assert_mend(VALUE_DURATION, "1h30m", "90 min");
    assert_mend(VALUE_DURATION, "0.5s", "500 ms");
    assert_mend(VALUE_DURATION, "1.5 h", "90 min");
    assert_mend(VALUE_DURATION, "PT10S", "10 s");
    assert_mend(VALUE_DURATION, "PT1H30M", "90 min");
    assert_mend(VALUE_DURATION, "-1", "");
    assert_mend(VALUE_DURATION, "1.s", "");
    assert_mend(VALUE_DURATION, "0.0000000001s", "");
    assert_mend(VALUE_DURATION, "9223372036854775807s1d", "");
    assert_mend(VALUE_DURATION, "10sec.", "");
    assert_mend(VALUE_DURATION, "1h 30m", "90 min");
    assert_mend(VALUE_DURATION, "1 d12 h", "36 h");
    assert_mend(VALUE_DURATION, "10!s", "");
    assert_mend(VALUE_DURATION, "PT", "");
    assert_mend(VALUE_DURATION, "pt5m", "5 min");
    assert_mend(VALUE_DURATION, "P1D", "");
}

static void test_duration_m_by_release(void **state) {
    (void)state;
    assert_int_equal(check(VALUE_DURATION, "5 m").status, VALUE_TAKEN);
    Value value = value_check(&arena, VALUE_DURATION, STR("5 m"), 0x010D00U);
    assert_int_equal(value.status, VALUE_DEPENDS);
    assert_text(value.mend, "5 min");
    assert_int_equal(value.duration.seconds, 300);
}

static void test_memory(void **state) {
    (void)state;
    assert_taken(VALUE_MEMORY, TEXTS("0", "64", "64b", "64 KB", "1mebibytes", " 2 g ", "8388607 t"));
    assert_refused(VALUE_MEMORY,
                   TEXTS("", "-1", "1 p", "1.5g", "mb", "8388608 t", "9223372036854775808", "1 kib"));
    assert_int_equal(check(VALUE_MEMORY, "64 mb").integer, 64 * 1024 * 1024);
}

static void test_list(void **state) {
    (void)state;
    assert_taken(VALUE_LIST, TEXTS("", "a", "a;b", "'a;b';c", "a'b", "'a''b'", "\"a\" ; b"));
    assert_refused(VALUE_LIST, TEXTS("'a", "\"a;b", "'a'b", "'a'\"b\""));
    assert_int_equal(check(VALUE_LIST, "fe1:8030;fe2:8030").count, 2);
    assert_int_equal(check(VALUE_LIST, "'a;b';c").count, 2);
    assert_int_equal(check(VALUE_LIST, ";a;;b;").count, 3);
}

static void assert_problem(ValueType type, const char *text, const char *expected) {
    Value value = check(type, text);
    assert_int_equal(value.status, VALUE_REFUSED);
    assert_text(value.problem, expected);
}

static void test_problems(void **state) {
    (void)state;
    assert_problem(VALUE_LONG, "x", "a long is a whole number of at most 64 bits, digits only");
    assert_problem(VALUE_DOUBLE, "x", "a double is a number such as 0.05, 1000.0 or 1e3");
    assert_problem(VALUE_DURATION, "9223372036854775807 d", "a duration of that length does not fit in 64 bits");
    assert_problem(VALUE_MEMORY, "8388608 t", "a memory size of that many bytes does not fit in 64 bits");
    assert_problem(VALUE_LIST, "'a'b", "a quoted item of a list ends at its second quote; a semicolon must follow");
    assert_problem(VALUE_LIST, "'a", "the quote of a list's item is not closed");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boolean),  cmocka_unit_test(test_int),
        cmocka_unit_test(test_long),     cmocka_unit_test(test_double),
        cmocka_unit_test(test_duration), cmocka_unit_test(test_duration_mend),
        cmocka_unit_test(test_memory),   cmocka_unit_test(test_duration_m_by_release),
        cmocka_unit_test(test_list),     cmocka_unit_test(test_problems),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
