#include "report/record.h"

#include "width.h"

/* Broken bytes become U+FFFD: JSON takes nothing else. */
static Str valid_text(Str text, Arena *arena) {
    static const char replacement[] = "\xEF\xBF\xBD";
    char *copy = arena_alloc(arena, text.size * 3 + 1);
    size_t size = 0;
    while (text.size > 0) {
        unsigned columns;
        size_t more = next_character(text, &columns);
        bool is_broken = more == 1 && (unsigned char)text.data[0] >= 0x80;
        memcpy(copy + size, is_broken ? replacement : text.data, is_broken ? 3 : more);
        size += is_broken ? 3 : more;
        text = str_from(text, more);
    }
    return (Str){copy, size};
}

/* The line and the character at an offset. */
static void find_place(Source *source, uint32_t offset, size_t *line, size_t *column) {
    *line = source_line(source, offset);
    Span span = source_line_span(source, *line);
    Str before = source_slice(source, (Span){span.start, offset < span.start ? span.start : offset});
    *column = 1;
    while (before.size > 0) {
        unsigned columns;
        before = str_from(before, next_character(before, &columns));
        *column += 1;
    }
}

void findings_record(const Findings *findings, Severity least, Arena *arena, FindingRecords *records) {
    for (size_t i = 0; i < findings->list.count; i++) {
        const Finding *finding = &findings->list.items[i];
        if (finding->severity < least) {
            continue;
        }
        FindingRecord *record = vector_add(arena, records);
        *record = (FindingRecord){.severity = finding->severity, .id = finding->id};
        record->file = valid_text(finding->source ? finding->source->name : finding->file, arena);
        record->message = valid_text(finding->message, arena);
        record->hint = valid_text(finding->hint, arena);
        if (finding->source != NULL) {
            find_place(finding->source, finding->span.start, &record->line, &record->column);
            find_place(finding->source, finding->span.end, &record->end_line, &record->end_column);
        } else {
            record->line = record->end_line = finding->place.line;
            record->column = record->end_column = finding->place.column;
        }
    }
}
