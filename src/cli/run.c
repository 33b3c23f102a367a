#include "cli/run.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "checks/registry.h"
#include "cli/arguments.h"
#include "cli/config.h"
#include "cli/inputs.h"
#include "cli/job.h"
#include "report.h"

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
    JobOrder *orders;
    size_t order_count;
    bool has_color;
    ExitStatus status;
} Run;

static void raise_status(Run *run, ExitStatus status) { run->status = status > run->status ? status : run->status; }

/* ---- Printing -------------------------------------------------------------------------------------------------- */

static void print_error(Str text) { write_all(STDERR_FILENO, text); }

/* The whole text or, when that fails, a message. A reader that went away is no trouble worth telling. */
static void print_output(Run *run, Str text) {
    if (text.size == 0 || write_all(STDOUT_FILENO, text)) {
        return;
    }
    int error = errno;
    Buffer message = {0};
    if (error != EPIPE) {
        buffer_format(&message, "smtpatch: error: cannot write to standard output: %s\n", strerror(error));
        print_error(buffer_str(&message));
    }
    buffer_free(&message);
    raise_status(run, EXIT_TROUBLE);
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
    report_findings(&run->findings, &style, &run->arena, &text);
    print_error(buffer_str(&text));
    buffer_free(&text);
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

static Severity *default_severities(Arena *arena) {
    Severity *severities = arena_array(arena, check_count(), sizeof *severities);
    for (size_t i = 0; i < check_count(); i++) {
        severities[i] = check_at(i)->severity;
    }
    return severities;
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

static const char *shown_name(const Run *run, const char *path) {
    if (strcmp(path, "-") != 0) {
        return path;
    }
    return run->settings.stdin_name != NULL ? run->settings.stdin_name : "<stdin>";
}

/* .smtpatch.ini first, then the files of --rules in their order, then the command line. */
static JobOrder make_order(Run *run, const char *path, size_t rules_files) {
    JobOrder order = {.path = path, .name = shown_name(run, path), .settings = run->settings.file};
    RuleList *lists = arena_array(&run->arena, rules_files + 2, sizeof *lists);
    Config *config = run->settings.has_no_config
                         ? NULL
                         : config_for(path, run->settings.stdin_name, &run->configs, &run->arena, &run->findings);
    if (config != NULL) {
        apply_settings(run, config, BY_CONFIG, &order.settings);
        order.is_broken = config->is_broken;
        lists[order.rule_list_count++] = composer_rules(&config->rules.composer);
    }
    for (size_t i = 0; i < rules_files; i++) {
        lists[order.rule_list_count++] = composer_rules(&run->configs.items[i]->rules.composer);
    }
    lists[order.rule_list_count++] = composer_rules(&run->command_line);
    order.rules = lists;
    return order;
}

static void prepare(void *context) {
    Run *run = context;
    arguments_parse(run->argument_count, run->arguments, &run->settings, &run->command_line);
    run->has_color = wants_color(&run->settings);
    run->settings.file.severities = default_severities(&run->arena);
    if (run->findings.worst >= SEVERITY_TROUBLE || run->settings.wants_help || run->settings.wants_version) {
        return;
    }
    if (!read_rules_files(run)) {
        return;
    }
    size_t rules_files = run->configs.count;
    Strings inputs = find_inputs(&run->settings, &run->arena, &run->findings);
    run->orders = arena_array(&run->arena, inputs.count, sizeof *run->orders);
    for (size_t i = 0; i < inputs.count; i++) {
        run->orders[i] = make_order(run, inputs.items[i], rules_files);
        run->order_count++;
    }
}

/* ---- Working ------------------------------------------------------------------------------------------------------- */

static void print_result(Run *run, JobResult *result) {
    print_error(buffer_str(&result->messages));
    print_output(run, buffer_str(&result->output));
    raise_status(run, result->status);
    job_result_free(result);
}

static void work_alone(Run *run) {
    for (size_t i = 0; i < run->order_count; i++) {
        JobResult result;
        job_run(&run->orders[i], &run->settings, run->has_color, &result);
        print_result(run, &result);
    }
}

/* Results wait here until those before them are printed; workers run ahead by a few files only. */
typedef struct Pool {
    Run *run;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t next, printed, ahead;
    JobResult *results; /* a ring of `ahead` */
    bool *is_ready;
} Pool;

static void *work_in_pool(void *context) {
    Pool *pool = context;
    pthread_mutex_lock(&pool->lock);
    while (pool->next < pool->run->order_count) {
        if (pool->next >= pool->printed + pool->ahead) {
            pthread_cond_wait(&pool->changed, &pool->lock);
            continue;
        }
        size_t number = pool->next++;
        pthread_mutex_unlock(&pool->lock);
        job_run(&pool->run->orders[number], &pool->run->settings, pool->run->has_color, &pool->results[number % pool->ahead]);
        pthread_mutex_lock(&pool->lock);
        pool->is_ready[number % pool->ahead] = true;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static void print_in_order(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->printed < pool->run->order_count) {
        size_t slot = pool->printed % pool->ahead;
        if (!pool->is_ready[slot]) {
            pthread_cond_wait(&pool->changed, &pool->lock);
            continue;
        }
        JobResult result = pool->results[slot];
        pthread_mutex_unlock(&pool->lock);
        print_result(pool->run, &result);
        pthread_mutex_lock(&pool->lock);
        pool->is_ready[slot] = false;
        pool->printed++;
        pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* False when not even one worker could be had. */
static bool work_together(Run *run, size_t jobs) {
    Pool pool = {.run = run, .ahead = jobs * 4};
    pthread_t *workers = calloc(jobs, sizeof *workers);
    pool.results = calloc(pool.ahead, sizeof *pool.results);
    pool.is_ready = calloc(pool.ahead, sizeof *pool.is_ready);
    size_t started = 0;
    if (workers != NULL && pool.results != NULL && pool.is_ready != NULL) {
        pthread_mutex_init(&pool.lock, NULL);
        pthread_cond_init(&pool.changed, NULL);
        while (started < jobs && pthread_create(&workers[started], NULL, work_in_pool, &pool) == 0) {
            started++;
        }
        if (started > 0) {
            print_in_order(&pool);
        }
        for (size_t i = 0; i < started; i++) {
            pthread_join(workers[i], NULL);
        }
        pthread_cond_destroy(&pool.changed);
        pthread_mutex_destroy(&pool.lock);
    }
    free(workers);
    free(pool.results);
    free(pool.is_ready);
    return started > 0;
}

static void work(Run *run) {
    size_t jobs = run->settings.jobs < run->order_count ? run->settings.jobs : run->order_count;
    if (jobs < 2 || !work_together(run, jobs)) {
        work_alone(run);
    }
}

static void print_text(Run *run) {
    Buffer text = {0};
    if (run->settings.wants_help) {
        print_help(&text);
    } else {
        buffer_add(&text, STR("smtpatch " SMTPATCH_VERSION "\n"));
    }
    print_output(run, buffer_str(&text));
    buffer_free(&text);
}

int run(int count, char **arguments) {
    Run run = {.argument_count = count, .arguments = arguments, .settings = {.jobs = 1}};
    arena_init(&run.arena, &run.guard);
    run.findings.arena = run.command_line.arena = &run.arena;
    run.command_line.findings = &run.findings;
    bool is_prepared = guard_run(&run.guard, prepare, &run) && guard_run(&run.guard, report_run, &run);
    bool is_usage_wrong = is_prepared && run.orders == NULL && run.status != EXIT_FINE;
    if (!is_prepared) {
        print_error(STR("smtpatch: error: out of memory\n"));
        run.status = EXIT_TROUBLE;
    } else if (!is_usage_wrong && (run.settings.wants_help || run.settings.wants_version)) {
        print_text(&run);
    } else {
        work(&run);
    }
    configs_free(&run.configs);
    composer_free(&run.command_line);
    arena_free(&run.arena);
    return (int)run.status;
}
