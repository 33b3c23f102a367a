#include "report/record.h"

#include "valid.h"

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
            Place start = source_character(finding->source, finding->span.start);
            Place end = source_character(finding->source, finding->span.end);
            record->line = start.line;
            record->column = start.column;
            record->end_line = end.line;
            record->end_column = end.column;
        } else {
            record->line = record->end_line = finding->place.line;
            record->column = record->end_column = finding->place.column;
        }
    }
}
