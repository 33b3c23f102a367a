#include "secret.h"

#include "buffer.h"

static bool is_separator(char c) { return c == '.' || c == '-' || c == '_' || c == ':'; }

static bool ends_in_word(Str key, Str word) {
    if (key.size < word.size) {
        return false;
    }
    return str_equal_ignore_case(str_from(key, key.size - word.size), word);
}

bool is_secret_key(Str key) {
    static const Str endings[] = {STR("password"),    STR("passwd"),     STR("secret"),
                                  STR("token"),       STR("passphrase"), STR("credential"),
                                  STR("credentials"), STR("pwd"),        STR("jaas.config")};
    static const Str credential_keys[] = {STR("access"), STR("secret"), STR("api"),  STR("private"),    STR("account"),
                                          STR("shared"), STR("sas"),    STR("auth"), STR("encryption"), STR("ssl")};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ends_in_word(key, endings[i])) {
            return true;
        }
    }
    if (!ends_in_word(key, STR("key"))) {
        return false;
    }
    Str head = {key.data, key.size - 3};
    if (head.size > 0 && is_separator(head.data[head.size - 1])) {
        head.size--;
    }
    for (size_t i = 0; i < sizeof credential_keys / sizeof *credential_keys; i++) {
        if (ends_in_word(head, credential_keys[i])) {
            return true;
        }
    }
    return false;
}

static bool is_key_character(char c) {
    return c != '\'' && c != '=' && c != '"' && !is_blank(c) && c != ',' && c != '(';
}

/* The word that ends right before the '=' at `equals`, its quotes and blanks aside. */
static Str key_before(Str line, size_t equals) {
    size_t end = equals;
    while (end > 0 && (is_blank(line.data[end - 1]) || line.data[end - 1] == '\'')) {
        end--;
    }
    size_t start = end;
    while (start > 0 && is_key_character(line.data[start - 1])) {
        start--;
    }
    return (Str){line.data + start, end - start};
}

/* The end of the value that starts at `start`: a quoted one's closing quote, else the line's end or a comment. */
static size_t value_end(Str line, size_t start) {
    size_t at = start;
    if (at < line.size && line.data[at] == '\'') {
        for (at++; at < line.size; at++) {
            if (line.data[at] == '\'' && (++at == line.size || line.data[at] != '\'')) {
                return at;
            }
        }
    }
    return line.size;
}

static void mask_line(Str line, Buffer *masked) {
    size_t from = 0;
    for (size_t i = 0; i < line.size; i++) {
        if (line.data[i] != '=' || !is_secret_key(key_before(line, i))) {
            continue;
        }
        size_t start = i + 1;
        while (start < line.size && is_blank(line.data[start])) {
            start++;
        }
        if (start == line.size) {
            break; /* the value is not on this line */
        }
        bool is_quoted = line.data[start] == '\'';
        size_t end = value_end(line, start);
        buffer_add(masked, (Str){line.data + from, start - from});
        buffer_add(masked, is_quoted ? STR("'" SECRET_MASK "'") : STR(SECRET_MASK));
        from = i = end;
    }
    buffer_add(masked, str_from(line, from));
}

Str mask_secrets(Str line, Arena *arena) {
    if (line.size == 0 || memchr(line.data, '=', line.size) == NULL) {
        return line;
    }
    Buffer masked = {0};
    mask_line(line, &masked);
    return buffer_take(&masked, arena);
}

/* The password of user:password@ behind the first "//", or of Oracle's thin:user/password@; an empty part at the end
 * when there is none. */
static Str url_password(Str url) {
    Str none = str_from(url, url.size);
    if (url.size == 0) {
        return none;
    }
    const char *slashes = memmem(url.data, url.size, "//", 2);
    const char *thin = memmem(url.data, url.size, ":thin:", 6);
    const char *start = thin != NULL ? thin + 6 : slashes != NULL ? slashes + 2 : NULL;
    if (start == NULL) {
        return none;
    }
    Str rest = str_from(url, (size_t)(start - url.data));
    const char *at = memrchr(rest.data, '@', rest.size);
    const char *separator = at == NULL ? NULL : memchr(rest.data, thin != NULL ? '/' : ':', (size_t)(at - rest.data));
    return separator == NULL ? none : (Str){separator + 1, (size_t)(at - separator - 1)};
}

Str mask_value(Str key, Str value, Arena *arena) {
    if (is_secret_key(key)) {
        return STR(SECRET_MASK);
    }
    Str password = url_password(value);
    if (password.size > 0) {
        size_t before = (size_t)(password.data - value.data);
        Str after = str_from(value, before + password.size);
        value = arena_format(arena, "%.*s" SECRET_MASK "%.*s", (int)before, value.data, (int)after.size, after.data);
    }
    return mask_secrets(value, arena);
}
