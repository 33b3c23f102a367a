#include "report/formats.h"
#include "report/json_text.h"

static const char *level_of(Severity severity) {
    switch (severity) {
    case SEVERITY_OFF:
        return "none";
    case SEVERITY_INFO:
        return "note";
    case SEVERITY_WARNING:
        return "warning";
    default:
        return "error";
    }
}

/* A path as a relative URI. */
static json_t *uri_of(Str path) {
    Buffer uri = {0};
    for (size_t i = 0; i < path.size; i++) {
        char c = path.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
                        (c != '\0' && strchr("-._~/", c) != NULL);
        if (is_plain) {
            buffer_add_char(&uri, c);
        } else {
            buffer_format(&uri, "%%%02X", (unsigned char)c);
        }
    }
    json_t *value = uri.failed ? NULL : json_stringn(uri.data ? uri.data : "", uri.size);
    buffer_free(&uri);
    return value;
}

/* NULL for a value of which a part could not be made. */
static json_t *only_whole(json_t *value, bool is_whole) {
    if (!is_whole) {
        json_decref(value);
    }
    return is_whole ? value : NULL;
}

static json_t *rule_json(const CheckDescription *check) {
    return json_pack("{s:s, s:{s:s}, s:{s:s}, s:{s:s}}", "id", check->id, "shortDescription", "text", check->summary,
                     "fullDescription", "text", check->page, "defaultConfiguration", "level",
                     level_of(check->severity));
}

static json_t *rules_json(const CheckDescription *checks, size_t count) {
    json_t *rules = json_array();
    bool is_whole = true;
    for (size_t i = 0; i < count; i++) {
        is_whole = json_array_append_new(rules, rule_json(&checks[i])) == 0 && is_whole;
    }
    return only_whole(rules, is_whole);
}

static json_t *region_json(const FindingRecord *record) {
    bool is_empty = record->end_line == record->line && record->end_column <= record->column;
    return json_pack("{s:I, s:I, s:I, s:I}", "startLine", (json_int_t)record->line, "startColumn",
                     (json_int_t)record->column, "endLine", (json_int_t)record->end_line, "endColumn",
                     (json_int_t)(is_empty ? record->column + 1 : record->end_column));
}

static json_t *location_json(const FindingRecord *record) {
    json_t *place = json_pack("{s:{s:o}}", "artifactLocation", "uri", uri_of(record->file));
    bool is_whole = record->line == 0 || json_object_set_new(place, "region", region_json(record)) == 0;
    return json_pack("{s:o}", "physicalLocation", only_whole(place, is_whole));
}

static json_t *message_json(const FindingRecord *record) {
    Buffer text = {0};
    buffer_add(&text, record->message);
    if (record->hint.size > 0) {
        buffer_add(&text, STR(": "));
        buffer_add(&text, record->hint);
    }
    json_t *message = text.failed ? NULL : json_pack("{s:o}", "text", json_stringn(text.data, text.size));
    buffer_free(&text);
    return message;
}

static json_t *result_json(const FindingRecord *record, const CheckDescription *checks, size_t count) {
    json_t *result = json_pack("{s:s, s:o}", "level", level_of(record->severity), "message", message_json(record));
    bool is_whole = true;
    for (size_t i = 0; record->id != NULL && i < count; i++) {
        if (strcmp(checks[i].id, record->id) == 0) {
            is_whole = json_object_set_new(result, "ruleId", json_string(record->id)) == 0 &&
                       json_object_set_new(result, "ruleIndex", json_integer((json_int_t)i)) == 0;
        }
    }
    if (record->file.size > 0) {
        is_whole = json_object_set_new(result, "locations", json_pack("[o]", location_json(record))) == 0 && is_whole;
    }
    return only_whole(result, is_whole);
}

void report_sarif(const FindingRecords *records, const CheckDescription *checks, size_t check_count,
                  const char *program_version, Buffer *out) {
    json_t *results = json_array();
    for (size_t i = 0; i < records->count; i++) {
        if (json_array_append_new(results, result_json(&records->items[i], checks, check_count)) != 0) {
            out->failed = true;
        }
    }
    json_t *document =
        json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:o}]}", "$schema",
                  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
                  "version", "2.1.0", "runs", "tool", "driver", "name", "smtpatch", "version", program_version, "rules",
                  rules_json(checks, check_count), "columnKind", "unicodeCodePoints", "results", results);
    buffer_add_json(out, document);
}
