#include "emit/printer.h"

#include "syntax/lexer.h"

enum { INDENT = 2 };

/* What the marks say of one token. */
typedef struct Marks {
    bool is_line, is_item, is_close, is_tight, is_name;
    uint32_t verbatim_end; /* 0 when the token is no start of verbatim text */
} Marks;

size_t count_line_ends(Str text, uint32_t start, uint32_t end) {
    size_t count = 0;
    for (uint32_t i = start; i < end; i++) {
        bool is_pair = text.data[i] == '\r' && i + 1 < end && text.data[i + 1] == '\n';
        count += (text.data[i] == '\n' || text.data[i] == '\r') && !is_pair;
    }
    return count;
}

/* Of a comment that begins a line. */
static CommentPlace place_on_line(Str text, Token comment) {
    Token next = lex(text, comment.end);
    if (next.kind == TOKEN_BLANK && count_line_ends(text, next.start, next.end) == 0) {
        next = lex(text, next.end);
    }
    bool is_alone = comment.kind == TOKEN_LINE_COMMENT || next.kind == TOKEN_BLANK || next.kind == TOKEN_EOF ||
                    token_is_comment(next) || next.kind == TOKEN_COMMA || next.kind == TOKEN_SEMICOLON;
    return is_alone ? COMMENT_ALONE : COMMENT_LEADS;
}

CommentPlace comment_place(Str text, uint32_t before, Token comment) {
    return count_line_ends(text, before, comment.start) == 0 ? COMMENT_TRAILS : place_on_line(text, comment);
}

void printer_line(Printer *printer, unsigned indent) {
    buffer_add(printer->out, printer->newline);
    buffer_add_repeated(printer->out, ' ', (size_t)indent * INDENT);
    printer->must_break = false;
}

void printer_start(Printer *printer, const Statement *statement) {
    printer->statement = statement;
    printer->next_mark = 0;
    printer->position = statement->span.start;
    printer->previous = (Token){0};
    printer->item_indent = 0;
    printer->must_break = false;
    printer->next_segment = 0;
}

/* Gathers what the marks at the token say, and passes them. */
static Marks marks_at(Printer *printer, Token token) {
    Marks marks = {0};
    const Statement *statement = printer->statement;
    while (printer->next_mark < statement->mark_count && statement->marks[printer->next_mark].start <= token.start) {
        const Mark *mark = &statement->marks[printer->next_mark++];
        if (mark->start < token.start) {
            continue;
        }
        marks.is_line |= mark->kind == MARK_LINE;
        marks.is_item |= mark->kind == MARK_ITEM;
        marks.is_close |= mark->kind == MARK_CLOSE;
        marks.is_tight |= mark->kind == MARK_TIGHT;
        marks.is_name |= mark->kind == MARK_NAME;
        if (mark->kind == MARK_VERBATIM) {
            marks.verbatim_end = mark->end;
        }
    }
    return marks;
}

/* Commas are printed ahead of the comments before them, so a gap may hold one that is passed over here. */
static Token next_comment(Str text, uint32_t at, uint32_t end) {
    Token token = lex(text, at);
    while (token.start < end && !token_is_comment(token)) {
        token = lex(text, token.end);
    }
    return token;
}

static void print_comment(Printer *printer, Token comment, CommentPlace place, unsigned indent) {
    if (place != COMMENT_TRAILS || printer->must_break) {
        printer_line(printer, indent);
    } else {
        buffer_add_char(printer->out, ' ');
    }
    buffer_add(printer->out, (Str){printer->text.data + comment.start, comment.end - comment.start});
    printer->must_break = comment.kind == TOKEN_LINE_COMMENT || place == COMMENT_ALONE;
}

/* Whether the last comment printed leads the token behind the gap, on its line. Behind one that stands alone each has
 * its own line. */
