#include "report/text.h"

#include "secret.h"
#include "width.h"

enum { SHOWN_COLUMNS = 120, SHOWN_BEFORE = 40 };

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
        unsigned char first = (unsigned char)text.data[0];
        bool is_broken = size == 1 && first >= 0x80;
        if (first < 0x20 || first == 0x7F || is_broken) {
            buffer_add_char(out, first == '\t' ? ' ' : '?');
        } else {
            buffer_add(out, (Str){text.data, size});
        }
        text = str_from(text, size);
    }
}

static void add_head(const Finding *finding, const ReportStyle *style, Buffer *out) {
    add_color(style, "\033[1m", out);
    if (finding->source != NULL) {
        Place place = source_place(finding->source, finding->span.start);
        buffer_add(out, finding->source->name);
        buffer_format(out, ":%zu:%zu: ", place.line, place.column);
    } else if (finding->file.size > 0) {
        buffer_add(out, finding->file);
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

/* Where to cut the line so that the caret is shown: a start of a character, at most SHOWN_BEFORE bytes or so before it. */
static size_t cut_start(Str line, size_t caret) {
    if (text_columns((Str){line.data, caret}) + 20 <= SHOWN_COLUMNS) {
        return 0;
    }
    size_t start = caret > SHOWN_BEFORE ? caret - SHOWN_BEFORE : 0;
    while (start > 0 && ((unsigned char)line.data[start] & 0xC0) == 0x80) {
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
        buffer_add(out, finding->hint);
    }
    buffer_add_char(out, '\n');
}

static void add_excerpt(const Finding *finding, const ReportStyle *style, Arena *arena, Buffer *out) {
    Source *source = finding->source;
    size_t number = source_line(source, finding->span.start);
    Span span = source_line_span(source, number);
    uint32_t start = finding->span.start < span.start ? span.start : finding->span.start;
    start = start > span.end ? span.end : start;
    uint32_t end = finding->span.end > span.end ? span.end : finding->span.end;
    end = end < start ? start : end;
    Str line = source_slice(source, span);
    size_t cut = cut_start(line, start - span.start);
    Str shown = str_from(line, cut);
    shown.size = fitting(shown, SHOWN_COLUMNS);
    Str before = {shown.data, start - span.start - cut}, marked = {source->text.data + start, end - start};
    if (marked.size > shown.size - before.size) {
        marked.size = shown.size - before.size;
    }
    const char *lead = cut > 0 ? "..." : "";
    Str masked = mask_secrets(shown, arena), masked_before = mask_secrets(before, arena);
    Str masked_marked = mask_secrets((Str){before.data, before.size + marked.size}, arena);
    size_t indent = text_columns(masked_before), marked_end = text_columns(masked_marked);
    buffer_format(out, "%5zu | %s", number, lead);
    report_printable(masked, out);
    buffer_add(out, shown.size < line.size - cut ? STR("...\n") : STR("\n"));
    add_caret(finding, style, strlen(lead) + indent, marked_end > indent ? marked_end - indent : 0, out);
}

static void add_hint_line(const Finding *finding, Buffer *out) {
    if (finding->hint.size > 0) {
        buffer_add(out, STR("        "));
        buffer_add(out, finding->hint);
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
