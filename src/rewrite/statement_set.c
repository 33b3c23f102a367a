#include "edits.h"
#include "lines.h"
#include "model/model.h"
#include "rewrite/barriers.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"
#include "syntax/pragma.h"

/* An INSERT that moves: its text, and the comments that go with it. */
typedef struct Moved {
    Str lead; /* the comments right above it, and those of its frame, a line each */
    Span insert;
    Span trail; /* comments behind it on its line */
} Moved;

typedef struct Gathering {
    const Script *script;
    Arena *arena;
    Findings *findings;
    Str text, newline;
    const bool *stops; /* for each statement, whether it is a barrier */
    Edits edits;
    Span cut; /* what is to be taken out next: neighbours on a line go together */
    VECTOR(Moved) moved;
} Gathering;

/* ---- What may move -------------------------------------------------------------------------------------------- */

/* Behind the set that is open before the statement; the statement itself when none is. */
static size_t behind_open_set(const Script *script, size_t index) {
    bool is_open = false;
    for (size_t i = 0; i < index; i++) {
        StatementKind kind = script->statements[i].kind;
        is_open = kind == STATEMENT_BEGIN_SET || (is_open && kind != STATEMENT_END_SET);
    }
    while (is_open && index < script->statement_count) {
        is_open = script->statements[index++].kind != STATEMENT_END_SET;
    }
    return index;
}

/* The statement behind the last one that no INSERT may cross. */
static size_t first_movable(const Gathering *gathering) {
    const Script *script = gathering->script;
    for (size_t i = script->statement_count; i > 0; i--) {
        if (gathering->stops[i - 1]) {
            return behind_open_set(script, i);
        }
    }
    return 0;
}

static bool is_insert(const Statement *statement) {
    return statement->kind == STATEMENT_INSERT || statement->kind == STATEMENT_EXECUTE_SET;
}

static bool is_frame(const Statement *statement) {
    return statement->kind == STATEMENT_BEGIN_SET || statement->kind == STATEMENT_END_SET;
}

static void tell_group(const Gathering *gathering, const Statement *first, size_t count, const Statement *barrier) {
    Source *source = gathering->script->source;
    Arena *arena = gathering->arena;
    Str word = source_slice(source, token_span(lex_significant(gathering->text, barrier->span.start)));
    const char *why = is_insert(barrier) || is_frame(barrier) ? ", which a pragma keeps where it is," : "";
    Str message = arena_format(arena,
                               "%zu INSERT%s from here on stay%s out of the statement set: the %.*s at line %zu%s "
                               "stands between",
                               count, count > 1 ? "s" : "", count > 1 ? "" : "s", (int)word.size, word.data,
                               source_line(source, barrier->span.start), why);
    finding_add(gathering->findings,
                (Finding){.severity = SEVERITY_WARNING,
                          .source = source,
                          .span = first->span,
                          .message = message,
                          .hint = STR("move that statement to the top of the script, or split the script there")});
}

/* INSERTs that stay behind are told once for each barrier. In a set of their own they are one job already, and those
 * that a pragma freezes are to stay. */
static void tell_left_behind(const Gathering *gathering, size_t end) {
    const Script *script = gathering->script;
    const Statement *first = NULL;
    bool is_in_set = false;
    size_t count = 0;
    for (size_t i = 0; i < end; i++) {
        const Statement *statement = &script->statements[i];
        is_in_set = statement->kind == STATEMENT_BEGIN_SET || (is_in_set && statement->kind != STATEMENT_END_SET);
        if (statement->kind == STATEMENT_INSERT && !is_in_set && !statement->is_frozen) {
            first = first ? first : statement;
            count++;
        }
        if (count > 0 && gathering->stops[i]) {
            tell_group(gathering, first, count, statement);
            first = NULL;
            count = 0;
        }
    }
}

/* ---- Taking INSERTs out ------------------------------------------------------------------------------------------ */

/* What switches smtpatch off or on counts where it stands. */
static bool is_switch(const Gathering *gathering, Token comment) {
    const Pragma *pragma = pragma_at(gathering->script, comment);
    return pragma != NULL && pragma->kind != PRAGMA_ALLOW;
}

