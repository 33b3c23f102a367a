/* The comparison of outputs with their sources, given outputs that no printer makes. */
#include "helpers.h"

#include "emit/verify.h"
#include "rules/load.h"

static const char rules_text[] = "[rule r]\ntable = ^b$\nset.x = new\n";

typedef struct Case {
    const char *output;  /* what the second statement of the script has become */
    const char *problem; /* NULL: none */
} Case;

static const char first_statement[] = "CREATE TABLE a (i INT) WITH ('k' = 'v');";
static const char second_statement[] =
    "\n-- of b\ncreate table b (\n  i INT, -- number\n  `Key` STRING\n) WITH (\n  'k' = 'v',\n  'x' = 'old'\n);";
static const char rest[] = "\nINSERT INTO a SELECT i FROM b;\n";

/* What the comparison says of an output in which the parts are copies, so that nothing is passed by as the source's
 * own. */
static Str compare(const char *output, const char *end, Layout layout) {
    Str input = arena_format(&arena, "%s%s%s", first_statement, second_statement, rest);
    Source source = source_in(&arena, input);
    Source rules = source_in(&arena, str_of(rules_text));
    Findings findings = {.arena = &arena};
    RulesFile file = {0};
    Matcher matcher;
    rules_load(&rules, &file, &arena, &findings);
    RuleList list = composer_rules(&file.composer);
    Script *script = parse_script(&source, PARSE_ALL, NULL, &arena, &findings);
    assert_true(matcher_init(&matcher));
    Plans plans = plans_make(model_build(script, &arena), &list, 1, (Release){0}, &matcher, &arena, &findings);
    Pieces pieces = {.arena = &arena};
    Verifier verifier;
    verify_start(&verifier, script, &pieces, layout, &arena, &arena);
    for (size_t i = 0; i < 2; i++) {
        pieces_add(&pieces, arena_copy(&arena, str_of(i == 0 ? first_statement : output)));
        verify_part(&verifier, script->statements[i].end + 1, &script->statements[i], &plans.items[i]);
    }
    pieces_add(&pieces, arena_copy(&arena, str_of(end)));
    Str problem = verify_end(&verifier, NULL, NULL);
    matcher_free(&matcher);
    composer_free(&file.composer);
    return problem;
}

static void check(const Case *cases, size_t count, Layout layout) {
    for (size_t i = 0; i < count; i++) {
        Str problem = compare(cases[i].output, rest, layout);
        const char *expected = cases[i].problem ? cases[i].problem : "";
        if (!str_equal(problem, str_of(expected))) {
            fail_msg("%s\nshould give '%s', not '%.*s'", cases[i].output, expected, (int)problem.size, problem.data);
        }
    }
}

#define HEAD "\n-- of b\ncreate table b (\n  i INT, -- number\n  `Key` STRING\n) WITH (\n  'k' = 'v',\n"

static void test_keep(void **state) {
    (void)state;
    static const Case cases[] = {
        {HEAD "  'x' = 'new'\n);", NULL},
        {HEAD "  'x' = 'old'\n);", "an option list is not what the rules ask for, at line 9 of the output"},
        {HEAD "  'x' = 'new',\n  'y' = 'z'\n);",
         "an option list is not what the rules ask for, at line 8 of the output"},
        {HEAD "  'x' = 'new' 'er'\n);", "an option list is not what the rules ask for, at line 9 of the output"},
        {"\n-- of b\ncreate table b (i INT, -- number\n `Key` STRING) WITH ('x' = 'new');",
         "an option list is not what the rules ask for, at line 4 of the output"},
        {"\n-- of b\ncreate table b (i BIGINT, -- number\n `Key` STRING) WITH ('k' = 'v', 'x' = 'new');",
         "a token is not the script's, at line 3 of the output"},
        {"\n-- of b\nCREATE table b (i INT, -- number\n `Key` STRING) WITH ('k' = 'v', 'x' = 'new');",
         "a token is not the script's, at line 3 of the output"},
        {"\ncreate table b (i INT, -- number\n `Key` STRING) WITH ('k' = 'v', 'x' = 'new');",
         "a comment is not the script's, at line 5 of the output"},
        {HEAD "  'x' = 'new' -- more\n);", "a comment is not the script's, at line 11 of the output"},
        {HEAD "  'x' = 'new'\n)", "a token is not the script's, at line 9 of the output"},
        {HEAD "  'x' = 'new'\n); SELECT 1;", "a token is not the script's, at line 9 of the output"},
    };
    check(cases, COUNT_OF(cases), LAYOUT_KEEP);
}

static void test_pretty(void **state) {
    (void)state;
    static const Case cases[] = {
        {HEAD "  'x' = 'new'\n);", NULL},
        {"\n-- of b\nCREATE TABLE b (i int, -- number\n `Key` STRING) WITH ('k'='v', 'x'='new');", NULL},
        {"\nCREATE TABLE b (i INT, `Key` STRING) WITH ('k'='v', 'x'='new') /* of b */;",
         "a comment is not the script's, at line 4 of the output"},
        {"\nCREATE TABLE b -- number\n(-- of b\ni INT, `Key` STRING) WITH ('k'='v', 'x'='new');", NULL},
        {"\n-- of b\nCREATE TABLE b (i INT, -- number\n `KEY` STRING) WITH ('k'='v', 'x'='new');",
         "a token is not the script's, at line 4 of the output"},
        {"\n-- of b\nCREATE TABLE b (I INT, -- number\n `Key` STRING) WITH ('k'='v', 'x'='new');",
         "a token is not the script's, at line 3 of the output"},
    };
    check(cases, COUNT_OF(cases), LAYOUT_PRETTY);
}

static void test_rest(void **state) {
    (void)state;
    static const char good[] = HEAD "  'x' = 'new'\n);";
    assert_str(compare(good, "\nINSERT INTO a SELECT i FROM b;", LAYOUT_KEEP), STR(""));
    assert_str(compare(good, "\nINSERT INTO a SELECT i FROM c;\n", LAYOUT_KEEP),
               STR("a token is not the script's, at line 10 of the output"));
    assert_str(compare(good, "\nINSERT INTO a SELECT i FROM b\n", LAYOUT_KEEP),
               STR("a token is not the script's, at line 11 of the output"));
    assert_str(compare(good, "", LAYOUT_KEEP), STR("a token is not the script's, at line 9 of the output"));
    assert_str(compare(good, rest, LAYOUT_PRETTY), STR(""));
}

int main(void) {
    const struct CMUnitTest tests[] = {arena_test(test_keep), arena_test(test_pretty), arena_test(test_rest)};
    return run_all(tests);
}
