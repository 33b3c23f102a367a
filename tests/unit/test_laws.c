/* What holds whatever comes in: no crash and no bug found by the comparison; keep without rules gives the same bytes;
 * pretty is idempotent, and keep leaves its output alone. On the fixtures, on random bytes, on tokens thrown together,
 * and on fixtures with tokens taken away, doubled and swapped. The same with only some lines selected: all else stays.
 * The seeds are fixed. */
#include <dirent.h>
#include <sys/stat.h>

#include "helpers.h"
#include "rules/compose.h"
#include "same_tree.h"

enum {
    RANDOM_BYTES = 10000,
    TOKEN_SOUPS = 30000,
    DEFINITIONS = 4000,
    MUTANTS = 15000,
    RULED = 4000,
    SOUP_MAX = 40,
    MUTATIONS_MAX = 6
};

/* ---- the laws ---- */

static const char *problem_of(const Passage *passage) {
    return !passage->is_done ? "memory ended" : passage->problem.size > 0 ? passage->problem.data : NULL;
}

/* NULL, or which law is broken. *is_taken: whether the input was taken at all. rules: none for the laws of layouts. */
static const char *broken_law(Str text, const RuleList *rules, bool *is_taken) {
    Passage keep, pretty, again;
    passage_run(&keep, text, LAYOUT_KEEP, rules, rules ? 1 : 0);
    passage_run(&pretty, text, LAYOUT_PRETTY, rules, rules ? 1 : 0);
    const char *law = problem_of(&keep) ? problem_of(&keep) : problem_of(&pretty);
    *is_taken = keep.is_taken;
    if (law == NULL && keep.is_taken != pretty.is_taken) {
        law = "one layout takes it, the other does not";
    } else if (law == NULL && keep.is_taken) {
        passage_run(&again, pretty.output, LAYOUT_PRETTY, rules, rules ? 1 : 0);
        law = problem_of(&again);
        if (law == NULL && !again.is_taken) {
            law = "pretty's output is not taken";
        } else if (law == NULL && !str_equal(again.output, pretty.output)) {
            law = "pretty of pretty is not pretty";
        } else if (law == NULL && rules == NULL && !str_equal(keep.output, text)) {
            law = "keep changes it";
        }
        passage_end(&again);
    }
    law = law ? arena_copy(&arena, str_of(law)).data : NULL;
    passage_end(&keep);
    passage_end(&pretty);
    return law;
}

/* Fails with the input as a C reader can see it. */
static void fail_law(const char *law, Str text) {
    Buffer shown = {0};
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '\n' || (c >= 0x20 && c < 0x7F && c != '\\')) {
            buffer_add_char(&shown, (char)c);
        } else {
            buffer_format(&shown, "\\x%02X", c);
        }
    }
    fail_msg("%s:\n%s", law, buffer_take(&shown, &arena).data);
}

static size_t known; /* statements that were taken by their skeletons */

static bool check(Str text) {
    bool is_taken;
    const char *law = broken_law(text, NULL, &is_taken);
    if (law == NULL && !is_same_twice(text, &arena, &known)) {
        law = "read twice it has two trees";
    }
    if (law == NULL && !is_same_again(text, &arena)) {
        law = "read after itself it has another tree";
    }
    if (law != NULL) {
        fail_law(law, text);
    }
    return is_taken;
}

/* ---- inputs ---- */

typedef VECTOR(Str) Texts;

static Texts fixtures;

static bool is_script(const char *name) { return str_has_suffix(str_of(name), STR(".sql")); }

