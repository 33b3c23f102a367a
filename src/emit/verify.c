#include "emit/verify.h"

#include "lines.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"

/* One part: the tokens of source from `from` on, up to source_stop, against those of out, up to out_stop. */
typedef struct Comparison {
    Verifier *verifier;
    const Statement *statement;
    const Plan *plan; /* NULL when it changes nothing */
    Str source, out;
    uint32_t source_stop, out_stop;
    Token from, to; /* the tokens at hand */
} Comparison;

static Str slice(Str text, Token token) { return (Str){text.data + token.start, token.end - token.start}; }

/* The next token, or what stands at `stop`. The comments before it are counted. */
static Token next_token(Str text, uint32_t at, uint32_t stop, uint64_t *comments) {
    Token token = lex_solid(text, at);
    while (token_is_comment(token) && token.start < stop) {
        *comments += str_hash(slice(text, token));
        token = lex_solid(text, token.end);
    }
    return token;
}

static void step_from(Comparison *comparison) {
    comparison->from = next_token(comparison->source, comparison->from.end, comparison->source_stop,
                                  &comparison->verifier->comments_from);
}

static void step_to(Comparison *comparison) {
    comparison->to = next_token(comparison->out, comparison->to.end, comparison->out_stop,
                                &comparison->verifier->comments_to);
}

static size_t count_newlines(Str text) {
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == '\n';
    }
    return count;
}

/* The line of the output at which the part stands, and `behind` it. */
static void differ(Verifier *verifier, const char *what, Str behind) {
    size_t line = 1 + count_newlines(behind);
    for (size_t i = 0; i < verifier->to.piece && i < verifier->out->list.count; i++) {
        line += count_newlines(verifier->out->list.items[i]);
    }
    if (verifier->to.piece < verifier->out->list.count) {
        line += count_newlines((Str){verifier->out->list.items[verifier->to.piece].data, verifier->to.offset});
    }
    if (verifier->problem.size == 0) {
        verifier->problem = arena_format(verifier->arena, "%s, at line %zu of the output", what, line);
    }
}

static void differ_here(Comparison *comparison, const char *what) {
    differ(comparison->verifier, what, (Str){comparison->out.data, comparison->to.start});
}

