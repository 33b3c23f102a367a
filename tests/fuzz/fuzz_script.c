/* A script through all the stages. The first byte chooses the layout and the rewrites (bits of SWITCH_…), the
 * second the rules and the release of Flink CDC, the third a view to print (0: none); the rest is the script.
 *
 * Laws: smtpatch finds no bug in its own result; keep without rules gives the same bytes; the options read back from
 * the result are the plan's; outside of them tokens and comments are the script's; the same settings find nothing
 * left to do in it (so pretty of pretty is pretty); the checks find the same when they look at each table for itself; a
 * finding's place lies in the text; JSON is JSON. */
#include "mutate.h"

#include <jansson.h>

#include "checks/fix.h"
#include "checks/registry.h"
#include "cli/result.h"
#include "report/text.h"
#include "syntax/lexer.h"
#include "syntax/parser.h"

enum { SWITCH_KEEP = 1, SWITCH_SET = 2, SWITCH_PRELUDE = 4, SWITCH_SORT = 8, SWITCH_FIX = 16, SWITCH_CHECKS = 32 };
enum { HEADER_SIZE = 3 };

/* The same rules twice are the same rules once, for each of these. */
static const char *const rules_texts[] = {
    "",
    "[rule a]\nconnector = -cdc$\nslot = flink_${table|slot}\npublication = p\nheartbeat = 10s\n",
    "[rule a]\nset.new.key = it's\nunset.k* =\nunset.hostname =\n",
    "[rule a]\nname = .\nset.table-name = ${name|lower}\ndefault.x = ${connector}\nreplace.a = b\n",
    "[rule a]\nrename.l = renamed\nrename.scan.startup.mode = renamed\n",
    "[rule a]\nname = ^t$\nrename-table.u =\n",
    ("[table-rule.1]\ndatabase = .*\nschema = .*\ntable = .*\n"
     "flink.cdc.slot.name = s\nflink.starrocks.sink.label-prefix = l\n"),
    "[rule a]\nescape-backslashes = yes\nset.q = a\\b\n",
};

enum { RULES_COUNT = sizeof rules_texts / sizeof *rules_texts };

typedef struct Run {
    Ground ground;
    uint8_t header[HEADER_SIZE];
    Str input;
    Source source, rules_source;
    RulesFile rules;
    Matcher matcher;
    FileSettings settings;
    ResultText made;
    Str text; /* that was made */
    const Script *script;
    Plans plans;
    Buffer view;
    bool is_taken;
} Run;

static const PreludeSetting prelude[] = {{STR("execution.checkpointing.interval"), STR("10s")},
                                         {STR("it's"), STR("b")}};

static void choose_settings(Run *run) {
    unsigned switches = run->header[0];
    FileSettings *settings = &run->settings;
    *settings = default_file_settings(&run->ground.arena);
    settings->layout = switches & SWITCH_KEEP ? LAYOUT_KEEP : LAYOUT_PRETTY;
    settings->gathers_inserts = switches & SWITCH_SET;
    settings->sorts_options = switches & SWITCH_SORT;
    settings->fixes = switches & SWITCH_FIX;
    if (switches & SWITCH_PRELUDE) {
        settings->prelude.items = (PreludeSetting *)prelude;
        settings->prelude.count = sizeof prelude / sizeof *prelude;
    }
}

static bool has_rules(const Run *run) { return run->header[1] % RULES_COUNT != 0; }

static CheckSettings check_settings(const FileSettings *file) {
    return (CheckSettings){.release = file->release,
                           .severities = file->severities,
                           .prelude = file->prelude.items,
                           .prelude_count = file->prelude.count,
                           .gathers_inserts = file->gathers_inserts};
}

static void make_plans(Run *run, const Script *script) {
    Ground *ground = &run->ground;
    size_t count = ground->findings.list.count;
    run->rules_source = ground_source(ground, "rules.ini", str_of(rules_texts[run->header[1] % RULES_COUNT]));
    rules_load(&run->rules_source, &run->rules, &ground->arena, &ground->findings);
    if (ground->findings.list.count > count) {
        break_law("the fuzzer's own rules are refused", ground->findings.list.items[count].message);
    }
    RuleList rules = composer_rules(&run->rules.composer);
    run->plans = plans_make(model_build(script, &ground->arena), &rules, 1, run->settings.release, &run->matcher,
                            &ground->arena, &ground->findings);
    if (run->settings.fixes) {
        CheckSettings settings = check_settings(&run->settings);
        script_fixes(script, &run->plans, &settings, &ground->arena);
    }
}