static void read_fixtures(const char *directory) {
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *path = arena_format(&arena, "%s/%s", directory, entries[i]->d_name).data;
        struct stat status;
        bool is_hidden = entries[i]->d_name[0] == '.';
        if (!is_hidden && stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
            read_fixtures(path);
        } else if (is_script(path)) {
            *vector_add(&arena, &fixtures) = read_whole(path);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
}

static int set_up_fixtures(void **state) {
    set_up(state);
    fixtures = (Texts){0};
    read_fixtures("fixtures");
    return 0;
}

static const char *const words[] = {
    "CREATE",
    "TABLE",
    "IF NOT EXISTS",
    "t",
    "`a``b`",
    "c.d.t",
    "(",
    ")",
    "(",
    ")",
    ",",
    ";",
    ";",
    "=",
    "'a'",
    "'b'",
    "''",
    "'it''s'",
    "N'x'",
    "U&'\\0041'",
    "E'\\''",
    "x'41'",
    "'a' 'b'",
    "WITH",
    "WITH (",
    "'connector' = 'postgres-cdc'",
    "'k' = 'v'",
    "a INT",
    "b STRING NOT NULL",
    "PRIMARY KEY (a) NOT ENFORCED",
    "WATERMARK FOR a AS a - INTERVAL '5' SECOND",
    "METADATA FROM 'x' VIRTUAL",
    "COMMENT 'c'",
    "PARTITIONED BY (a)",
    "DISTRIBUTED BY HASH(a) INTO 3 BUCKETS",
    "ROW<x INT, y ARRAY<STRING>>",
    "MAP<INT,INT>",
    "ROW<>",
    "<",
    ">",
    "<>",
    "LIKE s",
    "(EXCLUDING OPTIONS)",
    "AS SELECT 1",
    "INSERT INTO",
    "SELECT * FROM",
    "VALUES (1)",
    "BEGIN STATEMENT SET",
    "EXECUTE STATEMENT SET BEGIN",
    "END",
    "CASE",
    "SET",
    "SET 'a' = 'b'",
    "SET a.b = c",
    "RESET",
    "USE CATALOG",
    "USE",
    "DROP TABLE",
    "ALTER TABLE",
    "VIEW",
    "TEMPORARY",
    "OR REPLACE",
    "DATABASE",
    "MODEL",
    "${x}",
    "{{ y }}",
    "$",
    "1.5e3",
    "42",
    "--c\n",
    "//d\n",
    "/* e */",
    "/**/",
    "/***/",
    "/*+ OPTIONS('a'='b') */",
    "-- smtpatch: off\n",
    "-- smtpatch: on\n",
    "-- smtpatch: skip\n",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\f",
    "  ",
    ".",
    "..",
    "\"",
    "'",
    "`",
    "\xE8\xAE\xA2\xE5\x8D\x95",
    "\xEF\xBB\xBF",
    "\xC2\xA0",
    "\xFF",
    "-",
    "--",
    "/*",
    "*/",
    "EXPLAIN",
};

static Str token_soup(Random *random) {
    Buffer soup = {0};
    size_t count = 1 + random_below(random, SOUP_MAX);
    for (size_t i = 0; i < count; i++) {
        buffer_add(&soup, str_of(words[random_below(random, COUNT_OF(words))]));
        buffer_add(&soup, random_below(random, 8) > 0 ? STR(" ") : STR(""));
    }
    return buffer_take(&soup, &arena);
}

/* A table definition out of good parts, so that many are taken: with comments and line ends thrown in anywhere. */
static Str definition_soup(Random *random) {
    static const char *const parts[] = {"CREATE", "TABLE", "t",   "(",        "a",    "INT",     ",",      "b",
                                        "AS",     "a",     "+",   "1",        ",",    "PRIMARY", "KEY",    "(",
                                        "a",      ")",     "NOT", "ENFORCED", ")",    "COMMENT", "'c'",    "WITH",
                                        "(",      "'k'",   "=",   "'v'",      "'w'",  ",",       "'l'",    "=",
                                        "'m'",    ")",     ";",   "INSERT",   "INTO", "s",       "SELECT", "a",
                                        "FROM",   "t",     ";",   "SET",      "'a'",  "=",       "'b'",    ";"};
    static const char *const gaps[] = {" ",        "\n",      "\r\n",          "\n\n\n",          "\t",       " -- c\n",
                                       "\n-- d\n", "/* e */", " /* f\n g */ ", "\n\n/* h */\n\n", " // i\r\n"};
    Buffer soup = {0};
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t gap = random_below(random, 2 * COUNT_OF(gaps));
        buffer_add(&soup, str_of(parts[i]));
        buffer_add(&soup, str_of(gap < COUNT_OF(gaps) ? gaps[gap] : " "));
    }
    return buffer_take(&soup, &arena);
}

static Str random_bytes(Random *random) {
    size_t size = random_below(random, 200);
    bool is_text = random_below(random, 2) == 0;
    char *bytes = arena_alloc(&arena, size + 1);
    for (size_t i = 0; i < size; i++) {
        bytes[i] =
            is_text ? " '`\n\r\t/*-+;,()=.<>\\$abEeNUxX&09_\"\0"[random_below(random, 35)] : (char)random_next(random);
    }
    return (Str){bytes, size};
}