/* The first mark that stands at offset or behind it. */
static uint32_t mark_at(const Statement *statement, uint32_t offset) {
    uint32_t low = 0, high = statement->mark_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (statement->marks[middle].start < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool is_name(const Statement *statement, Token token) {
    for (uint32_t i = mark_at(statement, token.start);
         i < statement->mark_count && statement->marks[i].start == token.start; i++) {
        if (statement->marks[i].kind == MARK_NAME) {
            return true;
        }
    }
    return false;
}

static bool same_token(Comparison *comparison) {
    Str from = slice(comparison->source, comparison->from), to = slice(comparison->out, comparison->to);
    if (comparison->from.kind != comparison->to.kind) {
        return false;
    }
    if (str_equal(from, to)) {
        return true;
    }
    return comparison->verifier->layout == LAYOUT_PRETTY && comparison->statement != NULL &&
           token_is_keyword(comparison->from) && str_equal_ignore_case(from, to) &&
           !is_name(comparison->statement, comparison->from);
}

static bool expect(Comparison *comparison, uint16_t kind) {
    if (comparison->to.kind != kind) {
        return false;
    }
    step_to(comparison);
    return true;
}

/* The literal at hand in out must mean value. */
static bool expect_literal(Comparison *comparison, Str value) {
    if (comparison->to.start == comparison->to.end) { /* see expect_comma() */
        step_to(comparison);
    }
    Span span = token_span(comparison->to);
    if (!token_is_string(comparison->to)) {
        return false;
    }
    do {
        span.end = comparison->to.end;
        step_to(comparison);
    } while (token_is_string(comparison->to) || comparison->to.kind == TOKEN_UESCAPE);
    return str_equal(literal_value(comparison->out, span, comparison->verifier->scratch), value);
}

/* Whether what stands before a token's start cannot be a part of the token, nor the token of it. */
static bool stands_apart(Str text, uint32_t start) {
    return text.data[start] == '(' || (start > 0 && (is_blank(text.data[start - 1]) || text.data[start - 1] == ';'));
}

/* An option that stays as it is written: the same bytes, and no more of a literal behind them. */
static bool passes_same_option(Comparison *comparison, const PlannedOption *option) {
    if (option->source == NULL || option_key_changed(option) || option_value_changed(option)) {
        return false;
    }
    uint32_t start = option->source->key.start, end = comparison->to.start + (option->source->value.end - start);
    Str written = {comparison->source.data + start, option->source->value.end - start};
    if (!str_has_prefix(str_from(comparison->out, comparison->to.start), written) ||
        comparison->out.data[end] == '\'' || comparison->statement->has_comments) {
        return false;
    }
    comparison->to.end = end;
    step_to(comparison);
    return true;
}

/* Behind 'value' as a literal of its own, if that stands at `at`; else 0. */
static uint32_t plain_literal_end(Str text, uint32_t at, Str value) {
    uint32_t start = at + 1, end = start + (uint32_t)value.size;
    bool is_there = text.data[at] == '\'' && str_has_prefix(str_from(text, start), value) && text.data[end] == '\'' &&
                    text.data[end + 1] != '\''; /* there is a NUL behind the text */
    return is_there && (value.size == 0 || memchr(value.data, '\'', value.size) == NULL) ? end + 1 : 0;
}

/* 'key' = 'value' as smtpatch writes it, which needs no lexer. */
static bool passes_plain_option(Comparison *comparison, const PlannedOption *option) {
    Str out = comparison->out;
    uint32_t key_end = plain_literal_end(out, comparison->to.start, option->key);
    uint32_t equals = key_end > 0 ? skip_line_blanks(out, key_end) : 0;
    if (key_end == 0 || out.data[equals] != '=') {
        return false;
    }
    uint32_t end = plain_literal_end(out, skip_line_blanks(out, equals + 1), option->value);
    if (end == 0) {
        return false;
    }
    uint32_t next = skip_sql_blanks(out, end);
    if (out.data[next] != ',' && out.data[next] != ')') {
        return false; /* a comment, or more of the literal */
    }
    comparison->to = (Token){next, next + 1, out.data[next] == ',' ? TOKEN_COMMA : TOKEN_RIGHT_PAREN};
    return true;
}

/* Behind a comma. Where an option's key ends is left for who wants to know. */
static bool expect_comma(Comparison *comparison) {
    uint32_t next = skip_sql_blanks(comparison->out, comparison->to.end);
    if (comparison->to.kind != TOKEN_COMMA || next >= comparison->out_stop || comparison->out.data[next] != '\'') {
        return expect(comparison, TOKEN_COMMA);
    }
    comparison->to = (Token){next, next, TOKEN_QUOTED_STRING};
    return true;
}

static bool expect_option(Comparison *comparison, const PlannedOption *option) {
    return passes_same_option(comparison, option) || passes_plain_option(comparison, option) ||
           (expect_literal(comparison, option->key) && expect(comparison, TOKEN_EQUALS) &&
            expect_literal(comparison, option->value));
}

/* Passes the options that the list begins with as the source's does, byte for byte, up to one of them, which the
 * output has too. Returns how many it passed. */
static size_t pass_same_options(Comparison *comparison, const Plan *plan) {
    uint32_t list = plan->table->definition->option_list.start;
    if (span_is_empty(plan->table->definition->option_list) || comparison->statement->has_comments) {
        return 0;
    }
    Str source = str_from(comparison->source, list), out = str_from(comparison->out, comparison->to.start);
    size_t same = common_prefix(source, out), count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        bool is_same = option->source != NULL && !option->is_removed && option->source->key.start - list < same &&
                       stands_apart(comparison->source, option->source->key.start);
        count = is_same ? i : count;
        if (!is_same || option_key_changed(option) || option_value_changed(option)) {
            break;
        }
    }
    if (count > 0) {
        comparison->to.end = comparison->to.start + (plan->options[count].source->key.start - list);
        step_to(comparison);
    }
    return count;
}

/* ( 'k' = 'v', … ) must be the plan's options in the plan's order. */
static bool expect_options(Comparison *comparison, const Plan *plan) {
    size_t passed = pass_same_options(comparison, plan);
    bool is_first = true;
    if (passed == 0 && !expect(comparison, TOKEN_LEFT_PAREN)) {
        return false;
    }
    for (size_t i = passed; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed) {
            continue;
        }
        if ((!is_first && !expect_comma(comparison)) || !expect_option(comparison, option)) {
            return false;
        }
        is_first = false;
    }
    return expect(comparison, TOKEN_RIGHT_PAREN);
}

static void pass_source_options(Comparison *comparison, Span list) {
    if (!comparison->statement->has_comments && comparison->from.start < list.end) {
        comparison->from.end = list.end;
        step_from(comparison);
        return;
    }
    while (comparison->from.start < list.end && comparison->from.kind != TOKEN_EOF) {
        step_from(comparison);
    }
}

