#include "edits.h"
#include "lines.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"
#include "syntax/setting.h"

typedef struct Prelude {
    const Script *script;
    Arena *arena;
    Str text;
    Edits edits;
    Findings *findings;
} Prelude;

static Prelude start_prelude(const Script *script, Arena *arena) {
    return (Prelude){.script = script, .arena = arena, .text = script->source->text, .edits = {.arena = arena}};
}

static Str setting_key(const Prelude *prelude, const Statement *statement) {
    return setting_text(prelude->script->source, statement, statement->name, prelude->arena);
}

static Str setting_value(const Prelude *prelude, const Statement *statement) {
    return setting_text(prelude->script->source, statement, statement->value, prelude->arena);
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

static bool is_in_quotes(const Prelude *prelude, const Statement *statement) {
    return prelude->text.data[statement->value.start - 1] == '\'';
}

/* Whether the client's own form of the SET can hold the value. */
static bool fits_statement(const Prelude *prelude, const Statement *statement, Str value) {
    if (is_in_quotes(prelude, statement)) {
        return value.size == 0 || memchr(value.data, '\'', value.size) == NULL;
    }
    return fits_raw_form(value);
}

static void override(Prelude *prelude, const Statement *statement, const PreludeSetting *setting) {
    if (str_equal(setting_value(prelude, statement), setting->value)) {
        return;
    }
    if (!statement->is_raw) {
        edits_add(&prelude->edits, statement->value.start, statement->value.end, literal_of(prelude, setting->value));
    } else if (fits_statement(prelude, statement, setting->value)) {
        edits_add(&prelude->edits, statement->value.start, statement->value.end, setting->value);
    } else {
        edits_add(&prelude->edits, statement->span.start, statement->span.end, whole_setting(prelude, setting));
    }
}

static bool sets(const Prelude *prelude, const Statement *statement, Str key) {
    return statement->kind == STATEMENT_SET && str_equal(setting_key(prelude, statement), key);
}

/* What runs with the settings of its time. */
static bool is_job(const Statement *statement) {
    return statement->insert_count > 0 || statement->kind == STATEMENT_QUERY ||
           (statement->kind == STATEMENT_CREATE_TABLE && !span_is_empty(statement->query));
}

/* False when the script does not set the key before its first job. */
static bool override_all(Prelude *prelude, const PreludeSetting *setting) {
    bool is_set = false, is_behind_job = false;
    for (size_t i = 0; i < prelude->script->statement_count; i++) {
        const Statement *statement = &prelude->script->statements[i];
        is_behind_job = is_behind_job || is_job(statement);
        if (sets(prelude, statement, setting->key)) {
            if (!statement->is_frozen) {
                override(prelude, statement, setting);
            }
            is_set = is_set || !is_behind_job;
        }
    }
    return is_set;
}

static uint32_t count_line_ends(Str text, Token blank) {
    uint32_t count = 0;
    for (uint32_t i = blank.start; i < blank.end; i++) {
        count += text.data[i] == '\n' || (text.data[i] == '\r' && text.data[i + 1] != '\n');
    }
    return count;
}

static bool is_pragma(const Script *script, Token comment) {
    for (size_t i = 0; i < script->pragma_count; i++) {
        if (script->pragmas[i].comment.start == comment.start) {
            return true;
        }
    }
    return false;
}

/* Behind the leading comments. A group of them right above the first statement is that statement's own when another
 * group stands before it, or when a pragma is in it: then before that group. Comments on its line are its own. */
static uint32_t top_of(const Prelude *prelude) {
    const Script *script = prelude->script;
    uint32_t first = script->statement_count > 0 ? script->statements[0].span.start : (uint32_t)prelude->text.size;
    uint32_t group = script->source->begin, line = group, line_ends = 0;
    bool has_pragma = false, has_group = false, has_earlier_group = false;
    for (Token token = lex(prelude->text, group); token.start < first; token = lex(prelude->text, token.end)) {
        if (token.kind == TOKEN_BLANK) {
            line_ends += count_line_ends(prelude->text, token);
            continue;
        }
        if (!has_group || (line_ends > 1 && !has_pragma)) {
            has_earlier_group = has_group;
            group = token.start;
        }
        line = line_ends > 0 || !has_group ? token.start : line;
        line_ends = 0;
        has_group = true;
        has_pragma = has_pragma || is_pragma(script, token);
    }
    if (has_pragma || (script->statement_count > 0 && has_earlier_group && line_ends < 2)) {
        return group;
    }
    return script->statement_count > 0 && line_ends == 0 ? line : first;
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
    const Statement *first = prelude->script->statement_count > 0 ? prelude->script->statements : NULL;
    bool joins_settings = first != NULL && first->kind == STATEMENT_SET && first->span.start == top;
    buffer_add(&buffer, top < prelude->text.size && !joins_settings ? newline : STR(""));
    edits_add(&prelude->edits, top, top, buffer_take(&buffer, prelude->arena));
}

void set_prelude(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena, Buffer *out) {
    Prelude prelude = start_prelude(script, arena);
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

static void tell(const Prelude *prelude, const Statement *statement, Str message) {
    finding_add(prelude->findings, (Finding){.severity = SEVERITY_WARNING,
                                             .source = prelude->script->source,
                                             .span = statement->span,
                                             .message = message});
}

static void tell_setting(const Prelude *prelude, const Statement *statement, const PreludeSetting *setting) {
    Str key = setting->key;
    bool resets = statement->kind == STATEMENT_RESET && str_equal(setting_key(prelude, statement), key);
    bool is_kept = statement->is_frozen && sets(prelude, statement, key);
    if (resets) {
        tell(prelude, statement,
             arena_format(prelude->arena, "'%.*s' of the prelude is taken back here", (int)key.size, key.data));
    } else if (is_kept && !str_equal(setting_value(prelude, statement), setting->value)) {
        tell(prelude, statement,
             arena_format(prelude->arena, "'%.*s' is not set as the prelude asks: a pragma keeps this SET as it is",
                          (int)key.size, key.data));
    }
}

static bool resets_everything(const Prelude *prelude, const Statement *statement) {
    Str text = source_slice(prelude->script->source, statement->span);
    return statement->kind == STATEMENT_OTHER && str_equal_ignore_case(text, STR("RESET"));
}

void prelude_findings(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena,
                      Findings *findings) {
    Prelude prelude = start_prelude(script, arena);
    prelude.findings = findings;
    for (size_t i = 0; i < script->statement_count && count > 0; i++) {
        if (resets_everything(&prelude, &script->statements[i])) {
            tell(&prelude, &script->statements[i], STR("what the prelude sets is taken back here"));
        }
        for (size_t j = 0; j < count; j++) {
            tell_setting(&prelude, &script->statements[i], &settings[j]);
        }
    }
}
