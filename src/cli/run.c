#include "cli/run.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "checks/facts.h"
#include "checks/registry.h"
#include "cli/arguments.h"
#include "cli/batch.h"
#include "cli/completion.h"
#include "cli/config.h"
#include "cli/inputs.h"
#include "cli/lookup.h"
#include "cli/publication_files.h"
#include "postgres/memory.h"
#include "report/formats.h"
#include "report/text.h"

#define SMTPATCH_VERSION "0.1.0"

typedef struct Run {
    int argument_count;
    char **arguments;
    Guard guard;
    Arena arena;
    Findings findings;
    Settings settings;
    Composer command_line;
    Configs configs;
    ConfigSearch config_search;
    PublicationFiles publication_files;
    Facts facts;            /* of all inputs */
    FindingRecords records; /* of all inputs, for the formats that print one document */
    JobOrder *orders;
    size_t order_count;
    size_t batch; /* orders in one */
    bool has_color;
    Progress progress;
    char *changed_directory; /* whose renames are to be made durable */
    size_t matches; /* tables that the command line's rule was for */
    ExitStatus status;
} Run;

static void raise_status(Run *run, ExitStatus status) { run->status = status > run->status ? status : run->status; }

/* ---- Printing -------------------------------------------------------------------------------------------------- */

static void print_error(Str text) { write_all(STDERR_FILENO, text); }

/* A reader that went away is no trouble worth telling. */
static void output_failed(Run *run) {
    int error = errno;
    Buffer message = {0};
    if (error != EPIPE) {
        buffer_format(&message, "smtpatch: error: cannot write to standard output: %s\n", strerror(error));
        print_error(buffer_str(&message));
    }
    buffer_free(&message);
    raise_status(run, EXIT_TROUBLE);
}

/* The whole text or, when that fails, a message. */
static void print_output(Run *run, Str text) {
    if (text.size > 0 && !write_all(STDOUT_FILENO, text)) {
        output_failed(run);
    }
}

static bool wants_color(const Settings *settings) {
    const char *no_color = getenv("NO_COLOR");
    if (settings->color != COLOR_AUTO) {
        return settings->color == COLOR_ALWAYS;
    }
    return (no_color == NULL || *no_color == '\0') && isatty(STDERR_FILENO);
}

static void report_run(void *context) {
    Run *run = context;
    Buffer text = {0};
    ReportStyle style = {run->has_color, run->settings.is_quiet ? SEVERITY_ERROR : SEVERITY_INFO};
    if (run->settings.format == FORMAT_TEXT || run->orders == NULL) {
        report_findings(&run->findings, &style, &run->arena, &text);
    } else {
        findings_record(&run->findings, style.least, &run->arena, &run->records);
    }
    bool failed = text.failed;
    if (run->settings.lint == LINT_ONLY && run->orders != NULL) {
        print_output(run, buffer_str(&text));
    } else {
        print_error(buffer_str(&text));
    }
    buffer_free(&text);
    if (failed) {
        guard_leave(&run->guard);
    }
    if (run->findings.worst >= SEVERITY_TROUBLE) {
        raise_status(run, EXIT_TROUBLE);
    }
    run->findings.list.count = 0;
}

/* ---- Preparing --------------------------------------------------------------------------------------------------- */

static void apply_settings(Run *run, Config *config, Strength strength, FileSettings *settings) {
    size_t count = run->findings.list.count;
    for (size_t i = 0; i < config->rules.settings.count; i++) {
        setting_apply(&config->rules.settings.items[i], strength, settings, &run->arena, &run->findings);
    }
    config->is_broken = config->is_broken || run->findings.list.count > count;
}

/* False when a file of --rules is broken: then nothing is done at all. */
static bool read_rules_files(Run *run) {
    bool is_fine = true;
    for (size_t i = 0; i < run->settings.rules_files.count; i++) {
        Config *config = config_read(run->settings.rules_files.items[i], &run->configs, &run->arena, &run->findings);
        apply_settings(run, config, BY_RULES_FILE, &run->settings.file);
        is_fine = is_fine && !config->is_broken;
    }
    return is_fine;
}

/* False when one of the scripts cannot be read, or PostgreSQL would refuse it. */
static bool read_publications(Run *run, FileSettings *settings) {
    bool is_fine = true;
    settings->publications =
        publications_for(&settings->publication_files, &run->publication_files, &run->arena, &run->findings, &is_fine);
    return is_fine;
}

static const char *shown_name(const Run *run, const char *path) {
    if (strcmp(path, "-") != 0) {
        return path;
    }
    return run->settings.stdin_name != NULL ? run->settings.stdin_name : "<stdin>";
}

