#include "emit/pretty_table.h"

#include "syntax/lexer.h"
#include "syntax/literal.h"

static Str slice(const Printer *printer, uint32_t start, uint32_t end) {
    return (Str){printer->text.data + start, end - start};
}

/* The comments around one written option: [lead, key) before it, [value end, trail) on its line. */
typedef struct OptionGap {
    uint32_t lead, trail;
} OptionGap;

/* The end of the comments that trail on the line of what ends at `at`; a comma among them is passed. */
static uint32_t trail_end(Str text, uint32_t at, uint32_t limit) {
    uint32_t end = at;
    for (Token token = lex(text, at); token.start < limit; token = lex(text, token.end)) {
        bool goes_on = token_is_comment(token) || token.kind == TOKEN_COMMA ||
                       (token.kind == TOKEN_BLANK && count_line_ends(text, token.start, token.end) == 0);
        if (!goes_on) {
            break;
        }
        end = token.kind == TOKEN_BLANK ? end : token.end;
    }
    return end;
}

static void print_value(Printer *printer, const PlannedOption *option) {
    if (option_value_changed(option)) {
        literal_write(printer->out, option->value);
    } else {
        buffer_add(printer->out, slice(printer, option->source->value.start, option->source->value.end));
    }
}

/* 'k' = 'v' as it is written, or with what the plan changed. */
static void print_pair(Printer *printer, const PlannedOption *option) {
    if (option->source == NULL) {
        literal_write(printer->out, option->key);
        buffer_add(printer->out, STR(" = "));
        literal_write(printer->out, option->value);
        return;
    }
    const Option *source = option->source;
    if (option_key_changed(option)) {
        literal_write(printer->out, option->key);
    } else {
        buffer_add(printer->out, slice(printer, source->key.start, source->key.end));
    }
    if (!printer->statement->has_comments) {
        buffer_add(printer->out, STR(" = "));
        print_value(printer, option);
        return;
    }
    printer->previous = (Token){source->key.start, source->key.end, TOKEN_QUOTED_STRING};
    printer->position = source->key.end;
    printer->item_indent = 1;
    printer->must_break = false;
    if (option_key_changed(option)) { /* comments between the strings of a literal stay */
        printer->position = source->key.start;
        printer_comments(printer, source->key.end, 2);
    }
    printer_tokens(printer, source->value.start);
    printer_comments(printer, option_value_changed(option) ? source->value.end : source->value.start, 2);
    if (printer->must_break) {
        printer_line(printer, 2);
    } else {
        buffer_add_char(printer->out, ' ');
    }
    print_value(printer, option);
}

/* A removed option leaves its comments, each on a line of its own. */
static void print_remains(Printer *printer, const Option *source, const OptionGap *gap) {
    Str text = printer->text;
    for (Token token = lex(text, source->key.start); token.start < gap->trail; token = lex(text, token.end)) {
        if (token_is_comment(token)) {
            printer_line(printer, 1);
            buffer_add(printer->out, slice(printer, token.start, token.end));
        }
    }
}

/* The comments before an option, and the start of its line. */
static void print_lead(Printer *printer, const PlannedOption *option, const OptionGap *gap) {
    Str text = printer->text;
    uint32_t key = option->source->key.start, before = gap->lead;
    bool leads = false;
    for (Token token = before < key ? lex(text, before) : (Token){.start = key}; token.start < key;
         token = lex(text, token.end)) {
        if (!token_is_comment(token)) {
            continue;
        }
        leads = comment_place(text, before, token) == COMMENT_LEADS && !option->is_removed;
        printer_line(printer, 1);
        buffer_add(printer->out, slice(printer, token.start, token.end));
        before = token.end;
    }
    if (leads) {
        buffer_add_char(printer->out, ' ');
    } else if (!option->is_removed) {
        printer_line(printer, 1);
    }
}

static void print_trail(Printer *printer, const OptionGap *gap, uint32_t from) {
    Str text = printer->text;
    if (from >= gap->trail) {
        return;
    }
    for (Token token = lex(text, from); token.start < gap->trail; token = lex(text, token.end)) {
        if (token_is_comment(token)) {
            buffer_add_char(printer->out, ' ');
            buffer_add(printer->out, slice(printer, token.start, token.end));
        }
    }
}

/* The gap is NULL for an option that is not in the source. */
static void print_option(Printer *printer, const PlannedOption *option, const OptionGap *gap, bool is_last) {
    if (gap != NULL) {
        print_lead(printer, option, gap);
    } else if (!option->is_removed) {
        printer_line(printer, 1);
    }
    if (option->is_removed) {
        if (gap != NULL) {
            print_remains(printer, option->source, gap);
        }
        return;
    }
    print_pair(printer, option);
    if (!is_last) {
        buffer_add_char(printer->out, ',');
    }
    if (gap != NULL) {
        print_trail(printer, gap, option->source->value.end);
    }
}

