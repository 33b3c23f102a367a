#include "cli/stream.h"

#include "syntax/parser.h"

typedef struct Stream {
    Source *source;
    const Plans *plans;
    Arena *scratch;
    ArenaMark empty; /* of scratch */
    KeepEmission keep;
    TableName current; /* the catalog and database in force */
    bool needs_all;

    Guard guard; /* of one statement's work */
    const Statement *statement;
} Stream;

static bool takes_options(const Statement *statement) {
    return !span_is_empty(statement->table->like) && statement->table->takes_like_options;
}

static void print_statement(void *context) {
    Stream *stream = context;
    const Statement *statement = stream->statement;
    if (statement->kind == STATEMENT_CREATE_TABLE && takes_options(statement)) {
        stream->needs_all = true;
    } else if (statement->kind == STATEMENT_CREATE_TABLE) {
        Table table = table_alone(stream->source->text, statement, &stream->current, stream->scratch);
        keep_table(&stream->keep, plan_of_table(stream->plans, &table, stream->scratch));
    }
}

/* A USE statement's names are slices of the source, or of the arena that stays. */
static bool take(void *context, const Statement *statement) {
    Stream *stream = context;
    stream->statement = statement;
    if (stream->needs_all) {
        return true;
    }
    model_apply_use(stream->source->text, statement, &stream->current, stream->keep.emission->out->arena);
    bool is_done = guard_run(&stream->guard, print_statement, stream);
    arena_release(stream->scratch, stream->empty);
    return is_done;
}

/* The arenas that the work on a statement uses leave to that work's guard meanwhile, as the parser holds memory. */
static void read_statements(Stream *stream, ResultText *result) {
    StatementTaker taker = {.take = take, .context = stream, .arena = stream->scratch};
    Guard *scratch = stream->scratch->guard, *made = result->made.arena->guard;
    stream->scratch->guard = result->made.arena->guard = &stream->guard;
    parse_statements(stream->source, 0, &taker, result->arena, result->findings);
    stream->scratch->guard = scratch;
    result->made.arena->guard = made;
}

static void add_findings(const Findings *planned, Findings *findings) {
    bool is_broken = findings->worst >= SEVERITY_TROUBLE;
    for (size_t i = 0; !is_broken && i < planned->list.count; i++) {
        finding_add(findings, planned->list.items[i]);
    }
}

StreamStatus stream_keep(ResultText *result, Source *source, const Plans *plans, const Findings *planned) {
    Stream *stream = arena_new(result->arena, Stream);
    Pieces made = {.arena = result->made.arena};
    Emission emission = {.script = plans->model->script, .plans = plans, .scratch = result->scratch, .out = &made};
    size_t first_finding = result->findings->list.count;
    *stream = (Stream){.source = source, .plans = plans, .scratch = result->scratch, .current = DEFAULT_TABLE_NAME};
    arena_alloc(stream->scratch, 1); /* so that its first block stays */
    stream->empty = arena_mark(stream->scratch);
    keep_start(&stream->keep, &emission);
    read_statements(stream, result);
    if (stream->needs_all) {
        result->findings->list.count = first_finding;
        result->findings->worst = SEVERITY_OFF;
        return STREAM_NEEDS_ALL;
    }
    keep_end(&stream->keep);
    add_findings(planned, result->findings);
    result->made = made;
    return result_accept(result, source, emission.problem) ? STREAM_DONE : STREAM_WRONG;
}