/* The comments on the lines right above: without a blank line between, and not behind another statement. */
static Span lead_of(const Gathering *gathering, uint32_t start, uint32_t floor) {
    Str text = gathering->text;
    Span lead = {start, start};
    VECTOR(Token) comments = {0};
    for (Token token = lex(text, floor); token.start < start; token = lex(text, token.end)) {
        if (token_is_comment(token)) {
            *vector_add(gathering->arena, &comments) = token;
        }
    }
    for (size_t i = comments.count; i > 0; i--) {
        Token comment = comments.items[i - 1];
        uint32_t next_line = skip_line_end(text, skip_line_blanks(text, comment.end));
        bool is_adjacent = is_blank_between(text, next_line, lead.start);
        uint32_t first = line_start(text, comment.start);
        bool is_alone = is_blank_between(text, first > floor ? first : floor, comment.start) && first >= floor;
        if (!is_adjacent || !is_alone || is_switch(gathering, comment)) {
            break;
        }
        lead.start = comment.start;
    }
    return lead;
}

/* Comments behind `at` on its line. */
static Span trail_of(const Gathering *gathering, uint32_t at) {
    Str text = gathering->text;
    Span trail = {at, at};
    Token token = lex(text, skip_line_blanks(text, at));
    while (token_is_comment(token) && pragma_at(gathering->script, token) == NULL) {
        trail.end = token.end;
        bool holds_line_end = memchr(text.data + token.start, '\n', token.end - token.start) != NULL;
        if (holds_line_end) {
            break;
        }
        token = lex(text, skip_line_blanks(text, token.end));
    }
    bool stops_at_pragma = token_is_comment(token) && pragma_at(gathering->script, token) != NULL;
    bool goes_along = stops_at_pragma || is_at_line_end(text, skip_line_blanks(text, trail.end));
    return goes_along ? trail : (Span){at, at};
}

/* Takes the cut out, with the rest of its line and the blank lines behind when nothing else is on them, else with the
 * blanks on one side. */
static void finish_cut(Gathering *gathering) {
    if (span_is_empty(gathering->cut)) {
        return;
    }
    Str text = gathering->text;
    uint32_t start = gathering->cut.start, end = gathering->cut.end;
    uint32_t first = line_start(text, start), behind = skip_line_blanks(text, end);
    bool starts_line = is_blank_between(text, first, start), ends_line = is_at_line_end(text, behind);
    gathering->cut = SPAN_NONE;
    if (!starts_line && ends_line) {
        while (is_line_blank(text.data[start - 1])) {
            start--;
        }
    }
    if (starts_line && ends_line) {
        start = first;
        while (skip_line_blanks(text, behind) < text.size && is_line_end(text.data[skip_line_blanks(text, behind)])) {
            behind = skip_line_end(text, skip_line_blanks(text, behind));
        }
    }
    edits_add(&gathering->edits, start, behind, STR(""));
}

static void cut(Gathering *gathering, uint32_t start, uint32_t end) {
    bool is_neighbour = !span_is_empty(gathering->cut) && is_blank_between(gathering->text, gathering->cut.end, start);
    if (!is_neighbour) {
        finish_cut(gathering);
    }
    gathering->cut = (Span){is_neighbour ? gathering->cut.start : start, end};
}

static uint32_t behind_semicolon(const Gathering *gathering, uint32_t end) {
    bool has_semicolon = end < gathering->text.size && gathering->text.data[end] == ';';
    return has_semicolon ? end + 1 : end;
}

/* Adds every comment of [start, end), each on a line. */
static void add_comments(const Gathering *gathering, uint32_t start, uint32_t end, Buffer *out) {
    for (Token token = lex(gathering->text, start); token.start < end; token = lex(gathering->text, token.end)) {
        if (token_is_comment(token)) {
            buffer_add(out, (Str){gathering->text.data + token.start, token.end - token.start});
            buffer_add(out, gathering->newline);
        }
    }
}