static void add_prelude(Run *run, const Config *config, Prelude *prelude) {
    for (size_t i = 0; i < config->rules.prelude.count; i++) {
        const Setting *setting = &config->rules.prelude.items[i];
        prelude_set(prelude, setting->key, setting->value, &run->arena);
    }
}

static Prelude make_prelude(Run *run, const Config *config, size_t rules_files) {
    Prelude prelude = {0};
    if (config != NULL) {
        add_prelude(run, config, &prelude);
    }
    for (size_t i = 0; i < rules_files; i++) {
        add_prelude(run, run->configs.items[i], &prelude);
    }
    for (size_t i = 0; i < run->settings.prelude.count; i++) {
        prelude_set(&prelude, run->settings.prelude.items[i].key, run->settings.prelude.items[i].value, &run->arena);
    }
    return prelude;
}

/* .smtpatch.ini first, then the files of --rules in their order, then the command line. */
static JobOrder make_order(Run *run, const char *path, size_t rules_files) {
    JobOrder order = {.path = path, .name = shown_name(run, path), .settings = run->settings.file};
    RuleList *lists = arena_array(&run->arena, rules_files + 2, sizeof *lists);
    Config *config = run->settings.has_no_config
                         ? NULL
                         : config_for(path, run->settings.stdin_name, &run->config_search, &run->configs,
                                      &run->arena, &run->findings);
    if (config != NULL) {
        order.settings = copy_file_settings(&run->settings.file, &run->arena);
        apply_settings(run, config, BY_CONFIG, &order.settings);
        order.is_broken = config->is_broken;
        lists[order.rule_list_count++] = composer_rules(&config->rules.composer);
        order.is_broken = !read_publications(run, &order.settings) || order.is_broken;
    }
    order.settings.prelude = make_prelude(run, config, rules_files);
    for (size_t i = 0; i < rules_files; i++) {
        lists[order.rule_list_count++] = composer_rules(&run->configs.items[i]->rules.composer);
    }
    lists[order.rule_list_count++] = composer_rules(&run->command_line);
    order.rules = lists;
    return order;
}

/* --help, --version, --explain, --options, --completion: something is printed and nothing else done. */
static bool wants_text(const Settings *settings) {
    return settings->wants_help || settings->wants_version || settings->wants_explanation || settings->wants_options ||
           settings->completion != NULL;
}

/* Somebody called the program to see what it does, and would wait for it as it would for them. */
static bool lacks_input(const Settings *settings) { return settings->inputs.count == 0 && isatty(STDIN_FILENO); }

enum { DEFAULT_JOBS_MAX = 8 }; /* more of them would only wait for memory and the disk */

static size_t default_jobs(void) {
    size_t processors = pool_processors();
    return processors < DEFAULT_JOBS_MAX ? processors : DEFAULT_JOBS_MAX;
}

static void prepare(void *context) {
    Run *run = context;
    run->settings.file = default_file_settings(&run->arena);
    arguments_parse(run->argument_count, run->arguments, &run->settings, &run->command_line);
    run->has_color = wants_color(&run->settings);
    run->settings.jobs = run->settings.jobs > 0 ? run->settings.jobs : default_jobs();
    run->settings.width = isatty(STDOUT_FILENO) ? terminal_width() : 0;
    if (run->findings.worst >= SEVERITY_TROUBLE || wants_text(&run->settings)) {
        return;
    }
    if (lacks_input(&run->settings)) {
        finding_add(&run->findings,
                    (Finding){.severity = SEVERITY_TROUBLE,
                              .file = STR("smtpatch"),
                              .message = STR("there is no FILE, and standard input is a terminal"),
                              .hint = STR("name files or a folder, or put it in a pipe; "
                                          "'smtpatch -' reads what you type, 'smtpatch --help' lists the options")});
        return;
    }
    if (!read_rules_files(run) || !read_publications(run, &run->settings.file)) {
        return;
    }
    size_t rules_files = run->configs.count;
    Strings inputs = find_inputs(&run->settings, &run->arena, &run->findings);
    if (run->settings.lines.count > 0 && inputs.count > 1) { /* of a folder */
        finding_file_trouble(&run->findings, str_of(run->settings.inputs.items[0]),
                             arena_format(&run->arena, "--lines is about the lines of one script, and here are %zu: "
                                          "give one FILE", inputs.count));
        return;
    }
    run->orders = arena_array(&run->arena, inputs.count, sizeof *run->orders);
    for (size_t i = 0; i < inputs.count; i++) {
        run->orders[i] = make_order(run, inputs.items[i], rules_files);
        run->orders[i].is_alone = inputs.count == 1;
        run->order_count++;
    }
}

/* ---- Working ----------------------------------------------------------------------------------------------------- */

static size_t count_of_batch(const Run *run, size_t number) {
    size_t rest = run->order_count - number * run->batch;
    return rest < run->batch ? rest : run->batch;
}