/* JSON is JSON. */
static void check_view(const char *name, const Run *run) {
    json_t *tree =
        strcmp(name, "json") == 0 ? json_loadb(run->view.data, run->view.size, JSON_ALLOW_NUL, NULL) : json_null();
    if (tree == NULL) {
        break_law("this is no JSON", buffer_str(&run->view));
    }
    json_decref(tree);
}

static void print_view(Run *run) {
    Ground *ground = &run->ground;
    size_t views = 0;
    while (output_at(views) != NULL) {
        views++;
    }
    size_t view = run->header[2] % (views + 1);
    if (view > 0) {
        OutputRequest request = {.script = run->script,
                                 .plans = &run->plans,
                                 .width = 80,
                                 .arena = &ground->arena,
                                 .findings = &ground->findings,
                                 .out = &run->view};
        output_at(view - 1)->print(&request);
        check_view(output_at(view - 1)->name, run);
    }
}

/* The others begin at `from` in their list. */
static void compare_findings(const Findings *findings, const Findings *others, size_t from) {
    if (findings->list.count != others->list.count - from) {
        break_law("table by table the checks find more or less", STR(""));
    }
    for (size_t i = 0; i < findings->list.count; i++) {
        const Finding *finding = &findings->list.items[i], *other = &others->list.items[from + i];
        if (!str_equal(finding->message, other->message) || !str_equal(finding->hint, other->hint) ||
            finding->span.start != other->span.start || finding->severity != other->severity) {
            break_law("table by table the checks find something else", finding->message);
        }
    }
}

static void check_again(Run *run, const Plans *plans, bool looks_at_each, size_t from) {
    Ground *ground = &run->ground;
    CheckSettings settings = check_settings(&run->settings);
    Findings findings = {.arena = &ground->arena};
    Facts facts = {0};
    settings.looks_at_each = looks_at_each;
    script_checks(plans->model->script, plans, &settings, &ground->arena, &ground->scratch, &findings, &facts);
    compare_findings(&findings, &ground->findings, from);
}

/* As --lint does it: without most columns, and plans are made when they are asked for, many by example. */
static void check_with_promised_plans(Run *run, size_t from) {
    Ground *ground = &run->ground;
    RuleList rules = composer_rules(&run->rules.composer);
    Findings told = {.arena = &ground->arena};
    bool may_be = !run->settings.fixes && !run->settings.sorts_options && !rules_rename_tables(&rules, 1);
    if (may_be && !run->plans.model->has_like) {
        const Script *script = parse_script(&run->source, PARSE_SUMMARIES, NULL, &ground->arena, &told);
        const Model *model = model_build(script, &ground->arena);
        Plans promised = plans_promise(model, &rules, 1, run->settings.release, &run->matcher, &ground->arena, &told);
        check_again(run, &promised, false, from);
    }
}

/* Tables of one shape are checked as one; so the same is found as when each is looked at. */
static void check_script(Run *run) {
    Ground *ground = &run->ground;
    CheckSettings settings = check_settings(&run->settings);
    size_t before = ground->findings.list.count;
    Facts facts = {0};
    if ((run->header[0] & SWITCH_CHECKS) == 0) {
        return;
    }
    script_checks(run->script, &run->plans, &settings, &ground->arena, &ground->scratch, &ground->findings, &facts);
    check_again(run, &run->plans, true, before);
    check_with_promised_plans(run, before);
}

static void report(Run *run) {
    ReportStyle style = {true, SEVERITY_INFO};
    check_findings(&run->ground.findings);
    report_findings(&run->ground.findings, &style, &run->ground.arena, &run->view);
}

static void work(void *context) {
    Run *run = context;
    Ground *ground = &run->ground;
    choose_settings(run);
    run->source = ground_source(ground, "in.sql", run->input);
    run->script = parse_script(&run->source, PARSE_ALL, NULL, &ground->arena, &ground->findings);
    if (ground->findings.worst < SEVERITY_TROUBLE) {
        make_plans(run, run->script);
    }
    if (ground->findings.worst < SEVERITY_TROUBLE) {
        run->made = (ResultText){.settings = &run->settings,
                                 .arena = &ground->arena,
                                 .scratch = &ground->scratch,
                                 .findings = &ground->findings,
                                 .made = {.arena = &ground->arena}};
        run->is_taken = result_make(&run->made, run->script, &run->plans);
        run->text = pieces_text(&run->made.made, (PiecePlace){0, 0}, &ground->arena);
        check_findings(&ground->findings);
        check_script(run);
        print_view(run);
    }
    report(run);
}