static OptionGap *find_gaps(const Printer *printer, const TableDefinition *definition, Arena *arena) {
    OptionGap *gaps = arena_array(arena, definition->option_count, sizeof *gaps);
    Str text = printer->text;
    if (!printer->statement->has_comments) {
        for (uint32_t i = 0; i < definition->option_count; i++) {
            gaps[i] = (OptionGap){definition->options[i].key.start, definition->options[i].value.end};
        }
        return gaps;
    }
    uint32_t lead = trail_end(text, definition->option_list.start + 1, definition->option_list.end);
    for (uint32_t i = 0; i < definition->option_count; i++) {
        gaps[i].lead = lead;
        gaps[i].trail = trail_end(text, definition->options[i].value.end, definition->option_list.end);
        lead = gaps[i].trail;
    }
    return gaps;
}

/* The index behind the last option that stays. */
static size_t kept_end(const Plan *plan) {
    size_t end = plan->count;
    while (end > 0 && plan->options[end - 1].is_removed) {
        end--;
    }
    return end;
}

/* What stands before an option: behind the parenthesis, or behind the option before it. */
static Str option_lead(const Printer *printer, bool is_first) {
    static const char leads[] = ",\r\n  ";
    size_t newline = printer->newline.size; /* a lone CR is not among them */
    return newline == 2 ? (is_first ? STR("\r\n  ") : (Str){leads, sizeof leads - 1})
                        : (is_first ? STR("\n  ") : STR(",\n  "));
}

/* Whether the option is, and reads with what stands before it from `from` on, as it would be printed. */
static bool reads_as_printed(const Printer *printer, const PlannedOption *option, uint32_t from, Str lead) {
    const Option *source = option->source;
    return source != NULL && !option->is_removed && !option_key_changed(option) && !option_value_changed(option) &&
           source->key.start - from == lead.size && str_has_prefix(str_from(printer->text, from), lead) &&
           str_equal(slice(printer, source->key.end, source->value.start), STR(" = "));
}

/* The options of a statement without comments, the last one's line included. What reads as it would be printed is
 * taken in one piece. */
static void print_plain_options(Printer *printer, const Plan *plan, uint32_t at) {
    Buffer *out = printer->out;
    uint32_t from = at;
    bool is_first = true;
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        Str lead = option_lead(printer, is_first);
        if (option->is_removed) {
            continue;
        }
        if (reads_as_printed(printer, option, at, lead)) {
            at = option->source->value.end;
        } else {
            buffer_add(out, slice(printer, from, at));
            buffer_add(out, lead);
            print_pair(printer, option);
            from = at = option->source != NULL ? option->source->value.end : at;
        }
        is_first = false;
    }
    buffer_add(out, slice(printer, from, at));
    if (!is_first) {
        printer_line(printer, 0);
    }
    printer->must_break = false;
}

/* Between the parentheses of WITH (…). The printer stands behind '(', or behind nothing when the clause is new. */
static void print_options(Printer *printer, const Plan *plan, Arena *arena) {
    const TableDefinition *definition = plan->table->definition;
    bool is_new = span_is_empty(definition->option_list);
    if (!is_new && !printer->statement->has_comments && !str_equal(printer->newline, STR("\r"))) {
        print_plain_options(printer, plan, definition->option_list.start + 1);
        return;
    }
    OptionGap *gaps = find_gaps(printer, definition, arena);
    size_t size = printer->out->size, end = kept_end(plan);
    uint32_t tail = is_new ? 0 : definition->option_list.start + 1;
    if (!is_new) {
        uint32_t trail = trail_end(printer->text, tail, definition->option_list.end);
        printer->must_break = false;
        print_trail(printer, &(OptionGap){.trail = trail}, tail);
        tail = definition->option_count > 0 ? gaps[definition->option_count - 1].trail : trail;
    }
    for (size_t i = 0; i < plan->count; i++) {
        const Option *source = plan->options[i].source;
        print_option(printer, &plan->options[i], source ? &gaps[source - definition->options] : NULL, i + 1 >= end);
    }
    if (!is_new) {
        printer->position = tail;
        printer->must_break = true;
        printer_comments(printer, definition->option_list.end - 1, 1);
    }
    if (printer->out->size > size) {
        printer_line(printer, 0);
    }
    printer->must_break = false;
}

static bool has_options(const Plan *plan) { return kept_end(plan) > 0; }

void print_table(Printer *printer, const Plan *plan, Arena *arena) {
    const Statement *statement = printer->statement;
    const TableDefinition *definition = statement->table;
    bool is_new = span_is_empty(definition->option_list);
    if (is_new && !has_options(plan)) {
        printer_tokens(printer, statement->span.end);
        return;
    }
    printer_tokens(printer, is_new ? definition->with_place : definition->option_list.start + 1);
    if (is_new) {
        printer_line(printer, 0);
        buffer_add(printer->out, STR("WITH ("));
    }
    print_options(printer, plan, arena);
    buffer_add_char(printer->out, ')');
    if (!is_new) {
        printer->position = definition->option_list.end;
    }
    printer->previous = (Token){printer->position - 1, printer->position, TOKEN_RIGHT_PAREN};
    printer_tokens(printer, statement->span.end);
}
