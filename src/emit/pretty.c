#include <stdlib.h>

#include "emit/emit.h"
#include "emit/pretty_table.h"
#include "lines.h"
#include "syntax/lexer.h"
#include "syntax/pragma.h"

struct Pretty {
    Emission *emission;
    const Script *script;
    const Plans *plans;
    Arena *arena; /* of the statement at hand */
    Printer printer; /* its output is what was printed since the last part */
    Pieces *out;
    Verifier verifier;
    uint32_t printed; /* the source is in `out` up to here */
    const Statement *last; /* when no ';' ends it */
    const Plan *last_plan;
    size_t next_statement, next_table, next_pragma;
    bool is_after_statement; /* what was printed last at top level, if anything was */
    bool is_empty;           /* nothing was printed yet */
    bool must_break;         /* a line comment was printed last */

    /* The source is printed up to `at`; what was printed last ends at `before`. */
    uint32_t at, before;
    uint32_t ended, ended_at; /* the ';' of the statement printed last, and where the source went on behind that */

    /* When statements come one after the other: the one at hand, and its plan. */
    bool is_stream, is_done, meets_region;
    const Statement *statement;
    const Plan *plan;
};

static Buffer *out_of(Pretty *pretty) { return pretty->printer.out; }

static Str slice(const Pretty *pretty, uint32_t start, uint32_t end) {
    return (Str){pretty->printer.text.data + start, end - start};
}

/* ---- The top level of a script ------------------------------------------------------------------------------- */

/* The blank line, line break or nothing before the next thing. line_ends: how many the source has there. */
static void separate(Pretty *pretty, size_t line_ends, bool is_statement) {
    if (pretty->is_empty) {
        pretty->is_empty = false;
        return;
    }
    bool has_blank_line = line_ends > 1 || (pretty->is_after_statement && (line_ends > 0 || is_statement));
    buffer_add(out_of(pretty), pretty->printer.newline);
    if (has_blank_line) {
        buffer_add(out_of(pretty), pretty->printer.newline);
    }
}

static void print_comment(Pretty *pretty, Token comment, size_t line_ends) {
    bool trails = line_ends == 0 && !pretty->is_empty && !pretty->must_break;
    if (trails) {
        buffer_add_char(out_of(pretty), ' ');
    } else {
        separate(pretty, line_ends, false);
        pretty->is_after_statement = false;
    }
    buffer_add(out_of(pretty), slice(pretty, comment.start, comment.end));
    pretty->must_break = comment.kind == TOKEN_LINE_COMMENT;
}

static void print_semicolon(Pretty *pretty) {
    if (pretty->must_break || (!pretty->is_after_statement && !pretty->is_empty)) {
        separate(pretty, 1, false);
    }
    pretty->is_empty = false;
    buffer_add_char(out_of(pretty), ';');
    pretty->is_after_statement = true;
    pretty->must_break = false;
}

static const Statement *next_statement(Pretty *pretty) {
    return pretty->is_stream ? pretty->statement : &pretty->script->statements[pretty->next_statement++];
}

static const Plan *plan_of(Pretty *pretty, const Statement *statement) {
    if (pretty->is_stream) {
        return pretty->plan;
    }
    const Model *model = pretty->plans->model;
    while (pretty->next_table < model->table_count && model->tables[pretty->next_table].statement < statement) {
        pretty->next_table++;
    }
    bool is_table = pretty->next_table < model->table_count && model->tables[pretty->next_table].statement == statement;
    return is_table ? plans_at(pretty->plans, pretty->next_table, pretty->arena) : NULL;
}

/* Returns where the source goes on: behind the statement's last token, or behind all of a frozen one. */
static uint32_t print_statement(Pretty *pretty, const Statement *statement, const Plan *plan) {
    pretty->must_break = false;
    pretty->is_after_statement = true;
    if (statement->is_frozen) {
        buffer_add(out_of(pretty), slice(pretty, statement->span.start, statement->end));
        return statement->end;
    }
    printer_start(&pretty->printer, statement);
    if (plan != NULL) {
        print_table(&pretty->printer, plan, pretty->arena);
    } else {
        printer_tokens(&pretty->printer, statement->span.end);
    }
    return statement->span.end;
}

/* The ';' comes right behind the statement, and the comments that stood before it behind it. */
static uint32_t end_statement(Pretty *pretty, const Statement *statement) {
    if (statement->end < pretty->printer.text.size) {
        buffer_add_char(out_of(pretty), ';');
        return statement->end;
    }
    return UINT32_MAX;
}

