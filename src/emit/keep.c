#include "edits.h"
#include "emit/emit.h"
#include "lines.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"

/* How the last option of a list is written, for the new ones behind it. */
typedef struct Style {
    bool is_line;       /* an option a line */
    bool has_leading_comma;
    Str prefix;         /* of an option's line: its indent, and a leading comma with its blanks */
    Str equals;         /* what stands between key and value */
    Str comma;          /* between two options on one line */
} Style;

typedef struct Keeper {
    Arena *arena; /* of the table at hand */
    Str text;
    Str newline;
    const Plan *plan;
    size_t written;          /* options that the source has */
    uint32_t *commas;        /* where the comma behind option i stands; 0 when it goes away */
    Style style;
    Edits edits;             /* of the table at hand */
} Keeper;

static void add_edit(Keeper *keeper, uint32_t start, uint32_t end, Str text) {
    edits_add(&keeper->edits, start, end, text);
}

static Str slice(Str text, uint32_t start, uint32_t end) { return (Str){text.data + start, end - start}; }

/* ---- The style found there ----------------------------------------------------------------------------------- */

static Style find_style(const Keeper *keeper) {
    const TableDefinition *definition = keeper->plan->table->definition;
    Str text = keeper->text;
    const Option *last = &definition->options[keeper->written - 1];
    uint32_t start = line_start(text, last->key.start), first = skip_line_blanks(text, start);
    Style style = {.equals = STR(" = "), .comma = STR(", ")};
    style.has_leading_comma =
        first < last->key.start && text.data[first] == ',' && is_blank_between(text, first + 1, last->key.start);
    style.is_line = first == last->key.start || style.has_leading_comma;
    style.prefix = slice(text, start, last->key.start);
    uint32_t equals = skip_line_blanks(text, last->key.end);
    if (text.data[equals] == '=' && is_blank_between(text, equals + 1, last->value.start)) {
        style.equals = slice(text, last->key.end, last->value.start);
    }
    if (keeper->written > 1) {
        uint32_t comma = keeper->commas[keeper->written - 2];
        if (is_blank_between(text, comma + 1, last->key.start)) {
            style.comma = slice(text, comma, last->key.start);
        }
    }
    return style;
}

/* All of them are only needed when an option goes; else the last one is enough. */
static void find_commas(Keeper *keeper) {
    const TableDefinition *definition = keeper->plan->table->definition;
    bool needs_all = false;
    for (size_t i = 0; i < keeper->written && !needs_all; i++) {
        needs_all = keeper->plan->options[i].is_removed;
    }
    keeper->commas = arena_array(keeper->arena, keeper->written, sizeof *keeper->commas);
    for (size_t i = needs_all || keeper->written < 2 ? 0 : keeper->written - 2; i + 1 < keeper->written; i++) {
        keeper->commas[i] = lex_significant(keeper->text, definition->options[i].value.end).start;
    }
}

/* ---- Changing and removing ------------------------------------------------------------------------------------- */

static bool ends_line(Str text, uint32_t offset) {
    uint32_t end = skip_line_blanks(text, offset);
    return end == text.size || is_line_end(text.data[end]);
}

/* Adds the comments between the tokens of span, as they would stand in its place behind what is in `kept`. */
static void add_comments(Keeper *keeper, Span span, Buffer *kept) {
    Str text = keeper->text;
    uint32_t start = line_start(text, span.start);
    Str indent = slice(text, start, skip_line_blanks(text, start));
    bool breaks = false;
    Token token;
    for (uint32_t at = span.start; at < span.end; at = token.end) {
        token = lex(text, at);
        if (!token_is_comment(token)) {
            continue;
        }
        if (breaks) {
            buffer_add(kept, keeper->newline);
            buffer_add(kept, indent);
        } else if (kept->size > 0 || !is_blank(text.data[span.start - 1])) {
            buffer_add_char(kept, ' ');
        }
        buffer_add(kept, slice(text, token.start, token.end));
        breaks = token.kind == TOKEN_LINE_COMMENT;
    }
    if (breaks && !ends_line(text, span.end)) {
        buffer_add(kept, keeper->newline);
        buffer_add(kept, indent);
    }
}

/* The comments between the tokens of span stay in its place. False when there are none and nothing was done. */
static bool remove_around_comments(Keeper *keeper, Span span) {
    Buffer kept = {0};
    add_comments(keeper, span, &kept);
    if (kept.size == 0 && !kept.failed) {
        return false;
    }
    add_edit(keeper, span.start, span.end, buffer_take(&kept, keeper->arena));
    return true;
}