static void take_insert(Gathering *gathering, const Statement *statement, uint32_t floor) {
    uint32_t behind = behind_semicolon(gathering, statement->end);
    Span insert = statement->inserts[0].span, lead = lead_of(gathering, statement->span.start, floor);
    Moved *moved = vector_add(gathering->arena, &gathering->moved);
    moved->insert = insert;
    moved->trail = trail_of(gathering, behind);
    uint32_t end = span_is_empty(moved->trail) ? behind : moved->trail.end;
    Buffer comments = {0};
    add_comments(gathering, lead.start, insert.start, &comments);
    add_comments(gathering, insert.end, behind, &comments);
    moved->lead = buffer_take(&comments, gathering->arena);
    cut(gathering, lead.start, end);
}

/* EXECUTE STATEMENT SET BEGIN …; …; END: its INSERTs one by one, and its frame away. */
static void take_execute_set(Gathering *gathering, const Statement *statement, uint32_t floor) {
    Span lead = lead_of(gathering, statement->span.start, floor);
    uint32_t at = lead.start, behind = behind_semicolon(gathering, statement->end);
    for (uint32_t i = 0; i < statement->insert_count; i++) {
        Span insert = statement->inserts[i].span;
        Token semicolon = lex_significant(gathering->text, insert.end);
        Moved *moved = vector_add(gathering->arena, &gathering->moved);
        moved->insert = insert;
        moved->trail = trail_of(gathering, semicolon.end);
        Buffer comments = {0};
        add_comments(gathering, at, insert.start, &comments);
        add_comments(gathering, insert.end, semicolon.start, &comments);
        at = span_is_empty(moved->trail) ? semicolon.end : moved->trail.end;
        if (i + 1 == statement->insert_count) {
            add_comments(gathering, at, behind, &comments);
        }
        moved->lead = buffer_take(&comments, gathering->arena);
    }
    cut(gathering, lead.start, behind);
}

/* BEGIN STATEMENT SET and END; the comments between their words stay where they were. */
static void take_frame(Gathering *gathering, const Statement *statement) {
    Buffer comments = {0};
    add_comments(gathering, statement->span.start, statement->end, &comments);
    if (comments.size > 0) {
        finish_cut(gathering);
        edits_add(&gathering->edits, statement->span.start, statement->span.start,
                  buffer_take(&comments, gathering->arena));
    }
    buffer_free(&comments);
    cut(gathering, statement->span.start, behind_semicolon(gathering, statement->end));
}

/* ---- The set at the end ------------------------------------------------------------------------------------------ */

static Str slice(const Gathering *gathering, Span span) {
    return (Str){gathering->text.data + span.start, span.end - span.start};
}

static void add_moved(Gathering *gathering, const Moved *moved, Buffer *out) {
    buffer_add(out, moved->lead);
    buffer_add(out, slice(gathering, moved->insert));
    buffer_add_char(out, ';');
    buffer_add(out, slice(gathering, moved->trail));
    buffer_add(out, gathering->newline);
}

static void add_set(Gathering *gathering, size_t start, Buffer *out) {
    Str newline = gathering->newline;
    size_t size = out->size;
    while (size > start && is_blank(out->data[size - 1])) {
        size--;
    }
    while (size < out->size && !is_line_end(out->data[size])) {
        size++; /* the blanks may be a comment's */
    }
    out->size = size;
    bool has_text = size > gathering->script->source->begin + start;
    buffer_add(out, has_text ? newline : STR(""));
    buffer_add(out, has_text ? newline : STR(""));
    buffer_add(out, STR("BEGIN STATEMENT SET;"));
    buffer_add(out, newline);
    for (size_t i = 0; i < gathering->moved.count; i++) {
        add_moved(gathering, &gathering->moved.items[i], out);
    }
    buffer_add(out, STR("END;"));
    buffer_add(out, newline);
}

