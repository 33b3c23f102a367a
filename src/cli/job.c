#include "cli/job.h"

#include <unistd.h>

#include "checks/facts.h"
#include "checks/fix.h"
#include "checks/registry.h"
#include "cli/changes.h"
#include "cli/result.h"
#include "cli/stream.h"
#include "emit/diff.h"
#include "report/text.h"
#include "syntax/parser.h"

typedef struct Job {
    const JobOrder *order;
    const Settings *settings;
    JobResult *result;
    Progress *progress;
    size_t counted; /* bytes, in progress */
    ReportStyle style;
    Guard guard;
    Arena arena, scratch;
    FileStamp stamp;
    JobMemory *memory;
    Source source;
    Findings findings;
    Selection selection; /* by --lines */
    Facts facts;
    bool replaces_file; /* by what was made, when all else is done */
} Job;

static bool is_stdin(const Job *job) { return strcmp(job->order->path, "-") == 0; }

static void add_trouble(Job *job, const char *problem) {
    finding_file_trouble(&job->findings, str_of(job->order->name), str_of(problem));
}

typedef enum Step { STEP_PARSE, STEP_PLAN, STEP_PRINT, STEP_CHECK, STEP_COUNT } Step;

/* What a step is worth in all the work: its time, as it was measured. */
static size_t share_of(const Job *job, Step step) {
    static const size_t shares[STEP_COUNT] = {[STEP_PARSE] = 4, [STEP_PLAN] = 1, [STEP_PRINT] = 4, [STEP_CHECK] = 3};
    bool prints = job->order->settings.layout == LAYOUT_PRETTY && job->settings->lint != LINT_ONLY;
    bool is_left_out =
        (step == STEP_PRINT && !prints) || (step == STEP_CHECK && job->settings->lint == LINT_NONE);
    return is_left_out ? 0 : shares[step];
}

static void count_step(Job *job, Step step) {
    size_t all = 0;
    for (Step each = STEP_PARSE; each < STEP_COUNT; each++) {
        all += share_of(job, each);
    }
    size_t bytes = job->result->source.size / all * share_of(job, step);
    job->counted += bytes;
    atomic_fetch_add(&job->progress->done, bytes);
}

static void count_rest(Job *job) {
    atomic_fetch_add(&job->progress->done, job->result->source.size - job->counted);
    atomic_fetch_add(&job->progress->finished, 1);
}

static bool read_input(Job *job) {
    Buffer *text = &job->result->source;
    const char *problem = is_stdin(job) ? source_read(STDIN_FILENO, text)
                                        : file_read(job->order->path, text, &job->stamp);
    if (problem == NULL && is_utf16(buffer_str(text))) {
        problem = "it is UTF-16, and Flink's client reads UTF-8: 'iconv -f UTF-16 -t UTF-8' makes it that";
    }
    if (problem != NULL) {
        add_trouble(job, problem);
        return false;
    }
    if (!S_ISREG(job->stamp.status.st_mode)) {
        atomic_fetch_add(&job->progress->streamed, text->size);
    }
    job->source = source_of(str_of(job->order->name), buffer_str(text), &job->arena);
    return true;
}

static void deliver(Job *job) {
    const Pieces *made = &job->result->made.made;
    bool changes = !pieces_equal(made, job->source.text);
    Buffer *output = &job->result->output;
    if (changes && job->settings->is_check) {
        job->result->status = EXIT_FOUND;
    }
    if (job->settings->is_diff) {
        emit_diff(str_of(job->order->name), job->source.text, pieces_text(made, (PiecePlace){0, 0}, &job->arena),
                  &job->arena, output);
    } else if (job->settings->is_check) {
        if (changes) {
            buffer_format(output, "%s\n", job->order->name);
        }
    } else if (!job->settings->is_in_place) {
        job->result->text = *made;
    } else if (changes) {
        job->replaces_file = true;
    }
}

static CheckSettings check_settings(const JobOrder *order) {
    const FileSettings *settings = &order->settings;
    return (CheckSettings){.release = settings->release,
                           .severities = settings->severities,
                           .prelude = settings->prelude.items,
                           .prelude_count = settings->prelude.count,
                           .has_others = !order->is_alone,
                           .gathers_inserts = settings->gathers_inserts,
                           .publications = settings->publications};
}

