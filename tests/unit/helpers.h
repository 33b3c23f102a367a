/* What the unit tests share: the arena of a test, a script on its way through the stages, a random generator. */
#ifndef SMTPATCH_TEST_HELPERS_H
#define SMTPATCH_TEST_HELPERS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "emit/emit.h"
#include "model/model.h"
#include "save.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"
#include "syntax/parser.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static Guard guard;
static Arena arena;

static inline int set_up(void **state) {
    (void)state;
    arena_init(&arena, &guard);
    return 0;
}

static inline int tear_down(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

/* A test with an arena of its own. */
#define arena_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#define run_all(tests) (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests(tests, NULL, NULL))

static inline void assert_str(Str text, Str expected) {
    if (!str_equal(text, expected)) {
        fail_msg("is      <%.*s>\nshould be <%.*s>", (int)text.size, text.data, (int)expected.size, expected.data);
    }
}

static inline void assert_text(Str text, const char *expected) { assert_str(text, str_of(expected)); }

/* text in the arena, with the NUL that sources want. */
static inline Source source_in(Arena *memory, Str text) {
    return source_of(STR("test.sql"), arena_copy(memory, text), memory);
}

/* ---- random inputs: the same at every run ---- */

typedef struct Random {
    uint64_t state;
} Random;

/* splitmix64 */
static inline uint64_t random_next(Random *generator) {
    uint64_t bits = generator->state += UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return bits ^ (bits >> 31);
}

static inline size_t random_below(Random *generator, size_t limit) { return (size_t)(random_next(generator) % limit); }

/* ---- a script on its way through all stages ---- */

typedef struct Passage {
    Guard guard;
    Arena arena, scratch;
    Buffer text;
    Findings findings;
    Str input;
    Layout layout;
    const RuleList *rules;
    size_t rule_list_count;
    const LineRange *ranges; /* NULL: all lines; only for LAYOUT_PRETTY */
    size_t range_count;
    Selection selection;

    Source source;
    Script *script;
    Model *model;
    Plans plans;
    Matcher matcher;
    Str output;  /* only when it was taken */
    Str problem; /* what the comparison said */
    bool is_taken, is_done;
} Passage;

static inline void passage_work(void *context) {
    Passage *passage = context;
    passage->source = source_in(&passage->arena, passage->input);
    passage->script = parse_script(&passage->source, PARSE_ALL, NULL, &passage->arena, &passage->findings);
    if (passage->findings.worst >= SEVERITY_TROUBLE) {
        return;
    }
    if (passage->ranges != NULL) {
        passage->selection =
            select_lines(passage->script, passage->ranges, passage->range_count, &passage->arena);
    }
    passage->model = model_build(passage->script, &passage->arena);
    passage->plans = plans_make(passage->model, passage->rules, passage->rule_list_count, (Release){0},
                                &passage->matcher, &passage->arena, &passage->findings);
    if (passage->findings.worst >= SEVERITY_TROUBLE) {
        return;
    }
    Pieces out = {.arena = &passage->arena};
    Emission emission = {.script = passage->script, .plans = &passage->plans, .scratch = &passage->scratch, .out = &out,
                         .selection = passage->ranges != NULL ? &passage->selection : NULL, .text = &passage->text};
    (passage->layout == LAYOUT_KEEP ? emit_keep : emit_pretty)(&emission);
    passage->output = pieces_text(&out, (PiecePlace){0, 0}, &passage->arena);
    passage->problem = emission.problem;
    passage->is_taken = true;
}

static inline void passage_start(Passage *passage) {
    arena_init(&passage->arena, &passage->guard);
    arena_init(&passage->scratch, &passage->guard);
    passage->findings.arena = &passage->arena;
    assert_true(matcher_init(&passage->matcher));
    passage->is_done = guard_run(&passage->guard, passage_work, passage);
}

/* The script through all stages; is_taken tells whether it came out. passage_end() in any case. */
static inline void passage_run(Passage *passage, Str input, Layout layout, const RuleList *rules, size_t count) {
    *passage = (Passage){.input = input, .layout = layout, .rules = rules, .rule_list_count = count};
    passage_start(passage);
}

/* The same when only some lines are to be laid out, in LAYOUT_PRETTY. */
static inline void passage_run_lines(Passage *passage, Str input, const LineRange *ranges, size_t count) {
    *passage = (Passage){.input = input, .layout = LAYOUT_PRETTY, .ranges = ranges, .range_count = count};
    passage_start(passage);
}

static inline void passage_end(Passage *passage) {
    matcher_free(&passage->matcher);
    buffer_free(&passage->text);
    arena_free(&passage->scratch);
    arena_free(&passage->arena);
}

/* ---- files ---- */

static inline Str read_whole(const char *path) {
    Buffer buffer = {0};
    FileStamp stamp;
    const char *problem = file_read(path, &buffer, &stamp);
    if (problem != NULL) {
        fail_msg("%s: %s", path, problem);
    }
    return buffer_take(&buffer, &arena);
}

#endif