static void run_start(Run *run, const uint8_t *header, Str input) {
    *run = (Run){.input = input};
    memcpy(run->header, header, HEADER_SIZE);
    ground_init(&run->ground);
    if (!matcher_init(&run->matcher) || !guard_run(&run->ground.guard, work, run)) {
        break_law("memory ended", STR(""));
    }
}

static void run_end(Run *run) {
    matcher_free(&run->matcher);
    composer_free(&run->rules.composer);
    result_free(&run->made);
    buffer_free(&run->view);
    ground_end(&run->ground);
}

/* ---- the laws ---- */

static size_t options_left(const Plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        count += !plan->options[i].is_removed;
    }
    return count;
}

/* The options of a table in its result: what the plan has of it, each key's last, and no others. */
static void compare_options(const Run *first, const Plan *plan, const Run *second, const Plan *read_back) {
    if (options_left(plan) != options_left(read_back)) {
        break_law("there are more or fewer options than the plan says", first->text);
    }
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        const PlannedOption *found = option->is_removed ? NULL : plan_option(&second->plans, read_back, option->key);
        const PlannedOption *meant = plan_option(&first->plans, plan, option->key);
        if (!option->is_removed && (found == NULL || !str_equal(found->value, meant->value))) {
            break_law("an option is not what the plan says", first->text);
        }
    }
}

/* second: the first one's result, read without rules. */
static void compare_plans(const Run *first, const Run *second) {
    if (!second->is_taken || first->plans.model->table_count != second->plans.model->table_count) {
        break_law("the result has other tables", first->text);
    }
    for (size_t i = 0; i < first->plans.model->table_count; i++) {
        compare_options(first, &first->plans.items[i], second, &second->plans.items[i]);
    }
}

/* ---- tokens and comments, compared without the help of the program's own comparison ---- */

/* The tokens of a script outside of its option lists, one after the other. */
typedef struct Reader {
    const Script *script;
    uint32_t at;
    size_t next;       /* the statement whose list comes next */
    uint64_t comments; /* the sum of their hashes, and of those in the lists */
} Reader;

static Span next_list(Reader *reader) {
    for (; reader->next < reader->script->statement_count; reader->next++) {
        const Statement *statement = &reader->script->statements[reader->next];
        bool is_table = statement->kind == STATEMENT_CREATE_TABLE && !span_is_empty(statement->table->option_list);
        if (is_table && statement->table->option_list.end > reader->at) {
            return statement->table->option_list;
        }
    }
    return (Span){UINT32_MAX, UINT32_MAX};
}

static Token next_token(Reader *reader) {
    for (;;) {
        Span list = next_list(reader);
        Token token = lex(reader->script->source->text, reader->at);
        bool is_comment = token_is_comment(token), is_listed = token.start >= list.start && token.kind != TOKEN_EOF;
        reader->at = token.end;
        if (is_comment) {
            reader->comments += str_hash(source_slice(reader->script->source, token_span(token)));
        } else if (token.kind != TOKEN_BLANK && !is_listed && token.kind != TOKEN_WITH) {
            return token; /* WITH comes and goes with its list */
        }
    }
}

/* Both know the result's statements as the parser reads them; only what stands in a table's WITH ( … ) may differ. */
static void compare_tokens(const Run *first, const Run *second) {
    Reader old = {.script = first->script, .at = first->script->source->begin};
    Reader new = {.script = second->script, .at = second->script->source->begin};
    Token from, to;
    do {
        from = next_token(&old);
        to = next_token(&new);
        Str a = source_slice(old.script->source, token_span(from)),
            b = source_slice(new.script->source, token_span(to));
        bool is_keyword = token_is_keyword(from) && first->settings.layout == LAYOUT_PRETTY;
        if (from.kind != to.kind || !(is_keyword ? str_equal_ignore_case(a, b) : str_equal(a, b))) {
            break_law("a token outside of the options has changed", first->text);
        }
    } while (from.kind != TOKEN_EOF);
    if (old.comments != new.comments) {
        break_law("the comments have changed", first->text);
    }
}