/* -- smtpatch: off … -- smtpatch: on: byte for byte. Returns where it ends. */
static uint32_t print_region(Pretty *pretty, Token comment, size_t line_ends) {
    const Script *script = pretty->script;
    uint32_t end = (uint32_t)pretty->printer.text.size;
    bool ends_in_statement = false;
    for (size_t i = pretty->next_pragma; i < script->pragma_count; i++) {
        if (script->pragmas[i].kind == PRAGMA_ON && script->pragmas[i].comment.start > comment.start) {
            end = script->pragmas[i].comment.end;
            break;
        }
    }
    while (pretty->next_statement < script->statement_count &&
           script->statements[pretty->next_statement].span.start < end) {
        uint32_t statement_end = script->statements[pretty->next_statement++].end;
        ends_in_statement = statement_end > end;
        end = ends_in_statement ? statement_end : end;
    }
    separate(pretty, line_ends > 0 ? line_ends : 1, false);
    buffer_add(out_of(pretty), slice(pretty, comment.start, end));
    pretty->is_after_statement = ends_in_statement;
    pretty->must_break = !ends_in_statement;
    return end;
}

static bool is_off(Pretty *pretty, Token comment) {
    Pragma pragma;
    if (pretty->is_stream) {
        bool begins_region = pragma_parse(pretty->printer.text, comment, &pragma) == PRAGMA_FOUND &&
                             pragma.kind == PRAGMA_OFF;
        pretty->meets_region = pretty->meets_region || begins_region;
        return false;
    }
    const Script *script = pretty->script;
    while (pretty->next_pragma < script->pragma_count &&
           script->pragmas[pretty->next_pragma].comment.start < comment.start) {
        pretty->next_pragma++;
    }
    return pretty->next_pragma < script->pragma_count &&
           script->pragmas[pretty->next_pragma].comment.start == comment.start &&
           script->pragmas[pretty->next_pragma].kind == PRAGMA_OFF;
}

/* What was printed goes out, and is compared with the source, of which source_end is the end of a statement's ';'. */
static void end_part(Pretty *pretty, uint32_t source_end, const Statement *statement, const Plan *plan) {
    Buffer *text = out_of(pretty);
    if (text->failed) {
        guard_leave(pretty->arena->guard);
    }
    pieces_add_like(pretty->out, buffer_str(text), slice(pretty, pretty->printed, source_end));
    buffer_clear(text);
    pretty->printed = source_end;
    verify_part(&pretty->verifier, source_end, statement, plan);
}

/* Returns where the source goes on. */
static uint32_t print_next(Pretty *pretty, size_t line_ends, uint32_t *ended) {
    const Statement *statement = next_statement(pretty);
    ArenaMark mark = arena_mark(pretty->arena);
    const Plan *plan = plan_of(pretty, statement);
    separate(pretty, line_ends, true);
    uint32_t at = print_statement(pretty, statement, plan);
    *ended = end_statement(pretty, statement);
    if (*ended == UINT32_MAX) {
        pretty->last = statement;
        pretty->last_plan = plan;
        return at;
    }
    end_part(pretty, statement->end + 1, statement, plan);
    arena_release(pretty->arena, mark);
    return at;
}

/* The token or comment that begins at `at`. Returns where the source goes on. */
static uint32_t print_at(Pretty *pretty, Token token) {
    size_t line_ends = count_line_ends(pretty->printer.text, pretty->before, token.start);
    if (token_is_comment(token) && is_off(pretty, token)) {
        return print_region(pretty, token, line_ends);
    }
    if (token_is_comment(token)) {
        print_comment(pretty, token, line_ends);
    } else if (token.kind == TOKEN_SEMICOLON && token.start != pretty->ended) {
        print_semicolon(pretty);
    } else if (token.kind != TOKEN_SEMICOLON) {
        return print_next(pretty, line_ends, &pretty->ended);
    }
    return token.end;
}

/* The statement's own ';', when it was printed ahead of the comments before it. */
static bool is_passed_over(const Pretty *pretty, Token token) {
    return token.kind == TOKEN_SEMICOLON && token.start == pretty->ended && pretty->before != pretty->ended_at;
}

/* Of a statement's first token only the start is looked at. */
static Token next_token(const Pretty *pretty) {
    uint32_t at = pretty->at;
    bool begins_statement = pretty->is_stream && pretty->statement != NULL && pretty->statement->span.start == at;
    return begins_statement ? (Token){at, at + 1, TOKEN_IDENTIFIER} : lex(pretty->printer.text, at);
}

/* Prints what begins before `end`. The source may go on further behind: where a region does. */
static void print_part(Pretty *pretty, uint32_t end) {
    for (Token token = next_token(pretty); token.kind != TOKEN_EOF && token.start < end; token = next_token(pretty)) {
        if (token.kind == TOKEN_BLANK || is_passed_over(pretty, token)) {
            pretty->at = token.end;
            continue;
        }
        bool is_statement = !token_is_comment(token) && token.kind != TOKEN_SEMICOLON;
        pretty->at = print_at(pretty, token);
        pretty->before = pretty->at;
        pretty->ended_at = is_statement ? pretty->at : pretty->ended_at;
    }
    pretty->at = pretty->at > end ? pretty->at : end;
}