typedef VECTOR(Token) Tokens;

static Tokens tokens_of(Str text) {
    Tokens tokens = {0};
    for (Token token = lex(text, 0); token.kind != TOKEN_EOF; token = lex(text, token.end)) {
        *vector_add(&arena, &tokens) = token;
    }
    return tokens;
}

/* Some statements of a fixture, with a few tokens taken away, doubled or swapped. */
static Str mutant(Random *random) {
    Str text = fixtures.items[random_below(random, fixtures.count)];
    Tokens tokens = tokens_of(text);
    size_t length = 1 + random_below(random, 150);
    if (tokens.count == 0) {
        return text;
    }
    size_t first = random_below(random, tokens.count),
           end = first + length < tokens.count ? first + length : tokens.count;
    while (first > 0 && tokens.items[first - 1].kind != TOKEN_SEMICOLON) {
        first--;
    }
    for (size_t i = random_below(random, MUTATIONS_MAX); i > 0; i--) {
        Token *one = &tokens.items[first + random_below(random, end - first)];
        Token *other = &tokens.items[first + random_below(random, end - first)];
        Token copy = *one;
        switch (random_below(random, 3)) {
        case 0:
            one->end = one->start;
            break;
        case 1:
            *one = *other;
            break;
        default:
            *one = *other;
            *other = copy;
        }
    }
    Buffer out = {0};
    for (size_t i = first; i < end; i++) {
        buffer_add(&out, (Str){text.data + tokens.items[i].start, tokens.items[i].end - tokens.items[i].start});
    }
    return buffer_take(&out, &arena);
}

/* Checks `count` inputs; at least `least` of them must be taken, or the test would test nothing. */
static void check_random(Str (*make)(Random *random), size_t count, size_t least) {
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        Random random = {i * 7919};
        taken += check(make(&random));
    }
    assert_in_range(taken, least, count);
}

/* ---- tests ---- */

static void test_fixtures(void **state) {
    (void)state;
    assert_true(fixtures.count > 20);
    known = 0;
    for (size_t i = 0; i < fixtures.count; i++) {
        check(fixtures.items[i]);
    }
    assert_true(known > 100); /* else nothing was learned, and the law of skeletons says nothing */
}

/* Every beginning of a fixture: what an editor sends while one types. */
static void test_beginnings(void **state) {
    (void)state;
    for (size_t i = 0; i < fixtures.count; i++) {
        Str text = fixtures.items[i];
        size_t step = 1 + text.size / 40;
        for (size_t size = i % step; size < text.size && size < 6000; size += step) {
            check(arena_copy(&arena, (Str){text.data, size}));
        }
    }
}

static void test_random_bytes(void **state) {
    (void)state;
    check_random(random_bytes, RANDOM_BYTES, 1);
}

static void test_token_soup(void **state) {
    (void)state;
    check_random(token_soup, TOKEN_SOUPS, 1);
}

static void test_definition_soup(void **state) {
    (void)state;
    check_random(definition_soup, DEFINITIONS, DEFINITIONS);
}

static void test_mutants(void **state) {
    (void)state;
    check_random(mutant, MUTANTS, MUTANTS / 10);
}

static RuleList rules_in(Composer *composer, Findings *findings) {
    *composer = (Composer){.arena = &arena, .findings = findings};
    const RulePlace place = {.text = STR("--set")};
    composer_start(composer, STR("all"));
    composer_action(composer, ACTION_SET, SCOPE_ANY, STR("new.key"), STR("it's"), &place);
    composer_action(composer, ACTION_SET, SCOPE_ANY, STR("table-name"), STR("${table}"), &place);
    composer_action(composer, ACTION_UNSET, SCOPE_ANY, STR("k*"), STR(""), &place);
    composer_action(composer, ACTION_UNSET, SCOPE_ANY, STR("hostname"), STR(""), &place);
    composer_action(composer, ACTION_RENAME, SCOPE_ANY, STR("l"), STR("renamed"), &place);
    composer_action(composer, ACTION_RENAME, SCOPE_ANY, STR("scan.startup.mode"), STR("renamed"), &place);
    composer_finish(composer);
    return composer_rules(composer);
}

