#include "report/text.h"

#include "secret.h"
#include "width.h"

enum { SHOWN_COLUMNS = 120, SHOWN_BEFORE = 40, MASKED_BEFORE = 4096, MASKED_BEHIND = 1024 };

static const struct {
    const char *name, *color;
} severities[] = {
    [SEVERITY_OFF] = {"off", ""},
    [SEVERITY_INFO] = {"info", "\033[1;36m"},
    [SEVERITY_WARNING] = {"warning", "\033[1;35m"},
    [SEVERITY_ERROR] = {"error", "\033[1;31m"},
    [SEVERITY_TROUBLE] = {"error", "\033[1;31m"},
    [SEVERITY_BUG] = {"internal error", "\033[1;31m"},
};

static void add_color(const ReportStyle *style, const char *color, Buffer *out) {
    if (style->has_color) {
        buffer_add(out, str_of(color));
    }
}

void report_printable(Str text, Buffer *out) {
    while (text.size > 0) {
        unsigned columns;
        size_t size = next_character(text, &columns);
        if (is_printable_character(text, size)) {
            buffer_add(out, (Str){text.data, size});
        } else {
            buffer_add_char(out, text.data[0] == '\t' ? ' ' : '?');
        }
        text = str_from(text, size);
    }
}

static void add_head(const Finding *finding, const ReportStyle *style, Buffer *out) {
    add_color(style, "\033[1m", out);
    if (finding->source != NULL) {
        Place place = source_place(finding->source, finding->span.start);
        report_printable(finding->source->name, out);
        buffer_format(out, ":%zu:%zu: ", place.line, place.column);
    } else if (finding->file.size > 0) {
        report_printable(finding->file, out);
        if (finding->place.line > 0) {
            buffer_format(out, ":%zu:%zu", finding->place.line, finding->place.column);
        }
        buffer_add(out, STR(": "));
    }
    add_color(style, severities[finding->severity].color, out);
    buffer_format(out, "%s:", severities[finding->severity].name);
    add_color(style, "\033[0m", out);
    buffer_add_char(out, ' ');
    report_printable(finding->message, out);
    if (finding->id != NULL) {
        buffer_format(out, " [%s]", finding->id);
    }
    buffer_add_char(out, '\n');
}

/* The bytes that fit into `columns`. */
static size_t fitting(Str text, size_t columns) {
    size_t size = 0, taken = 0;
    while (size < text.size) {
        unsigned width;
        size_t more = next_character(str_from(text, size), &width);
        taken += width;
        if (taken > columns) {
            break;
        }
        size += more;
    }
    return size;
}

/* What to drop of the text before the caret so that the caret is shown: up to a start of a character. */
static size_t cut_start(Str before, bool is_whole) {
    if (is_whole && text_columns(before) + 20 <= SHOWN_COLUMNS) {
        return 0;
    }
    size_t start = before.size > SHOWN_BEFORE ? before.size - SHOWN_BEFORE : 0;
    while (start > 0 && ((unsigned char)before.data[start] & 0xC0) == 0x80) {
        start--;
    }
    return start;
}

static void add_caret(const Finding *finding, const ReportStyle *style, size_t indent, size_t columns, Buffer *out) {
    buffer_add(out, STR("      | "));
    buffer_add_repeated(out, ' ', indent);
    add_color(style, "\033[1;32m", out);
    buffer_add_char(out, '^');
    buffer_add_repeated(out, '~', columns > 1 ? columns - 1 : 0);
    add_color(style, "\033[0m", out);
    if (finding->hint.size > 0) {
        buffer_add_char(out, ' ');
        report_printable(finding->hint, out);
    }
    buffer_add_char(out, '\n');
}

/* A window of the line around the caret: secrets are masked in it before anything is cut, so that none is cut in
 * two. */
static Span window_of(Str text, Span line, uint32_t caret) {
    Span window = {caret - line.start > MASKED_BEFORE ? caret - MASKED_BEFORE : line.start, line.end};
    if (line.end - caret > MASKED_BEHIND) {
        window.end = caret + MASKED_BEHIND;
    }
    while (window.start > line.start && ((unsigned char)text.data[window.start] & 0xC0) == 0x80) {
        window.start--;
    }
    return window;
}

static uint32_t clamp(uint32_t offset, Span line) {
    return offset < line.start ? line.start : offset > line.end ? line.end : offset;
}

static void add_excerpt(const Finding *finding, const ReportStyle *style, Arena *arena, Buffer *out) {
    Source *source = finding->source;
    size_t number = source_line(source, finding->span.start);
    Span line = source_line_span(source, number);
    uint32_t start = clamp(finding->span.start, line), end = clamp(finding->span.end, line);
    Span window = window_of(source->text, line, start);
    end = end < start ? start : end > window.end ? window.end : end;
    const Secrets *secrets = source_secrets(source, window.start);
    ArenaMark mark = arena_mark(arena); /* behind the source's tables, which stay */
    Str before = mask_part(source->text, secrets, (Span){window.start, start}, arena);
    Str marked = mask_part(source->text, secrets, (Span){window.start, end}, arena);
    Str shown = mask_part(source->text, secrets, window, arena);
    size_t cut = cut_start(before, window.start == line.start);
    const char *lead = cut > 0 || window.start > line.start ? "..." : "";
    shown = str_from(shown, cut);
    size_t size = fitting(shown, SHOWN_COLUMNS);
    bool is_cut = size < shown.size || window.end < line.end;
    shown.size = size;
    size_t indent = text_columns(str_from(before, cut)), marked_end = text_columns(str_from(marked, cut));
    marked_end = marked_end < SHOWN_COLUMNS ? marked_end : SHOWN_COLUMNS;
    buffer_format(out, "%5zu | %s", number, lead);
    report_printable(shown, out);
    buffer_add(out, is_cut ? STR("...\n") : STR("\n"));
    add_caret(finding, style, strlen(lead) + indent, marked_end > indent ? marked_end - indent : 0, out);
    arena_release(arena, mark);
}

static void add_hint_line(const Finding *finding, Buffer *out) {
    if (finding->hint.size > 0) {
        buffer_add(out, STR("        "));
        report_printable(finding->hint, out);
        buffer_add_char(out, '\n');
    }
}

void report_finding(const Finding *finding, const ReportStyle *style, Arena *arena, Buffer *out) {
    if (finding->severity < style->least) {
        return;
    }
    add_head(finding, style, out);
    if (finding->source != NULL) {
        add_excerpt(finding, style, arena, out);
    } else {
        add_hint_line(finding, out);
    }
}

void report_findings(const Findings *findings, const ReportStyle *style, Arena *arena, Buffer *out) {
    for (size_t i = 0; i < findings->list.count; i++) {
        report_finding(&findings->list.items[i], style, arena, out);
    }
}