static bool only_changes_options(const Run *run) {
    for (size_t i = 0; i < run->plans.model->table_count; i++) {
        if (run->plans.items[i].new_name.size > 0) {
            return false;
        }
    }
    return (run->header[0] & (SWITCH_SET | SWITCH_PRELUDE)) == 0;
}

static void check_laws(const Run *first) {
    Run again;
    const uint8_t bare[HEADER_SIZE] = {SWITCH_KEEP, 0, 0};
    run_start(&again, bare, first->text);
    compare_plans(first, &again);
    if (only_changes_options(first)) {
        compare_tokens(first, &again);
    }
    if (!str_equal(again.text, first->text)) {
        break_law("keep changes a result", first->text);
    }
    run_end(&again);
    run_start(&again, first->header, first->text);
    if (!again.is_taken || !str_equal(again.text, first->text)) {
        break_law(again.is_taken ? "twice is not as once" : "the result is not taken",
                  again.is_taken ? again.text : first->text);
    }
    run_end(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Run run;
    if (size < HEADER_SIZE) {
        return 0;
    }
    Str text = {(const char *)data + HEADER_SIZE, size - HEADER_SIZE};
    run_start(&run, data, text);
    bool changes_nothing =
        (run.header[0] & ~(unsigned)(SWITCH_CHECKS | SWITCH_SORT)) == SWITCH_KEEP && !has_rules(&run);
    if (run.is_taken && changes_nothing && !str_equal(run.text, text)) {
        break_law("keep changes it", run.text);
    }
    if (run.is_taken) {
        check_laws(&run);
    }
    run_end(&run);
    return 0;
}

/* ---- mutations ---- */

static const char *const pieces[] = {
    "CREATE TABLE t (a INT) WITH ('connector' = 'postgres-cdc');",
    "INSERT INTO t SELECT * FROM s;",
    "BEGIN STATEMENT SET;",
    "END;",
    "EXECUTE STATEMENT SET BEGIN ",
    "SET 'a' = 'b';",
    "RESET;",
    "USE d;",
    "USE CATALOG c;",
    "'k' = 'v',",
    ", 'k' = 'v'",
    "LIKE s (EXCLUDING OPTIONS)",
    "AS SELECT 1",
    "PRIMARY KEY (a) NOT ENFORCED",
    "-- c\n",
    "/* c */",
    "// c\n",
    "/*+ OPTIONS('a'='b') */",
    "-- smtpatch: off\n",
    "-- smtpatch: on\n",
    "-- smtpatch: skip\n",
    "-- smtpatch: allow(unknown-option)\n",
    "\r\n",
    "\r",
    "\n\n\n",
    "N'x'",
    "U&'\\0041'",
    "E'\\''",
    "'a' 'b'",
    "''",
    "`a``b`",
    "ROW<x INT, y ARRAY<STRING>>",
    "COMMENT 'c'",
    "(",
    ")",
    "WITH (",
    ";",
    "${x}",
    "WATERMARK FOR a AS a - INTERVAL '5' SECOND,",
    "CREATE VIEW v AS SELECT * FROM t;",
    "WITH q AS (SELECT 1) ",
    "'slot.name' = '${table}'",
    "ALTER TABLE t ",
    "EXPLAIN ",
    "CASE WHEN a THEN b END",
    "a.b.c",
    "\xEF\xBB\xBF",
    "\xFF",
    "\xE8\xAE\xA2",
    "SET a.b = c;",
    "SET 'execution.checkpointing.interval' = '1s';",
    "RESET 'a';",
    "STATEMENT SET BEGIN ",
    "COMPILE PLAN 'p' FOR ",
    "CREATE TEMPORARY VIEW v AS ",
    "CREATE OR REPLACE TABLE ",
    "DISTRIBUTED BY HASH(a) INTO 4 BUCKETS ",
    "PARTITIONED BY (a) ",
    "METADATA FROM 'k' VIRTUAL",
    "a AS b + 1,",
    "DECIMAL(10, 2)",
    "TIMESTAMP(3) WITH LOCAL TIME ZONE",
    "USING CONNECTION c ",
    "'password' = 's',",
    "'connector' = 'starrocks'",
    "'connector' = 'mysql-cdc'",
    "'debezium.publication.name' = 'p'",
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static const Kind kind = {HEADER_SIZE, token_end, word_end, pieces, sizeof pieces / sizeof *pieces};
    return mutate(&kind, data, size, max_size, seed);
}