/* A literal of several strings may have comments between them. */
static void replace_literal(Keeper *keeper, Span literal, Str value) {
    Buffer buffer = {0};
    literal_write(&buffer, value);
    if (keeper->plan->table->statement->has_comments) {
        add_comments(keeper, literal, &buffer);
    }
    add_edit(keeper, literal.start, literal.end, buffer_take(&buffer, keeper->arena));
}

static void change_option(Keeper *keeper, const Option *source, const PlannedOption *option) {
    bool is_own = option->source == source;
    if (is_own ? option_key_changed(option)
               : !str_equal(option->key, option_key(keeper->text, source, keeper->arena))) {
        replace_literal(keeper, source->key, option->key);
    }
    if (is_own ? option_value_changed(option)
               : !str_equal(option->value, option_value(keeper->text, source, keeper->arena))) {
        replace_literal(keeper, source->value, option->value);
    }
}

/* span and the blanks that it leaves behind: its whole line if nothing else is on it. */
static void remove_span(Keeper *keeper, Span span) {
    Str text = keeper->text;
    if (remove_around_comments(keeper, span)) {
        return;
    }
    uint32_t start = line_start(text, span.start), end = skip_line_blanks(text, span.end);
    if (is_blank_between(text, start, span.start) && is_at_line_end(text, end)) {
        add_edit(keeper, start, skip_line_end(text, end), STR(""));
    } else if (is_at_line_end(text, end) || text.data[end] == ')') {
        add_edit(keeper, span.start, span.end, STR(""));
    } else {
        add_edit(keeper, span.start, end, STR(""));
    }
}

static uint32_t take_comma_at(Keeper *keeper, size_t index) {
    uint32_t comma = index + 1 < keeper->written ? keeper->commas[index] : 0;
    if (comma != 0) {
        keeper->commas[index] = 0;
    }
    return comma;
}

/* The comma that goes with a removed option: the one behind it, or in the leading style the one before it.
 * 0 when that is gone already. */
static uint32_t take_comma(Keeper *keeper, size_t option) {
    if (keeper->style.has_leading_comma) {
        return option > 0 ? take_comma_at(keeper, option - 1) : 0;
    }
    return take_comma_at(keeper, option);
}

/* In the leading style the comma before the first option that stays goes too; a blank keeps the indent. */
static void remove_first_comma(Keeper *keeper) {
    size_t first = 0;
    while (first < keeper->written && keeper->plan->options[first].is_removed) {
        first++;
    }
    if (first > 0 && first < keeper->written) {
        uint32_t comma = take_comma_at(keeper, first - 1), start = line_start(keeper->text, comma);
        add_edit(keeper, comma, comma + 1, is_blank_between(keeper->text, start, comma) ? STR(" ") : STR(""));
    }
}

/* The last comma before option that still stands; taken away when the options behind it are all gone. */
static uint32_t take_comma_before(Keeper *keeper, size_t option) {
    for (size_t i = option; i > 0; i--) {
        uint32_t comma = keeper->commas[i - 1];
        if (comma != 0) {
            keeper->commas[i - 1] = 0;
            return comma;
        }
    }
    return 0;
}

/* A comma by itself: its line too, when nothing else is on it. */
static void remove_comma(Keeper *keeper, uint32_t comma) {
    bool is_alone =
        is_blank_between(keeper->text, line_start(keeper->text, comma), comma) && ends_line(keeper->text, comma + 1);
    if (is_alone) {
        remove_span(keeper, (Span){comma, comma + 1});
    } else {
        add_edit(keeper, comma, comma + 1, STR(""));
    }
}

/* The option with its comma, when only blanks are between them; else the comma goes by itself. */
static void remove_option(Keeper *keeper, size_t index, uint32_t comma) {
    const Option *source = &keeper->plan->table->definition->options[index];
    Span span = {source->key.start, source->value.end};
    if (comma != 0 && comma >= span.end && is_blank_between(keeper->text, span.end, comma)) {
        span.end = comma + 1;
    } else if (comma != 0 && comma < span.start && is_blank_between(keeper->text, comma + 1, span.start)) {
        span.start = comma;
    } else if (comma != 0) {
        remove_comma(keeper, comma);
    }
    remove_span(keeper, span);
}

/* reused: options before this index stay though they were removed. keeps_comma: the last comma that would go
 * stays, for the new options behind it. */
