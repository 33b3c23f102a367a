/* A rules file: read, its settings applied, its rules applied to a script. Laws: smtpatch finds no bug in its own
 * result; a finding's place lies in the text. */
#include "mutate.h"

#include "cli/result.h"
#include "report/text.h"
#include "syntax/parser.h"

static const char script_text[] =
    "CREATE TABLE `a`.`b`.`students_src` (`id` BIGINT NOT NULL, PRIMARY KEY(`id`) NOT ENFORCED) with (\n"
    "  'connector' = 'postgres-cdc', -- c\n  'database-name' = 'school', 'schema-name' = 'public',\n"
    "  'table-name' = 'students', 'slot.name' = 'x\\y'\n);\n"
    "CREATE TABLE m (a INT) WITH ('connector' = 'mysql-cdc', 'k' = 'v', 'k' = 'w');\n"
    "CREATE TABLE s (a INT) WITH ('connector' = 'starrocks', 'table-name' = 's');\n"
    "CREATE TABLE n LIKE m;\nCREATE TABLE o (a INT);\nINSERT INTO s SELECT a FROM m; INSERT INTO s SELECT id FROM "
    "students_src;\n";

typedef struct Run {
    Ground ground;
    Str text;
    Source rules_source, source;
    RulesFile rules;
    Matcher matcher;
    ResultText made;
    FileSettings settings;
    Buffer messages;
} Run;

static void apply_settings(Run *run) {
    Arena *arena = &run->ground.arena;
    run->settings = default_file_settings(arena);
    for (size_t i = 0; i < run->rules.settings.count; i++) {
        setting_apply(&run->rules.settings.items[i], BY_RULES_FILE, &run->settings, arena, &run->ground.findings);
    }
    for (size_t i = 0; i < run->rules.prelude.count; i++) {
        prelude_set(&run->settings.prelude, run->rules.prelude.items[i].key, run->rules.prelude.items[i].value, arena);
    }
}

static void patch(Run *run) {
    Ground *ground = &run->ground;
    RuleList rules = composer_rules(&run->rules.composer);
    run->source = ground_source(ground, "in.sql", STR(script_text));
    const Script *script = parse_script(&run->source, PARSE_ALL, NULL, &ground->arena, &ground->findings);
    Plans plans = plans_make(model_build(script, &ground->arena), &rules, 1, run->settings.release, &run->matcher,
                             &ground->arena, &ground->findings);
    if (ground->findings.worst < SEVERITY_TROUBLE) {
        run->made = (ResultText){.settings = &run->settings,
                                 .arena = &ground->arena,
                                 .scratch = &ground->scratch,
                                 .findings = &ground->findings,
                                 .made = {.arena = &ground->arena}};
        result_make(&run->made, script, &plans);
    }
}

static void work(void *context) {
    Run *run = context;
    Ground *ground = &run->ground;
    ReportStyle style = {false, SEVERITY_INFO};
    run->rules_source = ground_source(ground, "rules.ini", run->text);
    rules_load(&run->rules_source, &run->rules, &ground->arena, &ground->findings);
    apply_settings(run);
    if (ground->findings.worst < SEVERITY_TROUBLE) {
        patch(run);
    }
    check_findings(&ground->findings);
    report_findings(&ground->findings, &style, &ground->arena, &run->messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Run run = {.text = {(const char *)data, size}};
    ground_init(&run.ground);
    if (!matcher_init(&run.matcher) || !guard_run(&run.ground.guard, work, &run)) {
        break_law("memory ended", STR(""));
    }
    matcher_free(&run.matcher);
    composer_free(&run.rules.composer);
    result_free(&run.made);
    buffer_free(&run.messages);
    ground_end(&run.ground);
    return 0;
}

static const char *const pieces[] = {
    "[smtpatch]\n",
    "[prelude]\n",
    "[rule a]\n",
    "[rule]\n",
    "[table-rule.1]\n",
    "[db]\n",
    "[other]\n",
    "[",
    "]",
    " = ",
    "=",
    "\n",
    "\r\n",
    " ; c\n",
    "# c\n",
    "  more\n",
    "\"",
    "\"a ; b\"",
    "layout = keep\n",
    "layout = pretty\n",
    "sort-options = yes\n",
    "statement-set = yes\n",
    "fix = no\n",
    "flink-cdc = 3.1\n",
    "lint.slot-shared-by-sources = off\n",
    "lint.unknown-option = error\n",
    "publication-sql = p.sql\n",
    "execution.checkpointing.interval = 10s\n",
    "connector = ^postgres-cdc$\n",
    "connector = !mysql\n",
    "connector = .\n",
    "catalog = .\n",
    "database = ^(?<d>.*)$\n",
    "schema = public\n",
    "table = ^(?<x>[a-z]+)_?(.*)$\n",
    "table = (?i)S\n",
    "name = ^[a-z]$\n",
    "role = source\n",
    "role = sink\n",
    "file = in\n",
    "option.k = v\n",
    "slot = s_${table|slot}\n",
    "publication = ${database}_pub\n",
    "heartbeat = 10s\n",
    "debezium.a.b = c\n",
    "set.k = ${option:k}x\n",
    "set.connector = print\n",
    "default.k = v\n",
    "replace.k = it's\n",
    "unset.k* =\n",
    "unset.slot.name =\n",
    "rename.k = l\n",
    "rename.slot.name = debezium.slot.name\n",
    "rename-table.${name}_new =\n",
    "rename-table.m =\n",
    "rename-upstream = yes\n",
    "escape-backslashes = yes\n",
    "flink.cdc.slot.name = s\n",
    "flink.starrocks.sink.label-prefix = l\n",
    "${table}",
    "${1}",
    "${x}",
    "${name|upper|slot}",
    "${env:HOME}",
    "${option:",
    "$$",
    "${",
    "}",
    "|lower",
    "\xEF\xBB\xBF",
    "\xFF",
    "(a+)+$",
    "\\",
    "'",
    "''",
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static const Kind kind = {0, line_end, word_end, pieces, sizeof pieces / sizeof *pieces};
    return mutate(&kind, data, size, max_size, seed);
}
