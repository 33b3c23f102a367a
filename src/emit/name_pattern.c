#include "emit/name_pattern.h"

/* ---- Reading an expression ---- */

/* The bytes of the unit at `at`: an escape, a character class, or one byte. */
static size_t unit_size(Str pattern, size_t at) {
    size_t size = pattern.size - at;
    if (pattern.data[at] == '\\') {
        return size < 2 ? size : 2;
    }
    if (pattern.data[at] != '[') {
        return 1;
    }
    size_t i = at + 1;
    i += i < pattern.size && pattern.data[i] == '^';
    i += i < pattern.size && pattern.data[i] == ']';
    while (i < pattern.size && pattern.data[i] != ']') {
        i += pattern.data[i] == '\\' ? 2 : 1;
    }
    return i < pattern.size ? i + 1 - at : size;
}

/* Where the parenthesis that is open at 0 is closed; pattern.size when it is not. */
static size_t closing(Str pattern) {
    size_t depth = 0;
    for (size_t i = 0; i < pattern.size; i += unit_size(pattern, i)) {
        depth += pattern.data[i] == '(';
        if (pattern.data[i] == ')' && --depth == 0) {
            return i;
        }
    }
    return pattern.size;
}

static bool ends_in_anchor(Str pattern) {
    if (pattern.size == 0 || pattern.data[pattern.size - 1] != '$') {
        return false;
    }
    size_t backslashes = 0;
    while (backslashes + 1 < pattern.size && pattern.data[pattern.size - 2 - backslashes] == '\\') {
        backslashes++;
    }
    return backslashes % 2 == 0;
}

/* Without anchors at its ends and parentheses around the whole. */
static Str strip(Str pattern) {
    enum { LAYERS = 16 }; /* more than anybody writes */
    for (size_t i = 0; i < LAYERS; i++) {
        Str before = pattern;
        if (pattern.size > 0 && pattern.data[0] == '^' && memchr(pattern.data, '|', pattern.size) == NULL) {
            pattern = str_from(pattern, 1);
        }
        if (ends_in_anchor(pattern) && memchr(pattern.data, '|', pattern.size) == NULL) {
            pattern.size--;
        }
        if (pattern.size > 1 && pattern.data[0] == '^' && pattern.data[1] == '(' && ends_in_anchor(pattern) &&
            closing(str_from(pattern, 1)) == pattern.size - 3) {
            pattern = (Str){pattern.data + 1, pattern.size - 2};
        }
        if (pattern.size > 1 && pattern.data[0] == '(' && closing(pattern) == pattern.size - 1) {
            pattern = (Str){pattern.data + 1, pattern.size - 2};
            pattern = str_has_prefix(pattern, STR("?:")) ? str_from(pattern, 2) : pattern;
        }
        if (pattern.size == before.size) {
            break;
        }
    }
    return pattern;
}

/* ---- Plain names ---- */

/* The name that the pattern spells out. */
static bool plain_name(Str pattern, Arena *arena, Str *name) {
    static const char special[] = "^$.*+?()[]{}|,\\";
    char *plain = arena_alloc(arena, pattern.size + 1);
    size_t size = 0;
    for (size_t i = 0; i < pattern.size; i++) {
        char c = pattern.data[i];
        if (c == '\\' && i + 1 < pattern.size && strchr(special, pattern.data[i + 1]) != NULL) {
            c = pattern.data[++i];
        } else if (c == '\\' || c == '\0' || strchr(special, c) != NULL) {
            return false;
        }
        plain[size++] = c;
    }
    *name = (Str){plain, size};
    return size > 0;
}

static bool add_name(Str alternative, Arena *arena, Names *names) {
    Str name;
    if (!plain_name(strip(alternative), arena, &name)) {
        return false;
    }
    *vector_add(arena, names) = name;
    return true;
}

bool pattern_names(Str pattern, Arena *arena, Names *names) {
    size_t count = names->count, start = 0, depth = 0;
    pattern = strip(pattern);
    for (size_t i = 0; i < pattern.size; i += unit_size(pattern, i)) {
        depth += pattern.data[i] == '(';
        depth -= pattern.data[i] == ')' && depth > 0;
        if (pattern.data[i] != '|' || depth > 0) {
            continue;
        }
        if (!add_name((Str){pattern.data + start, i - start}, arena, names)) {
            names->count = count;
            return false;
        }
        start = i + 1;
    }
    bool is_plain = add_name(str_from(pattern, start), arena, names);
    names->count = is_plain ? names->count : count;
    return is_plain;
}

/* ---- A pipeline's patterns ---- */

/* An anchor at an end of an alternative of the whole says nothing where the whole is matched, and could not be true in
 * a pattern of the whole id. */
static bool is_idle_anchor(Str pattern, size_t at) {
    char before = at > 0 ? pattern.data[at - 1] : '|', after = at + 1 < pattern.size ? pattern.data[at + 1] : '|';
    return (pattern.data[at] == '^' && before == '|') || (pattern.data[at] == '$' && after == '|');
}

static void add_unit(Buffer *part, Str pattern, size_t at, size_t size, bool *has_comma) {
    bool is_class = pattern.data[at] == '[', is_dot_escape = size == 2 && pattern.data[at + 1] == '.';
    if (!is_class && is_dot_escape) {
        buffer_add(part, STR("[\\.]")); /* "\." alone would be any character */
        return;
    }
    for (size_t i = at; i < at + size; i++) {
        bool is_escaped = i > at && pattern.data[i - 1] == '\\';
        *has_comma = *has_comma || pattern.data[i] == ',';
        if (pattern.data[i] == '.' && !is_escaped) {
            buffer_add_char(part, '\\');
        }
        buffer_add_char(part, pattern.data[i]);
    }
}

bool pipeline_pattern(Str pattern, Arena *arena, Str *part) {
    bool has_comma = false, has_bar = false;
    size_t depth = 0;
    Buffer buffer = {0};
    pattern = strip(pattern);
    for (size_t i = 0, size; i < pattern.size; i += size) {
        size = unit_size(pattern, i);
        depth += pattern.data[i] == '(';
        depth -= pattern.data[i] == ')' && depth > 0;
        has_bar = has_bar || (pattern.data[i] == '|' && depth == 0);
        if (depth > 0 || !is_idle_anchor(pattern, i)) {
            add_unit(&buffer, pattern, i, size, &has_comma);
        }
    }
    Str text = buffer_take(&buffer, arena);
    *part = has_bar ? arena_format(arena, "(%.*s)", (int)text.size, text.data) : text;
    return !has_comma;
}