static void change_and_remove(Keeper *keeper, size_t reused, bool keeps_comma) {
    for (size_t i = reused; i < keeper->written; i++) {
        const PlannedOption *option = &keeper->plan->options[i];
        if (!option->is_removed) {
            change_option(keeper, option->source, option);
            continue;
        }
        uint32_t comma = take_comma(keeper, i);
        bool is_last = i + 1 == keeper->written;
        if (comma == 0 && is_last && !keeps_comma) {
            comma = take_comma_before(keeper, i);
        }
        remove_option(keeper, i, comma);
    }
    if (keeper->style.has_leading_comma && reused == 0) {
        remove_first_comma(keeper);
    }
}

/* ---- Adding ------------------------------------------------------------------------------------------------------ */

static void add_pair(Keeper *keeper, Buffer *buffer, const PlannedOption *option) {
    literal_write(buffer, option->key);
    buffer_add(buffer, keeper->style.equals);
    literal_write(buffer, option->value);
}

/* Behind the comments that trail an option on its own line, and behind its comma if it has one. */
static uint32_t line_tail(Str text, uint32_t offset) {
    uint32_t end = offset;
    for (Token token = lex(text, offset); ; token = lex(text, token.end)) {
        bool spans_lines = token.kind == TOKEN_BLANK && skip_line_blanks(text, token.start) < token.end;
        if (spans_lines || (!token_is_trivia(token) && token.kind != TOKEN_COMMA)) {
            return end;
        }
        if (token.kind != TOKEN_BLANK) {
            end = token.end;
        }
    }
}

/* Options from index `from` on, behind the option that ends at value_end and its comma, which is 0 if there is none. */
static void append_options(Keeper *keeper, size_t from, uint32_t value_end, uint32_t comma) {
    const Style *style = &keeper->style;
    bool has_comma = comma != 0;
    uint32_t tail = style->is_line ? line_tail(keeper->text, has_comma ? comma + 1 : value_end) : value_end;
    Buffer buffer = {0};
    bool is_first = true;
    if (style->is_line && !has_comma && !style->has_leading_comma) {
        if (tail == value_end) {
            buffer_add_char(&buffer, ',');
        } else {
            add_edit(keeper, value_end, value_end, STR(","));
        }
    }
    for (size_t i = from; i < keeper->plan->count; i++) {
        const PlannedOption *option = &keeper->plan->options[i];
        if (option->source != NULL || option->is_removed) {
            continue;
        }
        if (style->is_line) {
            buffer_add(&buffer, is_first || style->has_leading_comma ? STR("") : STR(","));
            buffer_add(&buffer, keeper->newline);
            buffer_add(&buffer, style->prefix);
        } else {
            buffer_add(&buffer, style->comma);
        }
        add_pair(keeper, &buffer, option);
        is_first = false;
    }
    add_edit(keeper, tail, tail, buffer_take(&buffer, keeper->arena));
}

/* All options into an empty list, or as a whole WITH clause where there is none. */
static Str whole_list(Keeper *keeper, bool is_line, Str before, Str after) {
    Buffer buffer = {0};
    bool is_first = true;
    buffer_add(&buffer, before);
    for (size_t i = 0; i < keeper->plan->count; i++) {
        const PlannedOption *option = &keeper->plan->options[i];
        if (option->is_removed) {
            continue;
        }
        buffer_add(&buffer, is_first ? STR("") : is_line ? STR(",") : STR(", "));
        buffer_add(&buffer, is_line ? keeper->newline : STR(""));
        buffer_add(&buffer, is_line ? STR("  ") : STR(""));
        add_pair(keeper, &buffer, option);
        is_first = false;
    }
    buffer_add(&buffer, is_line ? keeper->newline : STR(""));
    buffer_add(&buffer, after);
    return buffer_take(&buffer, keeper->arena);
}

static bool spans_lines(const Keeper *keeper, Span span) {
    Str text = slice(keeper->text, span.start, span.end);
    return memchr(text.data, '\n', text.size) != NULL || memchr(text.data, '\r', text.size) != NULL;
}

