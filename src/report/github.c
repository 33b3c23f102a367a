#include "report/formats.h"

/* Values of properties may hold neither ':' nor ','; messages only no line end. */
static void add_escaped(Str text, bool is_property, Buffer *out) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
        if (is_special) {
            buffer_format(out, "%%%02X", (unsigned char)c);
        } else {
            buffer_add_char(out, c);
        }
    }
}

static void add_place(const FindingRecord *record, Buffer *out) {
    buffer_add(out, STR("file="));
    add_escaped(record->file, true, out);
    if (record->line > 0) {
        buffer_format(out, ",line=%zu,endLine=%zu,col=%zu,endColumn=%zu", record->line, record->end_line,
                      record->column, record->end_column);
    }
    buffer_add_char(out, ',');
}

void report_github(const FindingRecords *records, Buffer *out) {
    for (size_t i = 0; i < records->count; i++) {
        const FindingRecord *record = &records->items[i];
        const char *command = record->severity == SEVERITY_INFO ? "notice" : severity_name(record->severity);
        buffer_format(out, "::%s ", command);
        if (record->file.size > 0) {
            add_place(record, out);
        }
        buffer_format(out, "title=%s::", record->id ? record->id : "smtpatch");
        add_escaped(record->message, false, out);
        if (record->hint.size > 0) {
            buffer_add(out, STR(": "));
            add_escaped(record->hint, false, out);
        }
        buffer_add_char(out, '\n');
    }
}