static void work_on(void *context, size_t number, void *results, void *memory, PoolTurn *turn) {
    Run *run = context;
    batch_run(run->orders + number * run->batch, count_of_batch(run, number), &run->settings, run->has_color,
              &run->progress, memory, turn, results);
}

static void forget(void *memory) { job_memory_free(memory); }

typedef struct Keeping {
    Run *run;
    const JobResult *result;
} Keeping;

static void keep_records(void *context) {
    const Keeping *keeping = context;
    Run *run = keeping->run;
    const JobResult *result = keeping->result;
    facts_copy(&result->facts, &run->facts, &run->arena);
    for (size_t i = 0; i < result->records.count; i++) {
        const FindingRecord *record = &result->records.items[i];
        FindingRecord *kept = vector_add(&run->arena, &run->records);
        *kept = *record;
        kept->file = arena_copy(&run->arena, record->file);
        kept->message = arena_copy(&run->arena, record->message);
        kept->hint = arena_copy(&run->arena, record->hint);
    }
}

/* The files of a directory come one after another, so it is synced when the last of them was replaced. */
static void sync_changed_directory(Run *run) {
    if (run->changed_directory != NULL) {
        directory_sync(run->changed_directory);
        free(run->changed_directory);
        run->changed_directory = NULL;
    }
}

static void note_replaced(Run *run, const char *path) {
    Str directory = file_directory(path);
    if (run->changed_directory == NULL || !str_equal(directory, str_of(run->changed_directory))) {
        sync_changed_directory(run);
        run->changed_directory = strndup(directory.data, directory.size);
    }
}

/* With --lint findings are the result, and what they are about stays unprinted. */
static void finish_job(Run *run, JobResult *result) {
    progress_pause(&run->progress);
    if (run->settings.lint == LINT_ONLY) {
        print_output(run, buffer_str(&result->messages));
    } else {
        print_error(buffer_str(&result->messages));
        print_output(run, buffer_str(&result->output));
        if (!write_pieces(STDOUT_FILENO, &result->text)) {
            output_failed(run);
        }
    }
    progress_go_on(&run->progress);
    if (!arena_run(&run->arena, keep_records, &(Keeping){run, result})) { /* other threads are at work */
        print_error(STR("smtpatch: error: out of memory\n"));
        raise_status(run, EXIT_TROUBLE);
    }
    if (result->is_replaced) {
        note_replaced(run, result->replacement.target);
    }
    raise_status(run, result->status);
    run->matches += result->matches;
    job_result_free(result);
}

static void finish_batch(void *context, size_t number, void *results) {
    Run *run = context;
    JobResult *result = results;
    for (size_t i = 0; i < count_of_batch(run, number); i++) {
        finish_job(run, &result[i]);
    }
}

static const char *path_at(const void *context, size_t index) {
    const Run *run = context;
    return run->orders[index].path;
}

static void start_progress(Run *run) {
    const char *terminal = getenv("TERM");
    bool is_plain = terminal == NULL || strcmp(terminal, "dumb") == 0; /* nothing can be taken away there */
    if (!run->settings.is_quiet && !is_plain && isatty(STDERR_FILENO)) {
        progress_start(&run->progress, run->order_count, path_at, run);
    }
}

static void describe_checks(Run *run, CheckDescription *descriptions) {
    for (size_t i = 0; i < check_count(); i++) {
        const CheckEntry *check = check_at(i);
        descriptions[i] = (CheckDescription){check->id, check->summary, check->page, run->settings.file.severities[i]};
    }
}

/* What only shows over all files. */
static void compare_files(Run *run) {
    if (run->settings.lint == LINT_NONE) {
        return;
    }
    run->findings.worst = SEVERITY_OFF;
    run_checks(&run->facts, run->settings.file.severities, &run->arena, &run->findings);
    if (run->findings.worst >= SEVERITY_ERROR) {
        raise_status(run, EXIT_FOUND);
    }
    report_run(run);
}

/* A name with a typo would else go unseen. Where a file was not read, or only some of its lines were looked at, nobody
 * knows. */
static void tell_of_no_match(Run *run) {
    Str conditions = run->settings.table_conditions;
    if (conditions.size == 0 || run->matches > 0 || run->status >= EXIT_TROUBLE || run->settings.lines.count > 0) {
        return;
    }
    finding_add(&run->findings,
                (Finding){.severity = SEVERITY_WARNING,
                          .file = STR("smtpatch"),
                          .message = arena_format(&run->arena,
                                                  "there is no table for %.*s, so nothing was changed by it",
                                                  (int)conditions.size, conditions.data),
                          .hint = STR("'smtpatch -e tables FILE' shows the tables, "
                                      "'smtpatch --help' what the conditions look at")});
    report_run(run);
}

