#include "report/formats.h"
#include "report/json_text.h"

const char *severity_name(Severity severity) {
    switch (severity) {
    case SEVERITY_OFF:
        return "off";
    case SEVERITY_INFO:
        return "info";
    case SEVERITY_WARNING:
        return "warning";
    default:
        return "error";
    }
}

static json_t *text_or_null(Str text) { return text.size > 0 ? json_stringn(text.data, text.size) : json_null(); }

static json_t *number_or_null(size_t number) { return number > 0 ? json_integer((json_int_t)number) : json_null(); }

static json_t *finding_json(const FindingRecord *record) {
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:s?, s:o, s:o}", "file", text_or_null(record->file), "line",
                     number_or_null(record->line), "column", number_or_null(record->column), "end_line",
                     number_or_null(record->end_line), "end_column", number_or_null(record->end_column), "severity",
                     severity_name(record->severity), "id", record->id, "message",
                     json_stringn(record->message.data, record->message.size), "hint", text_or_null(record->hint));
}

void report_json(const FindingRecords *records, Buffer *out) {
    json_t *findings = json_array();
    for (size_t i = 0; i < records->count; i++) {
        if (json_array_append_new(findings, finding_json(&records->items[i])) != 0) {
            out->failed = true;
        }
    }
    json_t *document = json_pack("{s:i, s:o}", "version", 1, "findings", findings);
    buffer_add_json(out, document);
}
