#include "edits.h"
#include "lines.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"

typedef struct Prelude {
    const Script *script;
    Arena *arena;
    Str text;
    Edits edits;
} Prelude;

static Str setting_key(const Prelude *prelude, const Statement *statement) {
    Str raw = source_slice(prelude->script->source, statement->name);
    return statement->is_raw ? raw : literal_value(prelude->text, statement->name, prelude->arena);
}

static Str setting_value(const Prelude *prelude, const Statement *statement) {
    Str raw = source_slice(prelude->script->source, statement->value);
    return statement->is_raw ? raw : literal_value(prelude->text, statement->value, prelude->arena);
}

static Str literal_of(Prelude *prelude, Str value) {
    Buffer buffer = {0};
    literal_write(&buffer, value);
    return buffer_take(&buffer, prelude->arena);
}

static Str whole_setting(Prelude *prelude, const PreludeSetting *setting) {
    Buffer buffer = {0};
    buffer_add(&buffer, STR("SET "));
    literal_write(&buffer, setting->key);
    buffer_add(&buffer, STR(" = "));
    literal_write(&buffer, setting->value);
    return buffer_take(&buffer, prelude->arena);
}

/* What the client's unquoted form can hold: no blank, no ';', no quote, and nothing that begins a comment. */
static bool fits_raw_form(Str value) {
    for (size_t i = 0; i < value.size; i++) {
        char c = value.data[i], next = i + 1 < value.size ? value.data[i + 1] : '\0';
        bool begins_comment = (c == '-' && next == '-') || (c == '/' && (next == '/' || next == '*'));
        if (is_blank(c) || c == ';' || c == '\'' || c == '"' || c == '`' || begins_comment) {
            return false;
        }
    }
    return value.size > 0;
}

static void override(Prelude *prelude, const Statement *statement, const PreludeSetting *setting) {
    if (str_equal(setting_value(prelude, statement), setting->value)) {
        return;
    }
    if (!statement->is_raw) {
        edits_add(&prelude->edits, statement->value.start, statement->value.end, literal_of(prelude, setting->value));
    } else if (fits_raw_form(setting->value) && prelude->text.data[statement->value.start - 1] != '\'') {
        edits_add(&prelude->edits, statement->value.start, statement->value.end, setting->value);
    } else {
        edits_add(&prelude->edits, statement->span.start, statement->span.end, whole_setting(prelude, setting));
    }
}

/* False when the script does not set the key. */
static bool override_all(Prelude *prelude, const PreludeSetting *setting) {
    bool is_set = false;
    for (size_t i = 0; i < prelude->script->statement_count; i++) {
        const Statement *statement = &prelude->script->statements[i];
        if (statement->kind == STATEMENT_SET && str_equal(setting_key(prelude, statement), setting->key)) {
            if (!statement->is_frozen) {
                override(prelude, statement, setting);
            }
            is_set = true;
        }
    }
    return is_set;
}

/* Behind the leading comments. A group of them right above the first statement is that statement's own when another
 * group stands before it, or when a pragma is in it: then before that group. */
static uint32_t top_of(const Prelude *prelude) {
    const Script *script = prelude->script;
    uint32_t first = script->statement_count > 0 ? script->statements[0].span.start : (uint32_t)prelude->text.size;
    uint32_t group = script->source->begin, line_ends = 0;
    bool has_pragma = false, has_earlier_group = false;
    for (Token token = lex(prelude->text, group); token.start < first; token = lex(prelude->text, token.end)) {
        if (token.kind == TOKEN_BLANK) {
            for (uint32_t i = token.start; i < token.end; i++) {
                line_ends += prelude->text.data[i] == '\n' || (prelude->text.data[i] == '\r' && prelude->text.data[i + 1] != '\n');
            }
            continue;
        }
        if (line_ends > 1) {
            has_earlier_group = has_earlier_group || group < token.start;
            group = token.start;
            has_pragma = false;
        }
        line_ends = 0;
        for (size_t i = 0; i < script->pragma_count; i++) {
            has_pragma = has_pragma || script->pragmas[i].comment.start == token.start;
        }
    }
    return has_pragma || (has_earlier_group && line_ends < 2) ? group : first;
}

static void add_missing(Prelude *prelude, const PreludeSetting *settings, const bool *is_missing, size_t count) {
    Str newline = newline_text(prelude->script->source->newline);
    uint32_t top = top_of(prelude);
    Buffer buffer = {0};
    bool starts_line = top == prelude->script->source->begin || is_line_end(prelude->text.data[top - 1]);
    buffer_add(&buffer, starts_line ? STR("") : newline);
    for (size_t i = 0; i < count; i++) {
        if (is_missing[i]) {
            buffer_add(&buffer, STR("SET "));
            literal_write(&buffer, settings[i].key);
            buffer_add(&buffer, STR(" = "));
            literal_write(&buffer, settings[i].value);
            buffer_add_char(&buffer, ';');
            buffer_add(&buffer, newline);
        }
    }
    buffer_add(&buffer, top < prelude->text.size ? newline : STR(""));
    edits_add(&prelude->edits, top, top, buffer_take(&buffer, prelude->arena));
}

void set_prelude(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena, Buffer *out) {
    Prelude prelude = {.script = script, .arena = arena, .text = script->source->text, .edits = {.arena = arena}};
    bool *is_missing = arena_array(arena, count, sizeof *is_missing), any_missing = false;
    for (size_t i = 0; i < count; i++) {
        is_missing[i] = !override_all(&prelude, &settings[i]);
        any_missing = any_missing || is_missing[i];
    }
    if (any_missing) {
        add_missing(&prelude, settings, is_missing, count);
    }
    uint32_t from = edits_write(&prelude.edits, prelude.text, 0, out);
    buffer_add(out, str_from(prelude.text, from));
}
