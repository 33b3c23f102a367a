#include "cli/result.h"

#include "syntax/parser.h"

static void report_bug(ResultText *result, const Source *source, Str problem) {
    finding_add(result->findings,
                (Finding){.severity = SEVERITY_BUG,
                          .file = source->name,
                          .message = arena_format(result->arena,
                                                  "smtpatch's output is not what it should be (%.*s). This is a bug of "
                                                  "smtpatch, please report it; nothing was written",
                                                  (int)problem.size, problem.data)});
}

static Buffer *start_step(ResultText *result) { return &result->steps[result->step_count++]; }

static void check_buffer(ResultText *result, const Buffer *buffer) {
    if (buffer->failed) {
        guard_leave(result->arena->guard);
    }
}

static void set_text(ResultText *result, Str text) {
    result->made = (Pieces){.arena = result->made.arena};
    pieces_add(&result->made, text);
}

/* The text of the step under way becomes the result's, with a NUL behind it for the lexer. */
static void end_step(ResultText *result, Buffer *step) {
    buffer_add_char(step, '\0');
    check_buffer(result, step);
    set_text(result, (Str){step->data, step->size - 1});
}

/* The result's text in one, with a NUL behind it. */
static Str whole_text(ResultText *result, const Script *original) {
    if (pieces_equal(&result->made, original->source->text)) {
        return original->source->text;
    }
    if (result->made.list.count > 1) {
        Buffer *step = start_step(result);
        buffer_reserve(step, result->made.size + 1);
        for (size_t i = 0; i < result->made.list.count; i++) {
            buffer_add(step, result->made.list.items[i]);
        }
        end_step(result, step);
    }
    return result->made.list.count > 0 ? result->made.list.items[0] : STR("");
}

bool result_accept(ResultText *result, const Source *source, Str problem) {
    if (problem.size > 0) {
        report_bug(result, source, problem);
    }
    return result->findings->worst < SEVERITY_TROUBLE;
}

static bool print_layout(ResultText *result, Layout layout, const Script *script, const Plans *plans) {
    Pieces made = {.arena = result->made.arena};
    Emission emission = {.script = script, .plans = plans, .selection = result->selection,
                         .scratch = result->scratch, .out = &made,
                         .text = &result->text};
    (layout == LAYOUT_KEEP ? emit_keep : emit_pretty)(&emission);
    result->made = made;
    return result_accept(result, script->source, emission.problem);
}

/* The script that the text of the last step is; NULL when it is none, which is a bug. */
static const Script *parse_step(ResultText *result, const Script *original) {
    Findings findings = {.arena = result->arena};
    Source *source = arena_new(result->arena, Source);
    *source = source_of(original->source->name, whole_text(result, original), result->arena);
    const Script *script = parse_script(source, PARSE_MARKS, NULL, result->arena, &findings);
    if (findings.worst >= SEVERITY_TROUBLE) {
        report_bug(result, original->source, STR("it does not parse"));
        return NULL;
    }
    return script;
}

typedef VECTOR(Rename) Renames;

static Renames find_renames(ResultText *result, const Plans *plans) {
    Renames renames = {0};
    for (size_t i = 0; plans->items != NULL && i < plans->model->table_count; i++) {
        const Plan *plan = &plans->items[i];
        if (plan->new_name.size > 0) {
            *vector_add(result->arena, &renames) = (Rename){plan->table->name, plan->new_name};
        }
    }
    return renames;
}

/* One rewrite: what it makes of the last step's script must be the same script but for what it is meant to change. */
typedef enum RewriteStep { REWRITE_NAMES, REWRITE_PRELUDE, REWRITE_STATEMENT_SET } RewriteStep;

static bool rewrite(ResultText *result, RewriteStep rewrite_step, const Script *original, const Renames *renames) {
    const Script *before = parse_step(result, original);
    if (before == NULL) {
        return false;
    }
    const Prelude *prelude = &result->settings->prelude;
    Meant meant = {.renames = renames->items, .rename_count = renames->count};
    Buffer *step = start_step(result);
    if (rewrite_step == REWRITE_NAMES) {
        rename_tables(before, renames->items, renames->count, result->arena, step);
    } else if (rewrite_step == REWRITE_PRELUDE) {
        set_prelude(before, prelude->items, prelude->count, result->arena, step);
        meant.settings = prelude->items;
        meant.setting_count = prelude->count;
    } else {
        gather_inserts(before, result->arena, step);
    }
    end_step(result, step);
    const Script *after = parse_step(result, original);
    Str problem = after ? verify_rewrite(before, after, &meant, result->arena) : STR("");
    if (problem.size > 0) {
        report_bug(result, original->source, problem);
    }
    return after != NULL && problem.size == 0;
}

/* keep cannot put options in order: where it stands before the rewrites, print_pretty() sorts. */
static void sort_options(const ResultText *result, Plans *plans) {
    if (result->settings->sorts_options && result->settings->layout == LAYOUT_PRETTY) {
        plans_sort(plans, result->arena);
    }
}

/* Pretty comes last, over a script whose options are as the plans want them already. */
static bool print_pretty(ResultText *result, const Script *original) {
    const Script *script = parse_step(result, original);
    if (script == NULL) {
        return false;
    }
    const Model *model = model_build(script, result->arena);
    Plans plans = plans_make(model, NULL, 0, (Release){0}, NULL, result->arena, result->findings);
    sort_options(result, &plans);
    return print_layout(result, LAYOUT_PRETTY, script, &plans);
}

/* What the rewrites cannot do, at its places in the script as it was read. False when they must not be tried. */
static bool tell(ResultText *result, const Script *script, const Renames *renames) {
    const FileSettings *settings = result->settings;
    size_t from = result->findings->list.count;
    rename_findings(script, renames->items, renames->count, result->arena, result->findings);
    prelude_findings(script, settings->prelude.items, settings->prelude.count, result->arena, result->findings);
    if (settings->gathers_inserts) {
        gather_findings(script, result->arena, result->findings);
    }
    findings_sort(result->findings, from);
    return result->findings->worst < SEVERITY_TROUBLE;
}

bool result_tell(ResultText *result, const Script *script, Plans *plans) {
    Renames renames = find_renames(result, plans);
    return result->selection != NULL || tell(result, script, &renames);
}

bool result_make(ResultText *result, const Script *script, Plans *plans) {
    const FileSettings *settings = result->settings;
    Renames renames = find_renames(result, plans);
    bool rewrites = result->selection == NULL &&
                    (renames.count > 0 || settings->prelude.count > 0 || settings->gathers_inserts);
    if (!rewrites) {
        sort_options(result, plans);
        return print_layout(result, settings->layout, script, plans);
    }
    return tell(result, script, &renames) && print_layout(result, LAYOUT_KEEP, script, plans) &&
           (renames.count == 0 || rewrite(result, REWRITE_NAMES, script, &renames)) &&
           (settings->prelude.count == 0 || rewrite(result, REWRITE_PRELUDE, script, &renames)) &&
           (!settings->gathers_inserts || rewrite(result, REWRITE_STATEMENT_SET, script, &renames)) &&
           (settings->layout == LAYOUT_KEEP || print_pretty(result, script));
}

void result_free(ResultText *result) {
    buffer_free(&result->text);
    for (size_t i = 0; i < RESULT_STEPS; i++) {
        buffer_free(&result->steps[i]);
    }
}