/* Promised plans that the printer has asked for would tell all once more. */
static Plans plans_to_check(Job *job, const Plans *plans) {
    if (plans->items != NULL || job->settings->lint == LINT_ONLY) {
        return *plans;
    }
    Findings *told_before = arena_new(&job->arena, Findings);
    *told_before = (Findings){.arena = &job->arena};
    return plans_promise(plans->model, job->order->rules, job->order->rule_list_count, job->order->settings.release,
                         &job->memory->matcher, &job->arena, told_before);
}

static void check(Job *job, const Script *script, const Plans *plans) {
    Facts facts = {0};
    if (job->settings->lint != LINT_NONE) {
        CheckSettings settings = check_settings(job->order);
        Plans to_check = plans_to_check(job, plans);
        script_checks(script, &to_check, &settings, &job->arena, &job->scratch, &job->findings, &facts);
    }
    job->facts = facts;
}

static void start_matcher(Job *job) {
    if (job->memory->matcher.data == NULL && !matcher_init(&job->memory->matcher)) {
        guard_leave(&job->guard);
    }
}

static void print_output(Job *job, const Script *script, const Plans *plans) {
    OutputRequest request = {.script = script,
                             .plans = plans,
                             .release = job->order->settings.release,
                             .prelude = job->order->settings.prelude.items,
                             .prelude_count = job->order->settings.prelude.count,
                             .publications = job->order->settings.publications,
                             .width = job->settings->width,
                             .arena = &job->arena,
                             .findings = &job->findings,
                             .out = &job->result->output};
    job->settings->output->print(&request);
}

/* Whether who looks at the plans looks at one after the other, the printer or the checks: then none is kept. */
static bool takes_plans_in_turn(const Job *job) {
    const FileSettings *settings = &job->order->settings;
    return job->settings->output == NULL && !job->settings->is_verbose && !settings->fixes &&
           (job->settings->lint == LINT_ONLY || !settings->sorts_options) &&
           !rules_rename_tables(job->order->rules, job->order->rule_list_count);
}

/* Whether it looks at one statement after the other, too. */
static bool may_stream(const Job *job) {
    const FileSettings *settings = &job->order->settings;
    return job->settings->lint == LINT_NONE && takes_plans_in_turn(job) && job->settings->lines.count == 0 &&
           settings->prelude.count == 0 && !settings->gathers_inserts &&
           !rules_ask_for_roles(job->order->rules, job->order->rule_list_count);
}

static bool has_lines(const Job *job) { return job->settings->lines.count > 0; }

/* What no range of --lines touches is frozen. False when a range is not in the script at all. */
static bool select_statements(Job *job, Script *script) {
    const LineRange *ranges = job->settings->lines.items;
    size_t count = job->settings->lines.count;
    for (size_t i = 0; i < count; i++) {
        if (!range_is_in_script(&ranges[i], &job->source)) {
            size_t lines = source_line(&job->source, (uint32_t)job->source.text.size);
            Str problem =
                arena_format(&job->arena, "--lines %zu:%zu begins behind the script's last line, which is %zu",
                             ranges[i].first, ranges[i].last, lines);
            add_trouble(job, problem.data);
            return false;
        }
    }
    if (count > 0) {
        job->selection = select_lines(script, ranges, count, &job->arena);
    }
    return true;
}

/* Tables get new names all over a script, and so not where only some lines may change. */
static void drop_new_names(Plans *plans) {
    for (size_t i = 0; plans->items != NULL && i < plans->model->table_count; i++) {
        plans->items[i].new_name = STR_NONE;
    }
}

