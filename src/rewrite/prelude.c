#include "edits.h"
#include "lines.h"
#include "name_index.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"
#include "syntax/literal.h"
#include "syntax/pragma.h"
#include "syntax/setting.h"

typedef struct Prelude {
    const Script *script;
    const PreludeSetting *settings;
    size_t count;
    NameIndex *index; /* of the settings by their keys */
    Arena *arena;
    Str text;
    Edits edits;
    Findings *findings;
} Prelude;

static Prelude start_prelude(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena) {
    NameIndex *index = name_index_new(arena);
    for (size_t i = 0; i < count; i++) {
        name_index_set(index, settings[i].key, i, arena);
    }
    return (Prelude){.script = script,
                     .settings = settings,
                     .count = count,
                     .index = index,
                     .arena = arena,
                     .text = script->source->text,
                     .edits = {.arena = arena}};
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

/* The number of the setting whose key the statement sets or resets, or SIZE_MAX. */
static size_t setting_number(const Prelude *prelude, const Statement *statement) {
    bool has_key = statement->kind == STATEMENT_SET || statement->kind == STATEMENT_RESET;
    return has_key ? name_index_get(prelude->index, setting_key(prelude, statement)) : SIZE_MAX;
}

/* What runs with the settings of its time. */
static bool is_job(const Statement *statement) {
    return statement->insert_count > 0 || statement->kind == STATEMENT_QUERY ||
           (statement->kind == STATEMENT_CREATE_TABLE && !span_is_empty(statement->query));
}

/* Notes which settings the script makes itself before its first job. */
static void override_all(Prelude *prelude, bool *is_made) {
    bool is_behind_job = false;
    for (size_t i = 0; i < prelude->script->statement_count; i++) {
        const Statement *statement = &prelude->script->statements[i];
        size_t number = setting_number(prelude, statement);
        is_behind_job = is_behind_job || is_job(statement);
        if (number == SIZE_MAX || statement->kind != STATEMENT_SET) {
            continue;
        }
        if (!statement->is_frozen) {
            override(prelude, statement, &prelude->settings[number]);
        }
        is_made[number] = is_made[number] || !is_behind_job;
    }
}

static uint32_t count_line_ends(Str text, Token blank) {
    uint32_t count = 0;
    for (uint32_t i = blank.start; i < blank.end; i++) {
        count += text.data[i] == '\n' || (text.data[i] == '\r' && text.data[i + 1] != '\n');
    }
    return count;
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
        has_pragma = has_pragma || pragma_at(script, token) != NULL;
    }
    if (has_pragma || (script->statement_count > 0 && has_earlier_group && line_ends < 2)) {
        return group;
    }
    return script->statement_count > 0 && line_ends == 0 ? line : first;
}

static void add_missing(Prelude *prelude, const bool *is_made) {
    Str newline = newline_text(prelude->script->source->newline);
    uint32_t top = top_of(prelude);
    Buffer buffer = {0};
    bool starts_line = top == prelude->script->source->begin || is_line_end(prelude->text.data[top - 1]);
    buffer_add(&buffer, starts_line ? STR("") : newline);
    for (size_t i = 0; i < prelude->count; i++) {
        if (!is_made[i]) {
            buffer_add(&buffer, whole_setting(prelude, &prelude->settings[i]));
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
    Prelude prelude = start_prelude(script, settings, count, arena);
    bool *is_made = arena_array(arena, count, sizeof *is_made), all_made = true;
    override_all(&prelude, is_made);
    for (size_t i = 0; i < count; i++) {
        all_made = all_made && is_made[i];
    }
    if (!all_made) {
        add_missing(&prelude, is_made);
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
    bool is_kept = statement->is_frozen && statement->kind == STATEMENT_SET;
    if (statement->kind == STATEMENT_RESET) {
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
    Prelude prelude = start_prelude(script, settings, count, arena);
    prelude.findings = findings;
    for (size_t i = 0; i < script->statement_count && count > 0; i++) {
        if (resets_everything(&prelude, &script->statements[i])) {
            tell(&prelude, &script->statements[i], STR("what the prelude sets is taken back here"));
        }
        size_t number = setting_number(&prelude, &script->statements[i]);
        if (number != SIZE_MAX) {
            tell_setting(&prelude, &script->statements[i], &settings[number]);
        }
    }
}