static void start_part(Pretty *pretty, uint32_t at) {
    pretty->at = pretty->before = at;
    pretty->ended = UINT32_MAX;
    pretty->ended_at = 0;
    pretty->is_empty = true;
    pretty->must_break = pretty->is_after_statement = false;
}

/* Text that is kept byte for byte may hold the last line's end. */
static bool ends_line(const Pretty *pretty) {
    Str printed = buffer_str(pretty->printer.out);
    if (printed.size == 0 && pretty->out->list.count > 0) {
        printed = pretty->out->list.items[pretty->out->list.count - 1];
    }
    return printed.data != NULL && is_line_end(printed.data[printed.size - 1]);
}

/* Ends the line where nothing else would. */
static void end_run(Pretty *pretty) {
    Str text = pretty->printer.text;
    bool is_at_end = pretty->at == text.size && !pretty->is_empty && !ends_line(pretty);
    bool is_cut_off = pretty->must_break && !is_at_line_end(text, pretty->at);
    if (is_at_end || is_cut_off) {
        buffer_add(out_of(pretty), pretty->printer.newline);
    }
}

/* Prints a part whose neighbours stay as they are. Returns where the source goes on. */
static uint32_t print_run(Pretty *pretty, Span run) {
    const Script *script = pretty->script;
    while (pretty->next_statement < script->statement_count &&
           script->statements[pretty->next_statement].span.start < run.start) {
        pretty->next_statement++;
    }
    start_part(pretty, run.start);
    print_part(pretty, run.end);
    end_run(pretty);
    return pretty->at;
}

static void print_selection(Pretty *pretty, const Selection *selection) {
    uint32_t at = 0;
    for (size_t i = 0; i < selection->run_count; i++) {
        Span run = selection->runs[i];
        if (run.start > at) {
            buffer_add(out_of(pretty), slice(pretty, at, run.start));
            at = run.start;
        }
        if (run.end > at) { /* else a region that began before has gone over it */
            at = print_run(pretty, (Span){at, run.end});
        }
    }
    buffer_add(out_of(pretty), str_from(pretty->printer.text, at));
}

/* What was printed since the last part. */
static void print_rest(Pretty *pretty) {
    Buffer *text = out_of(pretty);
    if (text->failed) {
        guard_leave(pretty->arena->guard);
    }
    pieces_add_like(pretty->out, buffer_str(text), str_from(pretty->printer.text, pretty->printed));
}

static void start(Pretty *pretty, Emission *emission) {
    const Source *source = emission->script->source;
    *pretty = (Pretty){.emission = emission,
                       .script = emission->script,
                       .plans = emission->plans,
                       .arena = emission->scratch,
                       .out = emission->out};
    pretty->printer = (Printer){.text = source->text, .newline = newline_text(source->newline), .out = emission->text,
                                .forms = {.arena = emission->out->arena}};
    verify_start(&pretty->verifier, pretty->script, pretty->out, LAYOUT_PRETTY, emission->out->arena,
                 emission->scratch);
    pretty->verifier.forms = &pretty->printer.forms;
}

void emit_pretty(Emission *emission) {
    const Source *source = emission->script->source;
    Span whole = {source->begin, (uint32_t)source->text.size};
    Pretty pretty;
    start(&pretty, emission);
    print_selection(&pretty, emission->selection != NULL ? emission->selection : &(Selection){&whole, 1});
    print_rest(&pretty);
    emission->problem = verify_end(&pretty.verifier, pretty.last, pretty.last_plan);
}

/* ---- Statement by statement -------------------------------------------------------------------------------------- */

Pretty *pretty_start(Emission *emission) {
    Pretty *pretty = arena_new(emission->out->arena, Pretty);
    uint32_t begin = emission->script->source->begin;
    start(pretty, emission);
    pretty->is_stream = true;
    start_part(pretty, begin);
    if (begin > 0) {
        buffer_add(out_of(pretty), slice(pretty, 0, begin));
    }
    return pretty;
}

static void finish(Pretty *pretty) {
    end_run(pretty);
    print_rest(pretty);
    pretty->emission->problem = verify_end(&pretty->verifier, pretty->last, pretty->last_plan);
    pretty->is_done = true;
}

bool pretty_statement(Pretty *pretty, const Statement *statement, const Plan *plan) {
    size_t size = pretty->printer.text.size;
    pretty->statement = statement;
    pretty->plan = plan;
    print_part(pretty, statement->end < size ? statement->end + 1 : (uint32_t)size);
    if (statement->end == size) {
        finish(pretty); /* while the statement is still there */
    }
    return !pretty->meets_region;
}

bool pretty_end(Pretty *pretty) {
    pretty->statement = NULL;
    if (!pretty->is_done) {
        print_part(pretty, (uint32_t)pretty->printer.text.size);
        finish(pretty);
    }
    return !pretty->meets_region;
}