/* All INSERTs stand in one set already, and nothing comes behind it. */
static bool is_gathered(const Script *script, size_t from) {
    size_t begins = 0, sets = 0, outside = 0;
    bool is_in_set = false, has_tail = false;
    for (size_t i = from; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        is_in_set = statement->kind == STATEMENT_BEGIN_SET || (is_in_set && statement->kind != STATEMENT_END_SET);
        begins += statement->kind == STATEMENT_BEGIN_SET;
        sets += statement->kind == STATEMENT_EXECUTE_SET;
        outside += statement->kind == STATEMENT_INSERT && !is_in_set;
        has_tail = (has_tail || begins + sets > 0) && !is_in_set && !is_frame(statement) && !is_insert(statement);
    }
    return outside == 0 && begins + sets <= 1 && !has_tail;
}

/* The last statement may lack its ';', and will not be the last any more. */
static void close_last(Gathering *gathering) {
    const Script *script = gathering->script;
    const Statement *last = script->statement_count > 0 ? &script->statements[script->statement_count - 1] : NULL;
    if (last != NULL && last->end >= gathering->text.size && !is_insert(last) && !is_frame(last)) {
        edits_add(&gathering->edits, last->span.end, last->span.end, STR(";"));
    }
}

/* The pragma that switches smtpatch off for good, or NULL: behind it nothing can be added. */
static const Pragma *open_end(const Script *script) {
    const Pragma *open = NULL;
    for (size_t i = 0; i < script->pragma_count; i++) {
        PragmaKind kind = script->pragmas[i].kind;
        open = kind == PRAGMA_OFF ? &script->pragmas[i] : kind == PRAGMA_ON ? NULL : open;
    }
    return open;
}

static bool any_insert(const Script *script) {
    for (size_t i = 0; i < script->statement_count; i++) {
        if (is_insert(&script->statements[i]) && !script->statements[i].is_frozen) {
            return true;
        }
    }
    return false;
}

static void tell_open_end(const Gathering *gathering, const Pragma *open) {
    Str message =
        STR("the INSERTs are not gathered: from here on the script is to be left alone, and the statement set "
            "would stand at its end");
    finding_add(gathering->findings, (Finding){.severity = SEVERITY_WARNING,
                                               .source = gathering->script->source,
                                               .span = open->comment,
                                               .message = message,
                                               .hint = STR("end that part with '-- smtpatch: on'")});
}

static Gathering start_gathering(const Script *script, Arena *arena) {
    Gathering gathering = {.script = script,
                           .arena = arena,
                           .text = script->source->text,
                           .newline = newline_text(script->source->newline),
                           .edits = {.arena = arena}};
    gathering.stops = insert_barriers(script, arena);
    return gathering;
}

void gather_findings(const Script *script, Arena *arena, Findings *findings) {
    Gathering gathering = start_gathering(script, arena);
    gathering.findings = findings;
    const Pragma *open = open_end(script);
    if (open == NULL) {
        tell_left_behind(&gathering, first_movable(&gathering));
    } else if (any_insert(script)) {
        tell_open_end(&gathering, open);
    }
}

static void take_out(Gathering *gathering, size_t from, size_t end) {
    const Script *script = gathering->script;
    uint32_t floor = from > 0 ? behind_semicolon(gathering, script->statements[from - 1].end) : script->source->begin;
    for (size_t i = from; i < end; i++) {
        const Statement *statement = &script->statements[i];
        if (statement->kind == STATEMENT_INSERT) {
            take_insert(gathering, statement, floor);
        } else if (statement->kind == STATEMENT_EXECUTE_SET) {
            take_execute_set(gathering, statement, floor);
        } else if (is_frame(statement)) {
            take_frame(gathering, statement);
        }
        floor = behind_semicolon(gathering, statement->end);
    }
    finish_cut(gathering);
}

void gather_inserts(const Script *script, Arena *arena, Buffer *out) {
    Gathering gathering = start_gathering(script, arena);
    size_t from = open_end(script) ? script->statement_count : first_movable(&gathering), start = out->size;
    take_out(&gathering, from, is_gathered(script, from) ? from : script->statement_count);
    if (gathering.moved.count > 0) {
        close_last(&gathering);
    }
    uint32_t rest = edits_write(&gathering.edits, gathering.text, 0, out);
    buffer_add(out, str_from(gathering.text, rest));
    if (gathering.moved.count > 0) {
        add_set(&gathering, start, out);
    }
}
