#include "cli/stream.h"

#include "syntax/parser.h"

typedef struct Stream {
    Source *source;
    const Plans *plans;
    const Findings *findings; /* of syntax errors */
    Arena *scratch;
    ArenaMark empty; /* of scratch */
    KeepEmission keep;
    Pretty *pretty;    /* NULL in the other layout */
    TableName current; /* the catalog and database in force */
    bool needs_all;

    Guard guard; /* of one statement's work */
    const Statement *statement;
} Stream;

static bool takes_options(const Statement *statement) {
    return !span_is_empty(statement->table->like) && statement->table->takes_like_options;
}

/* NULL for what is no table. */
static const Plan *plan_of(Stream *stream, const Statement *statement) {
    if (statement->kind != STATEMENT_CREATE_TABLE) {
        return NULL;
    }
    Table *table = arena_new(stream->scratch, Table);
    *table = table_alone(stream->source->text, statement, &stream->current, stream->scratch);
    return plan_of_table(stream->plans, table, stream->scratch);
}

/* A USE statement's names are slices of the source, or of the arena that stays. */
static void print_statement(void *context) {
    Stream *stream = context;
    const Statement *statement = stream->statement;
    model_apply_use(stream->source->text, statement, &stream->current, stream->keep.emission->out->arena);
    if (statement->kind == STATEMENT_CREATE_TABLE && takes_options(statement)) {
        stream->needs_all = true;
        return;
    }
    const Plan *plan = plan_of(stream, statement);
    if (stream->pretty != NULL) {
        stream->needs_all = !pretty_statement(stream->pretty, statement, plan);
    } else if (plan != NULL) {
        keep_table(&stream->keep, plan);
    }
}

/* The arenas that are used leave to this work's guard meanwhile, as the parser, around it, holds memory. */
static bool take(void *context, const Statement *statement) {
    Stream *stream = context;
    stream->statement = statement;
    if (stream->needs_all || stream->findings->worst >= SEVERITY_TROUBLE) {
        return true;
    }
    Arena *made = stream->keep.emission->out->arena;
    Guard *of_scratch = stream->scratch->guard, *of_made = made->guard;
    stream->scratch->guard = made->guard = &stream->guard;
    bool is_done = guard_run(&stream->guard, print_statement, stream);
    stream->scratch->guard = of_scratch;
    made->guard = of_made;
    arena_release(stream->scratch, stream->empty);
    return is_done;
}

static void read_statements(Stream *stream, ResultText *result) {
    StatementTaker taker = {.take = take, .context = stream, .arena = stream->scratch};
    parse_statements(stream->source, stream->pretty != NULL ? PARSE_MARKS : 0, &taker, result->parser, result->arena,
                     result->findings);
}

static void add_findings(const Findings *planned, Findings *findings) {
    bool is_broken = findings->worst >= SEVERITY_TROUBLE;
    for (size_t i = 0; !is_broken && i < planned->list.count; i++) {
        finding_add(findings, planned->list.items[i]);
    }
}

static void end(Stream *stream) {
    if (stream->needs_all || stream->findings->worst >= SEVERITY_TROUBLE) {
        return;
    }
    if (stream->pretty != NULL) {
        stream->needs_all = !pretty_end(stream->pretty);
    } else {
        keep_end(&stream->keep);
    }
}

StreamStatus stream_script(ResultText *result, Source *source, const Plans *plans, const Findings *planned) {
    Stream *stream = arena_new(result->arena, Stream);
    Pieces made = {.arena = result->made.arena};
    Emission emission = {.script = plans->model->script, .plans = plans, .scratch = result->scratch, .out = &made,
                         .text = &result->text};
    size_t first_finding = result->findings->list.count;
    *stream = (Stream){.source = source, .plans = plans, .findings = result->findings, .scratch = result->scratch,
                       .current = DEFAULT_TABLE_NAME};
    arena_alloc(stream->scratch, 1); /* so that its first block stays */
    stream->empty = arena_mark(stream->scratch);
    keep_start(&stream->keep, &emission);
    stream->pretty = result->settings->layout == LAYOUT_PRETTY ? pretty_start(&emission) : NULL;
    read_statements(stream, result);
    end(stream);
    if (stream->needs_all) {
        result->findings->list.count = first_finding;
        result->findings->worst = SEVERITY_OFF;
        buffer_clear(&result->text);
        return STREAM_NEEDS_ALL;
    }
    add_findings(planned, result->findings);
    result->made = made;
    return result_accept(result, source, emission.problem) ? STREAM_DONE : STREAM_WRONG;
}
