#include "emit/emit.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"

typedef struct Comparison {
    const Script *script;
    const Plans *plans;
    Layout layout;
    Arena *arena;
    Str source, out;
    Token from, to;          /* the tokens at hand in source and out */
    uint64_t comments_from, comments_to; /* sums of the comments' hashes: their order may change, nothing else */
    size_t next_table, next_statement;
    Str problem;
} Comparison;

static Str slice(Str text, Token token) { return (Str){text.data + token.start, token.end - token.start}; }

static Token next_token(Str text, uint32_t at, uint64_t *comments) {
    Token token = lex(text, at);
    while (token_is_trivia(token)) {
        if (token_is_comment(token)) {
            *comments += str_hash(slice(text, token));
        }
        token = lex(text, token.end);
    }
    return token;
}

static void step_from(Comparison *comparison) {
    comparison->from = next_token(comparison->source, comparison->from.end, &comparison->comments_from);
}

static void step_to(Comparison *comparison) {
    comparison->to = next_token(comparison->out, comparison->to.end, &comparison->comments_to);
}

static void differ(Comparison *comparison, const char *what) {
    if (comparison->problem.size == 0) {
        size_t line = 1;
        for (uint32_t i = 0; i < comparison->to.start; i++) {
            line += comparison->out.data[i] == '\n';
        }
        comparison->problem = arena_format(comparison->arena, "%s, at line %zu of the output", what, line);
    }
}

/* The plan of the next changed table, or NULL. */
static const Plan *next_plan(Comparison *comparison) {
    const Plans *plans = comparison->plans;
    while (comparison->next_table < plans->model->table_count && !plans->items[comparison->next_table].is_changed) {
        comparison->next_table++;
    }
    return comparison->next_table < plans->model->table_count ? &plans->items[comparison->next_table] : NULL;
}

static bool is_name(Comparison *comparison, Token token) {
    const Script *script = comparison->script;
    while (comparison->next_statement < script->statement_count &&
           script->statements[comparison->next_statement].end <= token.start) {
        comparison->next_statement++;
    }
    const Statement *statement = &script->statements[comparison->next_statement];
    for (uint32_t low = 0, high = statement->mark_count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        const Mark *mark = &statement->marks[middle];
        if (mark->start == token.start && mark->kind == MARK_NAME) {
            return true;
        }
        if (mark->start < token.start || (mark->start == token.start && mark->kind < MARK_NAME)) {
            low = middle + 1;
        } else {
            high = middle;
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
    return comparison->layout == LAYOUT_PRETTY && token_is_keyword(comparison->from) &&
           str_equal_ignore_case(from, to) && !is_name(comparison, comparison->from);
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
    Span span = token_span(comparison->to);
    if (!token_is_string(comparison->to)) {
        return false;
    }
    do {
        span.end = comparison->to.end;
        step_to(comparison);
    } while (token_is_string(comparison->to) || comparison->to.kind == TOKEN_UESCAPE);
    return str_equal(literal_value(comparison->out, span, comparison->arena), value);
}

/* ( 'k' = 'v', … ) must be the plan's options in the plan's order. */
static bool expect_options(Comparison *comparison, const Plan *plan) {
    bool is_first = true;
    if (!expect(comparison, TOKEN_LEFT_PAREN)) {
        return false;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed) {
            continue;
        }
        if ((!is_first && !expect(comparison, TOKEN_COMMA)) || !expect_literal(comparison, option->key) ||
            !expect(comparison, TOKEN_EQUALS) || !expect_literal(comparison, option->value)) {
            return false;
        }
        is_first = false;
    }
    return expect(comparison, TOKEN_RIGHT_PAREN);
}

static void pass_source_options(Comparison *comparison, Span list) {
    while (comparison->from.start < list.end && comparison->from.kind != TOKEN_EOF) {
        step_from(comparison);
    }
}

static void compare_options(Comparison *comparison, const Plan *plan) {
    Span list = plan->table->definition->option_list;
    if (span_is_empty(list) && !expect(comparison, TOKEN_WITH)) {
        differ(comparison, "WITH is missing");
    } else if (!expect_options(comparison, plan)) {
        differ(comparison, "an option list is not what the rules ask for");
    }
    pass_source_options(comparison, list);
    comparison->next_table++;
}

/* Where the changed option list begins, or would. */
static uint32_t options_start(const Plan *plan) {
    const TableDefinition *definition = plan->table->definition;
    return span_is_empty(definition->option_list) ? definition->with_place : definition->option_list.start;
}

/* keep leaves everything up to the next changed list as it is, byte for byte: there is no need to look at its tokens. */
static void pass_same_bytes(Comparison *comparison, const Plan *plan) {
    uint32_t start = comparison->from.start, end = plan ? options_start(plan) : (uint32_t)comparison->source.size;
    if (comparison->layout != LAYOUT_KEEP || end <= start ||
        end - start > comparison->out.size - comparison->to.start ||
        memcmp(comparison->source.data + start, comparison->out.data + comparison->to.start, end - start) != 0) {
        return;
    }
    comparison->to.end = comparison->to.start + (end - start);
    comparison->from.end = end;
    step_from(comparison);
    step_to(comparison);
}

Str verify_output(const Script *script, const Plans *plans, Layout layout, Str out, Arena *arena) {
    Comparison comparison = {.script = script, .plans = plans, .layout = layout, .arena = arena};
    comparison.source = script->source->text;
    comparison.out = out;
    comparison.from.end = comparison.to.end = script->source->begin;
    step_from(&comparison);
    step_to(&comparison);
    while (comparison.problem.size == 0) {
        const Plan *plan = next_plan(&comparison);
        pass_same_bytes(&comparison, plan);
        if (plan != NULL && comparison.from.start >= options_start(plan)) {
            compare_options(&comparison, plan);
        } else if (!same_token(&comparison)) {
            differ(&comparison, "a token is not the script's");
        } else if (comparison.from.kind == TOKEN_EOF) {
            break;
        } else {
            step_from(&comparison);
            step_to(&comparison);
        }
    }
    if (comparison.problem.size == 0 && comparison.comments_from != comparison.comments_to) {
        differ(&comparison, "a comment is not the script's");
    }
    return comparison.problem;
}