/* The plans of every table: rules, then fixes where they are asked for. */
static Plans plan(Job *job, const Script *script) {
    const FileSettings *settings = &job->order->settings;
    const Model *model = model_build(script, &job->arena);
    Plans plans = (takes_plans_in_turn(job) && !model->has_like ? plans_promise : plans_make)(
        model, job->order->rules, job->order->rule_list_count, settings->release, &job->memory->matcher, &job->arena,
        &job->findings);
    if (has_lines(job)) {
        drop_new_names(&plans);
    }
    if (settings->fixes) {
        CheckSettings check = check_settings(job->order);
        script_fixes(script, &plans, &check, &job->arena);
    }
    return plans;
}

/* The parts of the tree that somebody will look at. */
static unsigned wanted_parts(const Job *job) {
    return (job->settings->lint != LINT_NONE ? PARSE_SUMMARIES : 0U) |
           (job->settings->output != NULL ? PARSE_COLUMNS : 0U) |
           (job->order->settings.layout == LAYOUT_PRETTY && job->settings->lint != LINT_ONLY ? PARSE_MARKS : 0U);
}

/* The result without a look at the whole. False when that is needed. */
static bool stream(Job *job) {
    Script *script = arena_new(&job->arena, Script);
    Model *model = arena_new(&job->arena, Model);
    Findings planned = {.arena = &job->arena};
    *script = (Script){.source = &job->source};
    *model = (Model){.script = script};
    Plans plans = plans_promise(model, job->order->rules, job->order->rule_list_count, job->order->settings.release,
                                &job->memory->matcher, &job->arena, &planned);
    StreamStatus status = stream_script(&job->result->made, &job->source, &plans, &planned);
    job->result->matches = plans_matches(&plans);
    if (status == STREAM_DONE) {
        deliver(job);
    }
    return status != STREAM_NEEDS_ALL;
}

static void read_all(Job *job) {
    Script *script = parse_script(&job->source, wanted_parts(job), &job->memory->parser, &job->arena, &job->findings);
    if (job->findings.worst >= SEVERITY_TROUBLE || !select_statements(job, script)) {
        return;
    }
    count_step(job, STEP_PARSE);
    Plans plans = plan(job, script);
    count_step(job, STEP_PLAN);
    job->result->made.selection = has_lines(job) ? &job->selection : NULL;
    bool wants_text = job->settings->lint != LINT_ONLY;
    if (job->findings.worst >= SEVERITY_TROUBLE ||
        !(wants_text ? result_make : result_tell)(&job->result->made, script, &plans)) {
        return;
    }
    count_step(job, STEP_PRINT);
    check(job, script, &plans);
    job->result->matches = plans_matches(&plans);
    if (job->settings->is_verbose) {
        report_changes(&plans, &job->arena, &job->result->messages);
    }
    if (job->settings->lint == LINT_ONLY) {
        return;
    }
    if (job->settings->output != NULL) {
        print_output(job, script, &plans);
    } else {
        deliver(job);
    }
}

static void work(void *context) {
    Job *job = context;
    if (!read_input(job)) {
        return;
    }
    start_matcher(job);
    job->result->made = (ResultText){.settings = &job->order->settings,
                                     .arena = &job->arena,
                                     .parser = &job->memory->parser,
                                     .scratch = &job->scratch,
                                     .findings = &job->findings,
                                     .made = {.arena = &job->result->arena}};
    if (!may_stream(job) || !stream(job)) {
        read_all(job);
    }
}

/* As the run's format wants them. */
static void add_findings(const Findings *findings, const Settings *settings, const ReportStyle *style, Arena *arena,
                         JobResult *result) {
    if (settings->format != FORMAT_TEXT) {
        findings_record(findings, style->least, &result->arena, &result->records);
    } else {
        report_findings(findings, style, arena, &result->messages);
    }
}

static void report(void *context) {
    Job *job = context;
    if (!job->order->is_alone) {
        facts_copy(&job->facts, &job->result->facts, &job->result->arena);
    }
    add_findings(&job->findings, job->settings, &job->style, &job->arena, job->result);
}

/* Comes when all else is done and reported: nothing that fails in between may leave a changed file behind. */
static void start_replacement(Job *job) {
    JobResult *result = job->result;
    if (job->replaces_file && !result->messages.failed) {
        result->problem = replacement_start(&result->replacement, job->order->path, &result->made.made, &job->stamp);
    }
}

