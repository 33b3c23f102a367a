#include "syntax/shortcut.h"

#include "syntax/column_tail.h"
#include "syntax/lexer.h"

static Span moved_span(Span span, uint32_t by) {
    return span_is_empty(span) ? SPAN_NONE : (Span){span.start + by, span.end + by};
}

/* ---- Options ----------------------------------------------------------------------------------------------------- */

static bool take_option(Builder *builder, Token *first, Token *last) {
    Str text = builder->source->text;
    if (first->kind != TOKEN_QUOTED_STRING) {
        return false;
    }
    Token equals = lex_solid(text, first->end);
    if (equals.kind != TOKEN_EQUALS) {
        return false;
    }
    Token value = lex_solid(text, equals.end);
    if (value.kind != TOKEN_QUOTED_STRING) {
        return false;
    }
    Token comma = lex_solid(text, value.end);
    if (comma.kind != TOKEN_COMMA) {
        return false;
    }
    builder_option(builder, token_span(*first), token_span(value));
    *first = comma;
    *last = value;
    return true;
}

/* ---- Columns ----------------------------------------------------------------------------------------------------- */

static bool take_column(Shortcuts *shortcuts, Builder *builder, Token *first, Token *last) {
    Str text = builder->source->text, tail = token_is_plain_name(*first) ? column_tail(text, first->end) : STR("");
    if (tail.size == 0) {
        return false;
    }
    const ColumnTail *known = &shortcuts->tails[column_tail_place(tail)];
    if (!str_equal(known->text, tail)) {
        return false;
    }
    uint32_t end = first->end;
    builder->metadata_key = moved_span(known->column.metadata_key, end);
    builder->is_virtual = known->column.is_virtual;
    builder->is_primary_key = known->column.is_primary_key;
    builder_column(builder, known->column.kind, token_span(*first), token_span(*first),
                   moved_span(known->column.content, end));
    for (uint32_t i = 0; i < known->mark_count; i++) {
        const Mark *mark = &known->marks[i];
        builder_mark(builder, mark->kind, (Span){mark->start + end, mark->end + end});
    }
    *last = (Token){known->last.start + end, known->last.end + end, known->last.kind};
    *first = (Token){end + (uint32_t)tail.size - 1, end + (uint32_t)tail.size, TOKEN_COMMA};
    return true;
}

/* Keeps what the grammar made of the column that ends before comma. */
static void learn_column(Shortcuts *shortcuts, const Builder *builder, Token comma) {
    uint32_t end = shortcuts->first.end;
    const Column *column = &builder->column;
    Str tail = token_is_plain_name(shortcuts->first) ? column_tail(builder->source->text, end) : STR("");
    bool is_one =
        tail.size == comma.end - end && column->name.end == end && column->name.start == shortcuts->first.start;
    if (!is_one) {
        return;
    }
    ColumnTail learned = {.text = tail, .column = *column};
    learned.column.content = moved_span(column->content, -end);
    learned.column.metadata_key = moved_span(column->metadata_key, -end);
    learned.last = (Token){builder->previous.start - end, builder->previous.end - end, builder->previous.kind};
    for (size_t i = shortcuts->first_mark; i < builder->marks.count; i++) {
        const Mark *mark = &builder->marks.items[i];
        if (mark->start < end) {
            continue; /* the one of the column as an item */
        }
        if (learned.mark_count == COLUMN_TAIL_MARKS) {
            return;
        }
        learned.marks[learned.mark_count++] = (Mark){mark->start - end, mark->end - end, mark->kind};
    }
    shortcuts->tails[column_tail_place(tail)] = learned;
}

/* ---- Both -------------------------------------------------------------------------------------------------------- */

bool shortcut_take(Shortcuts *shortcuts, Builder *builder, Token *first, Token *last) {
    switch (shortcuts->list) {
    case LIST_OPTIONS:
        return take_option(builder, first, last);
    case LIST_COLUMNS:
        return take_column(shortcuts, builder, first, last);
    default:
        return false;
    }
}

void shortcut_watch(Shortcuts *shortcuts, const Builder *builder, Token first) {
    shortcuts->first = first;
    shortcuts->first_mark = builder->marks.count;
    shortcuts->is_watched = shortcuts->list == LIST_COLUMNS;
    shortcuts->has_comment = false;
    shortcuts->list = LIST_NONE;
}

void shortcut_learn(Shortcuts *shortcuts, const Builder *builder, Token comma) {
    shortcuts->list = LIST_NONE;
    if (builder->element == ELEMENT_NONE) {
        return; /* a comma inside of an element */
    }
    if (builder->element == ELEMENT_COLUMN && shortcuts->is_watched && !shortcuts->has_comment) {
        learn_column(shortcuts, builder, comma);
    }
    shortcuts->list = builder->element == ELEMENT_OPTION ? LIST_OPTIONS : LIST_COLUMNS;
    shortcuts->is_watched = false;
}