/* With rules: what comes out is what the plan says, and the same rules find nothing left to do. */
static void check_rules(Str text, const RuleList *rules) {
    for (Layout layout = LAYOUT_PRETTY; layout <= LAYOUT_KEEP; layout++) {
        Passage first, second;
        passage_run(&first, text, layout, rules, 1);
        if (problem_of(&first) != NULL) {
            fail_law(problem_of(&first), text);
        }
        if (first.is_taken) {
            passage_run(&second, first.output, layout, rules, 1);
            if (!second.is_taken || problem_of(&second) != NULL || !str_equal(first.output, second.output)) {
                fail_law(second.is_taken ? "the rules change their own result" : "the result is not taken", text);
            }
            passage_end(&second);
        }
        passage_end(&first);
    }
}

static void test_rules(void **state) {
    (void)state;
    Findings findings = {.arena = &arena};
    Composer composer;
    RuleList rules = rules_in(&composer, &findings);
    assert_int_equal(findings.list.count, 0);
    for (size_t i = 0; i < fixtures.count; i++) {
        check_rules(fixtures.items[i], &rules);
    }
    for (size_t i = 0; i < RULED; i++) {
        Random random = {i};
        check_rules(definition_soup(&random), &rules);
        check_rules(token_soup(&random), &rules);
        check_rules(mutant(&random), &rules);
    }
    composer_free(&composer);
}

/* ---- only some lines ---- */

enum { RANGES_MAX = 3, SELECTED = 4000 };

/* Whether the parts of text that are not selected stand in output, in their order. */
static bool keeps_the_rest(const Passage *passage) {
    const Selection *selection = &passage->selection;
    Str text = passage->source.text, output = passage->output;
    uint32_t at = 0;
    for (size_t i = 0; i <= selection->run_count; i++) {
        bool is_last = i == selection->run_count;
        Str rest = {text.data + at, (is_last ? text.size : selection->runs[i].start) - at};
        const char *found = memmem(output.data, output.size, rest.data, rest.size);
        if (found == NULL || (i == 0 && found != output.data)) {
            return false;
        }
        output = str_from(output, (size_t)(found - output.data) + rest.size);
        at = is_last ? at : selection->runs[i].end;
        if (is_last) {
            return str_has_suffix(passage->output, rest);
        }
    }
    return true;
}

static Str run_lines(Passage *passage, Str text, const LineRange *ranges, size_t count) {
    passage_run_lines(passage, text, ranges, count);
    if (problem_of(passage) != NULL) {
        fail_law(problem_of(passage), text);
    }
    return passage->output;
}

/* All lines are what pretty prints, and in that there is nothing left to do for any of them. */
static void check_lines(Str text, Random *random) {
    LineRange ranges[RANGES_MAX] = {{1, SIZE_MAX}};
    size_t count = 1 + random_below(random, RANGES_MAX);
    Passage pretty, all, some, again;
    passage_run(&pretty, text, LAYOUT_PRETTY, NULL, 0);
    if (pretty.is_taken && pretty.script->statement_count > 0) {
        if (!str_equal(run_lines(&all, text, ranges, 1), pretty.output)) {
            fail_law("all lines are not the whole script", text);
        }
        for (size_t i = 0; i < count; i++) {
            ranges[i].first = 1 + random_below(random, source_line(&pretty.source, (uint32_t)text.size));
            ranges[i].last = ranges[i].first + random_below(random, 10);
        }
        run_lines(&some, text, ranges, count);
        if (!keeps_the_rest(&some)) {
            fail_law("what no range touches changed", text);
        }
        if (!str_equal(run_lines(&again, pretty.output, ranges, count), pretty.output)) {
            fail_law("lines of pretty are not pretty", pretty.output);
        }
        passage_end(&all);
        passage_end(&some);
        passage_end(&again);
    }
    passage_end(&pretty);
}

static void test_lines(void **state) {
    (void)state;
    for (size_t i = 0; i < SELECTED; i++) {
        Random random = {i};
        check_lines(fixtures.items[i % fixtures.count], &random);
        check_lines(definition_soup(&random), &random);
        check_lines(mutant(&random), &random);
    }
}

#define fixtures_test(name) cmocka_unit_test_setup_teardown(name, set_up_fixtures, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        fixtures_test(test_fixtures),   fixtures_test(test_beginnings), fixtures_test(test_random_bytes),
        fixtures_test(test_token_soup), fixtures_test(test_definition_soup), fixtures_test(test_mutants),
        fixtures_test(test_rules),      fixtures_test(test_lines),
    };
    return run_all(tests);
}