static void compare_options(Comparison *comparison) {
    const Plan *plan = comparison->plan;
    Span list = plan->table->definition->option_list;
    if (span_is_empty(list) && !expect(comparison, TOKEN_WITH)) {
        differ_here(comparison, "WITH is missing");
    } else if (!expect_options(comparison, plan)) {
        differ_here(comparison, "an option list is not what the rules ask for");
    }
    pass_source_options(comparison, list);
    comparison->plan = NULL;
}

/* Where the changed option list begins, or would. */
static uint32_t options_start(const Plan *plan) {
    const TableDefinition *definition = plan->table->definition;
    return span_is_empty(definition->option_list) ? definition->with_place : definition->option_list.start;
}

/* ---- What need not be looked at ---------------------------------------------------------------------------------- */

/* The statement's last segment that begins at the offset or before, or NULL. Only segments without comments count. */
static const Segment *segment_up_to(const Comparison *comparison, uint32_t offset) {
    const Statement *statement = comparison->statement;
    if (comparison->verifier->forms == NULL || statement == NULL || statement->has_comments) {
        return NULL;
    }
    uint32_t low = 0, high = statement->segment_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (statement->segments[middle].start <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? &statement->segments[low - 1] : NULL;
}

/* The start of a token that is known from the tree: the last one up to `limit`; 0 when none is. */
static uint32_t known_start_before(const Comparison *comparison, uint32_t limit) {
    const Statement *statement = comparison->statement;
    if (statement == NULL || statement->span.start > limit) {
        return 0;
    }
    uint32_t found = statement->span.start;
    if (comparison->plan != NULL && options_start(comparison->plan) <= limit) {
        limit = found = options_start(comparison->plan);
    }
    const Segment *segment = segment_up_to(comparison, limit);
    if (segment != NULL && stands_apart(comparison->source, segment->start)) {
        return found > segment->start ? found : segment->start; /* which pass_segment() may pass */
    }
    for (uint32_t i = mark_at(statement, limit + 1); i > 0; i--) {
        if (stands_apart(comparison->source, statement->marks[i - 1].start)) {
            return found > statement->marks[i - 1].start ? found : statement->marks[i - 1].start;
        }
    }
    return found;
}

/* The same: the first one from `limit` on; UINT32_MAX when none is. Not before an option list that is yet to be
 * compared. */
static uint32_t known_start_behind(const Comparison *comparison, uint32_t limit) {
    const Statement *statement = comparison->statement;
    if (statement == NULL || comparison->plan != NULL) {
        return UINT32_MAX;
    }
    uint32_t mark = mark_at(statement, limit);
    return mark < statement->mark_count ? statement->marks[mark].start : UINT32_MAX;
}

/* The output begins as the source does, for `same` bytes: their tokens are the same. */
static bool pass_start(Comparison *comparison, size_t same) {
    Verifier *verifier = comparison->verifier;
    uint32_t end = verifier->from + (uint32_t)same, start = same > 0 ? known_start_before(comparison, end - 1) : 0;
    if (start <= verifier->from || !stands_apart(comparison->source, start)) {
        return false;
    }
    verifier->to = pieces_behind(verifier->out, verifier->to, start - verifier->from);
    verifier->from = start;
    return true;
}

/* Both end with the same bytes: behind a token's start among them there is nothing to compare. */
static void pass_end(Comparison *comparison, uint32_t source_end) {
    Str rest = {comparison->source.data + comparison->from.start, source_end - comparison->from.start};
    size_t same = common_suffix(rest, str_from(comparison->out, comparison->to.start));
    uint32_t start = known_start_behind(comparison, source_end - (uint32_t)same);
    if (start < source_end) {
        comparison->source_stop = start;
        comparison->out_stop -= source_end - start;
    }
}

/* ---- The comparison ---------------------------------------------------------------------------------------------- */

/* Passes the segment that begins here when it is printed as another one of its skeleton was, which was compared. Its
 * last token is left, but for a statement's ';', which belongs to none that is printed so. */
static bool pass_segment(Comparison *comparison) {
    const Segment *segment = segment_up_to(comparison, comparison->from.start);
    uint32_t end;
    if (segment == NULL || segment->start != comparison->from.start || segment->end > comparison->source_stop ||
        (comparison->plan != NULL && segment->end > options_start(comparison->plan) + 1) ||
        !printed_form_is_at(comparison->verifier->forms, comparison->source, segment, comparison->out,
                            comparison->to.start, &end) ||
        end > comparison->out_stop) {
        return false;
    }
    bool ends_statement = segment->end > comparison->statement->span.end;
    comparison->from.end = ends_statement ? comparison->statement->span.end : segment->end - 1;
    comparison->to.end = ends_statement ? end : end - 1;
    step_from(comparison);
    step_to(comparison);
    return true;
}

static void compare_tokens(Comparison *comparison) {
    while (comparison->verifier->problem.size == 0 && comparison->from.start < comparison->source_stop) {
        if (comparison->plan != NULL && comparison->from.start >= options_start(comparison->plan)) {
            compare_options(comparison);
        } else if (pass_segment(comparison)) {
            continue;
        } else if (!same_token(comparison)) {
            differ_here(comparison, "a token is not the script's");
        } else {
            step_from(comparison);
            step_to(comparison);
        }
    }
    if (comparison->plan != NULL && comparison->verifier->problem.size == 0) {
        compare_options(comparison); /* a WITH behind the last token */
    }
    if (comparison->to.start != comparison->out_stop) {
        differ_here(comparison, "a token is not the script's");
    }
}

/* How much of the part is the source itself. */
static size_t same_bytes(const Verifier *verifier, uint32_t source_end) {
    Str piece = pieces_at(verifier->out, verifier->to);
    size_t size = source_end - verifier->from;
    if (piece.data != verifier->script->source->text.data + verifier->from) {
        return 0;
    }
    return piece.size < size ? piece.size : size;
}

static void compare_part(Comparison *comparison, uint32_t source_end) {
    Verifier *verifier = comparison->verifier;
    pass_start(comparison, same_bytes(verifier, source_end));
    ArenaMark mark = arena_mark(verifier->scratch);
    comparison->out = pieces_text(verifier->out, verifier->to, verifier->scratch);
    Str rest = {comparison->source.data + verifier->from, source_end - verifier->from};
    if (pass_start(comparison, common_prefix(rest, comparison->out))) {
        comparison->out = pieces_text(verifier->out, verifier->to, verifier->scratch);
    }
    comparison->source_stop = source_end;
    comparison->out_stop = (uint32_t)comparison->out.size;
    comparison->from.start = skip_sql_blanks(comparison->source, verifier->from);
    comparison->to.start = skip_sql_blanks(comparison->out, 0);
    if (!pass_segment(comparison)) {
        comparison->from.end = verifier->from;
        step_from(comparison);
        step_to(comparison);
    }
    if (comparison->from.start < source_end) {
        pass_end(comparison, source_end);
    }
    compare_tokens(comparison);
    arena_release(verifier->scratch, mark);
}

static void verify(Verifier *verifier, uint32_t source_end, const Statement *statement, const Plan *plan) {
    bool is_changed = plan != NULL && plan->is_changed;
    Comparison comparison = {.verifier = verifier,
                             .statement = statement,
                             .plan = is_changed ? plan : NULL,
                             .source = verifier->script->source->text};
    PiecePlace end = pieces_end(verifier->out);
    if (verifier->to.piece < end.piece && pieces_at(verifier->out, verifier->to).size == 0) {
        verifier->to = (PiecePlace){verifier->to.piece + 1, 0};
    }
    bool is_source = verifier->to.piece == end.piece &&
                     end.offset - verifier->to.offset == source_end - verifier->from &&
                     same_bytes(verifier, source_end) == source_end - verifier->from;
    if (verifier->problem.size == 0 && (!is_source || is_changed)) {
        compare_part(&comparison, source_end);
    }
    verifier->from = source_end;
    verifier->to = end;
}

/* ---- The parts --------------------------------------------------------------------------------------------------- */

void verify_start(Verifier *verifier, const Script *script, const Pieces *out, Layout layout, Arena *arena,
                  Arena *scratch) {
    uint32_t begin = script->source->begin; /* broken bytes behind a byte order mark would make one token with it */
    *verifier = (Verifier){.script = script, .out = out, .layout = layout, .arena = arena, .scratch = scratch};
    verifier->from = begin;
    verifier->to = (PiecePlace){0, begin};
}

/* The next part must not run into this one's last token. */
static bool ends_statement(const Pieces *out) {
    Str last = out->list.count > 0 ? out->list.items[out->list.count - 1] : STR(" ");
    return last.data[last.size - 1] == ';';
}

void verify_part(Verifier *verifier, uint32_t source_end, const Statement *statement, const Plan *plan) {
    verify(verifier, source_end, statement, plan);
    if (verifier->problem.size == 0 && !ends_statement(verifier->out)) {
        differ(verifier, "a statement does not end", STR(""));
    }
}

Str verify_end(Verifier *verifier, const Statement *statement, const Plan *plan) {
    verify(verifier, (uint32_t)verifier->script->source->text.size, statement, plan);
    if (verifier->problem.size == 0 && verifier->comments_from != verifier->comments_to) {
        differ(verifier, "a comment is not the script's", STR(""));
    }
    return verifier->problem;
}