static bool print_gap(Printer *printer, uint32_t end, unsigned indent) {
    bool leads = false, is_behind_alone = false;
    uint32_t before = printer->position;
    if (!printer->statement->has_comments) {
        printer->position = end;
        return false;
    }
    for (Token comment = next_comment(printer->text, before, end); comment.start < end;
         comment = next_comment(printer->text, before, end)) {
        CommentPlace place = is_behind_alone ? place_on_line(printer->text, comment)
                                             : comment_place(printer->text, before, comment);
        leads = place == COMMENT_LEADS;
        is_behind_alone = is_behind_alone || place == COMMENT_ALONE;
        print_comment(printer, comment, place, indent);
        before = comment.end;
    }
    printer->position = end;
    return leads;
}

void printer_comments(Printer *printer, uint32_t end, unsigned indent) { print_gap(printer, end, indent); }

static bool is_tight_pair(Token previous, Token token) {
    switch (token.kind) {
    case TOKEN_COMMA:
    case TOKEN_DOT:
    case TOKEN_RIGHT_PAREN:
    case TOKEN_SEMICOLON: /* of an INSERT in a statement set */
        return true;
    default:
        break;
    }
    switch (previous.kind) {
    case TOKEN_EOF:
    case TOKEN_LEFT_PAREN:
    case TOKEN_DOT:
    case TOKEN_LESS:
    case TOKEN_DASH:
        return true;
    default:
        return false;
    }
}

/* ROW< > is two tokens, ROW<> one. */
static bool is_split_pair(Token previous, Token token) {
    return previous.kind == TOKEN_LESS && token.kind == TOKEN_GREATER;
}

/* The line break or blank before a token whose gap is printed. */
static void separate(Printer *printer, Token token, const Marks *marks, bool comment_leads, bool had_comments) {
    bool is_first = printer->previous.kind == TOKEN_EOF;
    bool is_empty_list = marks->is_close && printer->previous.kind == TOKEN_LEFT_PAREN && !had_comments;
    bool breaks = (marks->is_line || marks->is_item || marks->is_close) && !is_first && !is_empty_list;
    if (marks->is_line || marks->is_item) {
        printer->item_indent = marks->is_item ? 1 : 0;
    } else if (marks->is_close) {
        printer->item_indent = 0;
    }
    if (comment_leads) {
        buffer_add_char(printer->out, ' ');
    } else if (breaks) {
        printer_line(printer, printer->item_indent);
    } else if (printer->must_break) {
        bool opens_clause = token.kind == TOKEN_LEFT_PAREN && printer->item_indent == 0;
        printer_line(printer, opens_clause ? 0 : printer->item_indent + 1);
    } else if (had_comments || is_split_pair(printer->previous, token) ||
               (!marks->is_tight && !is_tight_pair(printer->previous, token) && !is_first)) {
        buffer_add_char(printer->out, ' ');
    }
}

static void print_token(Printer *printer, Token token, const Marks *marks) {
    Str text = {printer->text.data + token.start, token.end - token.start};
    if (!token_is_keyword(token) || marks->is_name) {
        buffer_add(printer->out, text);
        return;
    }
    if (buffer_reserve(printer->out, text.size)) {
        for (size_t i = 0; i < text.size; i++) {
            printer->out->data[printer->out->size++] = ascii_upper(text.data[i]);
        }
    }
}

static unsigned comment_indent(const Printer *printer, const Marks *marks) {
    if (marks->is_item || marks->is_close) {
        return 1;
    }
    return marks->is_line ? 0 : printer->item_indent + 1;
}

static void print_next(Printer *printer, Token token) {
    Marks marks = marks_at(printer, token);
    if (token.kind == TOKEN_COMMA && marks.verbatim_end == 0) {
        buffer_add_char(printer->out, ',');
        printer->previous = token;
        return; /* its gap is printed with the next token's */
    }
    size_t size = printer->out->size;
    bool leads = print_gap(printer, token.start, comment_indent(printer, &marks));
    separate(printer, token, &marks, leads, printer->out->size > size);
    if (marks.verbatim_end > 0) {
        token.end = marks.verbatim_end;
        buffer_add(printer->out, (Str){printer->text.data + token.start, token.end - token.start});
    } else {
        print_token(printer, token, &marks);
    }
    printer->previous = token;
    printer->position = token.end;
    printer->must_break = false;
}