/* The findings of the run as one document. */
static void print_document(Run *run) {
    Buffer document = {0};
    CheckDescription *checks = arena_array(&run->arena, check_count(), sizeof *checks);
    describe_checks(run, checks);
    if (run->settings.format == FORMAT_JSON) {
        report_json(&run->records, &document);
    } else if (run->settings.format == FORMAT_SARIF) {
        report_sarif(&run->records, checks, check_count(), SMTPATCH_VERSION, &document);
    } else if (run->settings.format == FORMAT_GITHUB) {
        report_github(&run->records, &document);
    }
    bool failed = document.failed;
    if (!failed && run->settings.lint == LINT_ONLY) {
        print_output(run, buffer_str(&document));
    } else if (!failed) {
        print_error(buffer_str(&document));
    }
    buffer_free(&document);
    if (failed) {
        guard_leave(&run->guard);
    }
}

static int compare_files_named(const void *a, const void *b) {
    const struct stat *left = a, *right = b;
    int order = (left->st_ino > right->st_ino) - (left->st_ino < right->st_ino);
    return order != 0 ? order : (left->st_dev > right->st_dev) - (left->st_dev < right->st_dev);
}

/* Whether two inputs are one file, by whatever names: then each is changed before the next one is read. */
static bool is_file_named_twice(Run *run) {
    struct stat *files = arena_array(&run->arena, run->order_count, sizeof *files);
    size_t count = 0;
    for (size_t i = 0; i < run->order_count; i++) {
        count += stat(run->orders[i].path, &files[count]) == 0;
    }
    if (count > 1) {
        qsort(files, count, sizeof *files, compare_files_named);
    }
    for (size_t i = 1; i < count; i++) {
        if (compare_files_named(&files[i - 1], &files[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void work(void *context) {
    Run *run = context;
    bool is_one_by_one = run->settings.is_in_place && is_file_named_twice(run);
    run->batch = is_one_by_one ? 1 : batch_size(&run->settings, run->order_count);
    PoolTask task = {.count = (run->order_count + run->batch - 1) / run->batch,
                     .result_size = run->batch * sizeof(JobResult),
                     .memory_size = sizeof(JobMemory),
                     .at_once = is_one_by_one ? 1 : run->settings.jobs,
                     .waiting = is_one_by_one ? 0 : batches_waiting(&run->settings),
                     .work = work_on,
                     .finish = finish_batch,
                     .forget = forget,
                     .context = run};
    start_progress(run);
    bool is_done = pool_run(&task);
    sync_changed_directory(run);
    progress_stop(&run->progress);
    if (!is_done) {
        guard_leave(&run->guard);
    }
    compare_files(run);
    tell_of_no_match(run);
    print_document(run);
}

static void print_text(void *context) {
    Run *run = context;
    const Settings *settings = &run->settings;
    Buffer text = {0};
    Str problem = STR("");
    bool is_known = true;
    if (settings->wants_help) {
        print_help(&text);
    } else if (settings->wants_version) {
        buffer_add(&text, STR("smtpatch " SMTPATCH_VERSION "\n"));
    } else if (settings->completion != NULL) {
        print_completion(settings->completion, &run->arena, &text);
    } else if (settings->wants_explanation) {
        is_known = print_explanation(settings->subject, &run->arena, &text, &problem);
    } else {
        is_known = print_catalogue(settings->subject, settings, &run->arena, &text, &problem);
    }
    if (!is_known) {
        finding_file_trouble(&run->findings, STR("smtpatch"), problem);
        report_run(run);
    }
    bool failed = text.failed;
    if (!failed) {
        print_output(run, buffer_str(&text));
    }
    buffer_free(&text);
    if (failed) {
        guard_leave(&run->guard);
    }
}

static bool is_usage_wrong(const Run *run) { return run->orders == NULL && run->status != EXIT_FINE; }

int run(int count, char **arguments) {
    Run run = {.argument_count = count, .arguments = arguments};
    postgres_memory_init();
    arena_init(&run.arena, &run.guard);
    run.findings.arena = run.command_line.arena = &run.arena;
    run.command_line.findings = &run.findings;
    bool is_done = guard_run(&run.guard, prepare, &run) && guard_run(&run.guard, report_run, &run);
    if (is_done && !is_usage_wrong(&run)) {
        is_done = guard_run(&run.guard, wants_text(&run.settings) ? print_text : work, &run);
    }
    if (!is_done) {
        print_error(STR("smtpatch: error: out of memory\n"));
        raise_status(&run, EXIT_TROUBLE);
    }
    configs_free(&run.configs);
    publication_files_free(&run.publication_files);
    composer_free(&run.command_line);
    arena_free(&run.arena);
    return (int)run.status;
}