static void tell_of_no_memory(const JobOrder *order, JobResult *result) {
    buffer_clear(&result->messages);
    buffer_format(&result->messages, "%s: error: out of memory\n", order->name);
}

static void settle_status(Job *job, bool is_done) {
    ExitStatus found = job->findings.worst >= SEVERITY_BUG       ? EXIT_BUG
                       : job->findings.worst >= SEVERITY_TROUBLE ? EXIT_TROUBLE
                       : job->findings.worst >= SEVERITY_ERROR   ? EXIT_FOUND
                                                                  : EXIT_FINE;
    JobResult *result = job->result;
    if (!is_done || result->output.failed || result->messages.failed) {
        result->text = (Pieces){0};
        buffer_clear(&result->output);
        tell_of_no_memory(job->order, result);
        found = found > EXIT_TROUBLE ? found : EXIT_TROUBLE;
    }
    result->status = found > result->status ? found : result->status;
}

/* The texts of a file that was dealt with in place are wanted no more, and its result may have to wait for others. */
static void free_texts(JobResult *result) {
    result_free(&result->made);
    buffer_free(&result->source);
}

static ReportStyle style_of(const Settings *settings, bool has_color) {
    return (ReportStyle){has_color, settings->is_quiet ? SEVERITY_ERROR : SEVERITY_INFO};
}

void job_memory_free(JobMemory *memory) {
    matcher_free(&memory->matcher);
    parser_memory_free(&memory->parser);
}

void job_run(const JobOrder *order, const Settings *settings, bool has_color, Progress *progress, JobMemory *memory,
             JobResult *result) {
    Job job = {.order = order, .settings = settings, .result = result, .progress = progress, .memory = memory};
    *result = (JobResult){0};
    arena_init(&result->arena, &job.guard);
    if (order->is_broken) {
        result->status = EXIT_TROUBLE;
        return;
    }
    job.style = style_of(settings, has_color);
    arena_init(&job.arena, &job.guard);
    arena_init(&job.scratch, &job.guard);
    job.findings.arena = &job.arena;
    bool is_done = guard_run(&job.guard, work, &job);
    result->arena.guard = &job.guard; /* work may have been left while it was another's */
    is_done = guard_run(&job.guard, report, &job) && is_done;
    if (is_done) {
        start_replacement(&job);
    }
    settle_status(&job, is_done);
    count_rest(&job);
    if (settings->is_in_place) {
        free_texts(result);
    }
    arena_free(&job.scratch);
    arena_free(&job.arena);
}

typedef struct Failure {
    const JobOrder *order;
    const Settings *settings;
    ReportStyle style;
    JobResult *result;
} Failure;

static void report_failure(void *context) {
    const Failure *failure = context;
    JobResult *result = failure->result;
    Findings findings = {.arena = &result->arena};
    finding_file_trouble(&findings, str_of(failure->order->name), str_of(result->problem));
    add_findings(&findings, failure->settings, &failure->style, &result->arena, result);
}

static bool is_under_way(const JobResult *result) { return result->replacement.temporary != NULL; }

void job_flush(const JobResult *result) {
    if (is_under_way(result)) {
        replacement_flush(&result->replacement);
    }
}

void job_sync(JobResult *result) {
    if (is_under_way(result)) {
        result->problem = replacement_sync(&result->replacement);
    }
}

void job_end(const JobOrder *order, const Settings *settings, bool has_color, JobResult *result) {
    if (is_under_way(result)) {
        result->problem = replacement_end(&result->replacement, settings->backup_suffix);
        result->is_replaced = result->problem == NULL;
    }
    if (result->problem != NULL) {
        result->status = EXIT_TROUBLE;
        Failure failure = {order, settings, style_of(settings, has_color), result};
        if (!arena_run(&result->arena, report_failure, &failure) || result->messages.failed) {
            tell_of_no_memory(order, result);
        }
    }
}

void job_result_free(JobResult *result) {
    replacement_free(&result->replacement);
    buffer_free(&result->output);
    buffer_free(&result->messages);
    free_texts(result);
    arena_free(&result->arena);
}