static void print_tokens(Printer *printer, uint32_t end) {
    uint32_t at = printer->position;
    if (at >= end) {
        return;
    }
    for (Token token = lex_significant(printer->text, at); token.start < end;
         token = lex_significant(printer->text, at)) {
        print_next(printer, token);
        at = printer->previous.end;
    }
}

/* ---- Segments ---------------------------------------------------------------------------------------------------- */

static Str slice(const Printer *printer, uint32_t start, uint32_t end) {
    return (Str){printer->text.data + start, end - start};
}

/* The last one has the statement's ';', too, which is not printed here. */
static uint32_t printed_end(const Printer *printer, const Segment *segment) {
    uint32_t end = printer->statement->span.end;
    return segment->end < end ? segment->end : end;
}

/* The segment that begins where the printer is and ends up to `end`, or NULL. */
static const Segment *segment_here(Printer *printer, uint32_t end) {
    const Statement *statement = printer->statement;
    if (statement->has_comments || statement->segment_count == 0) {
        return NULL;
    }
    while (printer->next_segment < statement->segment_count &&
           statement->segments[printer->next_segment].start < printer->position) {
        printer->next_segment++;
    }
    const Segment *segment = &statement->segments[printer->next_segment];
    return printer->next_segment < statement->segment_count && printed_end(printer, segment) <= end ? segment : NULL;
}

static bool reads_as_printed(const Printer *printer, const PrintedForm *form, const Segment *segment) {
    uint32_t first_end = segment->start + (uint32_t)form->first_size;
    return form->is_source && str_equal(slice(printer, printer->position, first_end), form->texts[0]);
}

static void print_form(Printer *printer, const PrintedForm *form, const Segment *segment) {
    const SkeletonPart *parts;
    uint32_t starts[SKELETON_PARTS];
    segment_parts(printer->text, segment, &parts, starts);
    buffer_add(printer->out, form->texts[0]);
    for (size_t i = 1; i < form->count; i++) {
        uint32_t gap = starts[i - 1] + (uint32_t)parts[i - 1].text.size;
        buffer_add(printer->out, slice(printer, gap, starts[i]));
        buffer_add(printer->out, form->texts[i]);
    }
}

static void pass_segment(Printer *printer, const PrintedForm *form, const Segment *segment) {
    uint32_t end = printed_end(printer, segment);
    printer->position = end;
    printer->previous = (Token){end - form->last_size, end, form->last_kind};
    printer->item_indent = form->item_indent;
    printer->must_break = false;
}

static void print_and_learn(Printer *printer, const Segment *segment) {
    size_t start = printer->out->size;
    uint32_t end = printed_end(printer, segment);
    print_tokens(printer, end);
    printer->position = end;
    if (!printer->out->failed) {
        printed_form_learn(&printer->forms, printer->text, segment, end, str_from(buffer_str(printer->out), start),
                           (PrintedForm){.last_kind = printer->previous.kind,
                                         .last_size = printer->previous.end - printer->previous.start,
                                         .item_indent = printer->item_indent});
    }
}

/* What reads as it would be printed is taken in one piece. */
static void print_segments(Printer *printer, uint32_t end) {
    uint32_t from = printer->position;
    const Segment *segment;
    while ((segment = segment_here(printer, end)) != NULL) {
        const PrintedForm *form = printed_form(&printer->forms, segment);
        if (form != NULL && reads_as_printed(printer, form, segment)) {
            pass_segment(printer, form, segment);
            continue;
        }
        buffer_add(printer->out, slice(printer, from, printer->position));
        if (form != NULL) {
            print_form(printer, form, segment);
            pass_segment(printer, form, segment);
        } else {
            print_and_learn(printer, segment);
        }
        from = printer->position;
    }
    buffer_add(printer->out, slice(printer, from, printer->position));
}

void printer_tokens(Printer *printer, uint32_t end) {
    print_segments(printer, end);
    print_tokens(printer, end);
}