static void fill_list(Keeper *keeper) {
    const Table *table = keeper->plan->table;
    const TableDefinition *definition = table->definition;
    bool is_line = spans_lines(keeper, table->statement->span);
    keeper->style = (Style){.equals = STR(" = ")};
    if (span_is_empty(definition->option_list)) {
        add_edit(keeper, definition->with_place, definition->with_place,
                 whole_list(keeper, is_line, STR(" WITH ("), STR(")")));
        return;
    }
    uint32_t close = definition->option_list.end - 1, start = line_start(keeper->text, close);
    bool is_own_line = start > definition->option_list.start && is_blank_between(keeper->text, start, close);
    if (is_own_line) { /* comments may stand above */
        Str list = whole_list(keeper, true, STR(""), STR(""));
        add_edit(keeper, start, start, str_from(list, keeper->newline.size));
    } else {
        uint32_t open = definition->option_list.start + 1;
        bool has_comment = !is_blank_between(keeper->text, open, close);
        Str before = has_comment && !is_line && !is_blank(keeper->text.data[close - 1]) ? STR(" ") : STR("");
        add_edit(keeper, has_comment ? close : open, close, whole_list(keeper, is_line, before, STR("")));
    }
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

static size_t next_added(const Plan *plan, size_t from) {
    while (from < plan->count && (plan->options[from].source != NULL || plan->options[from].is_removed)) {
        from++;
    }
    return from;
}

/* The last written option that stays; SIZE_MAX when none does. */
static size_t last_kept(const Keeper *keeper) {
    for (size_t i = keeper->written; i > 0; i--) {
        if (!keeper->plan->options[i - 1].is_removed) {
            return i - 1;
        }
    }
    return SIZE_MAX;
}

static void edit_table(Keeper *keeper, const Plan *plan) {
    const TableDefinition *definition = plan->table->definition;
    keeper->plan = plan;
    keeper->written = definition->option_count;
    size_t added = next_added(plan, keeper->written);
    if (keeper->written == 0) {
        if (added < plan->count) {
            fill_list(keeper);
        }
        return;
    }
    find_commas(keeper);
    keeper->style = find_style(keeper);
    size_t anchor = last_kept(keeper), reused = 0;
    bool adds = added < plan->count;
    if (anchor == SIZE_MAX && adds) { /* none stays: the first new one takes the first one's place */
        change_option(keeper, &definition->options[0], &plan->options[added]);
        anchor = 0;
        reused = 1;
        added = next_added(plan, added + 1);
        adds = added < plan->count;
    }
    bool keeps_comma = adds && keeper->style.is_line && !keeper->style.has_leading_comma;
    if (adds) {
        uint32_t comma = keeps_comma && anchor + 1 < keeper->written ? keeper->commas[anchor] : 0;
        append_options(keeper, added, definition->options[anchor].value.end, comma);
    }
    change_and_remove(keeper, reused, keeps_comma);
}

/* The table's statement with its edits, and what stands before it from `from` on. Returns where the source goes on. */
static uint32_t print_table(Keeper *keeper, const Plan *plan, uint32_t from, Pieces *out) {
    const Statement *statement = plan->table->statement;
    uint32_t end = statement->end < keeper->text.size ? statement->end + 1 : statement->end;
    keeper->edits = (Edits){.arena = keeper->arena};
    edit_table(keeper, plan);
    from = edits_apply(&keeper->edits, keeper->text, from, out);
    pieces_add(out, slice(keeper->text, from, end));
    return end;
}

void keep_start(KeepEmission *keep, Emission *emission) {
    *keep = (KeepEmission){.emission = emission};
    verify_start(&keep->verifier, emission->script, emission->out, LAYOUT_KEEP, emission->out->arena,
                 emission->scratch);
}

void keep_table(KeepEmission *keep, const Plan *plan) {
    Emission *emission = keep->emission;
    const Source *source = emission->script->source;
    const Statement *statement = plan->table->statement;
    Keeper keeper = {.arena = emission->scratch, .text = source->text, .newline = newline_text(source->newline)};
    if (!plan->is_changed) {
        return;
    }
    keep->from = print_table(&keeper, plan, keep->from, emission->out);
    keep->is_done = statement->end == source->text.size;
    if (keep->is_done) {
        emission->problem = verify_end(&keep->verifier, statement, plan);
    } else {
        verify_part(&keep->verifier, keep->from, statement, plan);
    }
}

void keep_end(KeepEmission *keep) {
    Emission *emission = keep->emission;
    if (!keep->is_done) {
        pieces_add(emission->out, str_from(emission->script->source->text, keep->from));
        emission->problem = verify_end(&keep->verifier, NULL, NULL);
    }
}

void emit_keep(Emission *emission) {
    KeepEmission keep;
    keep_start(&keep, emission);
    for (size_t i = 0; i < emission->plans->model->table_count; i++) {
        ArenaMark mark = arena_mark(emission->scratch);
        keep_table(&keep, plans_at(emission->plans, i, emission->scratch));
        arena_release(emission->scratch, mark);
    }
    keep_end(&keep);
}
