/* verify_rewrite(): what it must let pass, and each thing that a rewrite could lose or spoil. */
#include "helpers.h"

#include "rewrite/rewrite.h"

static const PreludeSetting settings[] = {{STR("a"), STR("1")}, {STR("it's"), STR("b")}};

static const Script *parsed(const char *text) {
    Findings findings = {.arena = &arena};
    Source *source = arena_new(&arena, Source);
    *source = source_in(&arena, str_of(text));
    const Script *script = parse_script(source, PARSE_ALL, NULL, &arena, &findings);
    assert_int_equal(findings.list.count, 0);
    return script;
}

static Str problem_of(const char *before, const char *after, const Meant *meant) {
    return verify_rewrite(parsed(before), parsed(after), meant, &arena);
}

typedef struct Example {
    const char *before, *after, *problem;
} Example;

static void compare(const Example *examples, size_t count, const Meant *meant) {
    for (size_t i = 0; i < count; i++) {
        assert_text(problem_of(examples[i].before, examples[i].after, meant), examples[i].problem);
    }
}

static void test_nothing_meant(void **state) {
    (void)state;
    const char other[] = "a statement is not the script's";
    const Example examples[] = {
        {"SET 'x' = 'y'; USE d;", "SET 'x' = 'y'; USE d;", ""},
        {"SET 'x' = 'y'; USE d;", "USE d;", other},
        {"SET x = y;", "", other},
        {"SET 'x' = 'y';", "SET 'x' = 'z';", other},
        {"SET 'x' = 'y';", "SET 'x' = 'y'; SET 'x' = 'y';", other},
        {"SET 'x' = 'y'; SET 'z' = 'y';", "SET 'z' = 'y'; SET 'x' = 'y';", other},
        {"SET 'x' = 'y'; USE d;", "USE d; SET 'x' = 'y';", other},
        {"INSERT INTO t SELECT 1; INSERT INTO u SELECT 1;", "INSERT INTO u SELECT 1; INSERT INTO t SELECT 1;",
         "an INSERT is not the script's"},
        {"INSERT INTO t SELECT 1;", "BEGIN STATEMENT SET; INSERT INTO t SELECT 1; END;", ""},
        {"USE d; -- c\n", "USE d;", "a comment is not the script's"},
    };
    compare(examples, COUNT_OF(examples), &(Meant){0});
}

static void test_prelude_meant(void **state) {
    (void)state;
    const char other[] = "a statement is not the script's", value[] = "a SET has another value";
    const Example examples[] = {
        {"USE d;", "SET 'a' = '1'; SET 'it''s' = 'b'; USE d;", ""},
        {"SET a = 2; USE d;", "SET a = 1; USE d;", ""},
        {"SET 'x' = 'y'; USE d;", "SET 'a' = '1'; SET 'x' = 'y'; USE d;", ""},
        {"SET 'x' = 'y'; SET a = 2;", "SET 'x' = 'y'; SET 'a' = '1';", ""},
        {"SET a = 2; USE d;", "SET a = 3; USE d;", value},
        {"USE d;", "SET 'a' = '2'; USE d;", value},
        {"USE d;", "SET 'c' = '2'; USE d;", other},
        {"USE d;", "USE d; SET 'a' = '1';", other},
        {"SET a = 2; USE d;", "USE d;", other},
        {"SET 'x' = 'y'; USE d;", "SET 'a' = '1'; USE d;", other},
        {"SET 'x' = 'y';", "SET 'a' = '1'; SET 'x' = 'z';", other},
        {"-- smtpatch: skip\nSET a = 2;", "-- smtpatch: skip\nSET a = 2;", ""},
        {"-- smtpatch: skip\nSET a = 2;", "-- smtpatch: skip\nSET a = 1;", other},
    };
    compare(examples, COUNT_OF(examples), &(Meant){.settings = settings, .setting_count = COUNT_OF(settings)});
}

static void test_rename_meant(void **state) {
    (void)state;
    const Rename rename = {{STR("default_catalog"), STR("default_database"), STR("t")}, STR("u")};
    const Example examples[] = {
        {"SET a = b; INSERT INTO t SELECT * FROM t;", "SET a = b; INSERT INTO `u` SELECT * FROM `u`;", ""},
        {"SET a = b; INSERT INTO t SELECT 1;", "INSERT INTO `u` SELECT 1;", "a statement is not the script's"},
        {"INSERT INTO v SELECT 1;", "INSERT INTO `u` SELECT 1;", "an INSERT is not the script's"},
    };
    compare(examples, COUNT_OF(examples), &(Meant){.renames = &rename, .rename_count = 1});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_nothing_meant),
        arena_test(test_prelude_meant),
        arena_test(test_rename_meant),
    };
    return run_all(tests);
}
