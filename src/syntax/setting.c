#include "syntax/setting.h"

#include "syntax/literal.h"

static uint32_t skip_spaces(Str text, uint32_t at, uint32_t end) {
    while (at < end && is_blank(text.data[at])) {
        at++;
    }
    return at;
}

/* is_blank() is Java's \s. (?<key>[^'\s]+), for SET up to the blank or '=' that ends it. */
static Span key_at(Str text, uint32_t at, uint32_t end, bool ends_at_equals) {
    Span key = {at, at};
    while (key.end < end && !is_blank(text.data[key.end]) && text.data[key.end] != '\'' &&
           !(ends_at_equals && text.data[key.end] == '=')) {
        key.end++;
    }
    return key;
}

/* '(?<quotedVal>[^']*)' | (?<val>[^;\s]+), and nothing behind it. */
static bool value_at(Str text, uint32_t at, uint32_t end, Span *value) {
    bool is_quoted = at < end && text.data[at] == '\'';
    *value = (Span){at + is_quoted, at + is_quoted};
    while (value->end < end && (is_quoted ? text.data[value->end] != '\'' : !is_blank(text.data[value->end]))) {
        value->end++;
    }
    if (is_quoted) {
        return value->end + 1 == end;
    }
    return value->end == end && !span_is_empty(*value);
}

bool raw_setting_parse(Str text, Span span, RawSetting *setting) {
    bool is_set = ascii_lower(text.data[span.start]) == 's';
    uint32_t word_end = span.start + (is_set ? 3 : 5);
    uint32_t at = skip_spaces(text, word_end, span.end);
    *setting = (RawSetting){.key = key_at(text, at, span.end, is_set)};
    if (at == word_end || span_is_empty(setting->key)) {
        return false;
    }
    at = skip_spaces(text, setting->key.end, span.end);
    if (!is_set) {
        return at == span.end;
    }
    return at < span.end && text.data[at] == '=' &&
           value_at(text, skip_spaces(text, at + 1, span.end), span.end, &setting->value);
}

Str setting_text(const Source *source, const Statement *statement, Span span, Arena *arena) {
    bool is_as_it_is = statement->is_raw || span_is_empty(span);
    return is_as_it_is ? source_slice(source, span) : literal_value(source->text, span, arena);
}
