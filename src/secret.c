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
static Str key_before(Str text, size_t equals) {
    size_t end = equals;
    while (end > 0 && (is_blank(text.data[end - 1]) || text.data[end - 1] == '\'')) {
        end--;
    }
    size_t start = end;
    while (start > 0 && is_key_character(text.data[start - 1])) {
        start--;
    }
    return (Str){text.data + start, end - start};
}

static size_t skip_blanks(Str text, size_t at, bool over_lines) {
    while (at < text.size && is_blank(text.data[at]) && (over_lines || text.data[at] != '\n')) {
        at++;
    }
    return at;
}

/* The end of the value that starts at `start`: a quoted one's closing quote, else the line's end. */
static size_t value_end(Str text, size_t start) {
    size_t at = start;
    if (at < text.size && text.data[at] == '\'') {
        for (at++; at < text.size; at++) {
            if (text.data[at] == '\'' && (++at == text.size || text.data[at] != '\'')) {
                return at;
            }
        }
        return text.size;
    }
    while (at < text.size && text.data[at] != '\n') {
        at++;
    }
    return at;
}

/* A part of a text on its way to be shown. */
typedef struct Masking {
    Str text;
    size_t from, end; /* what is left of the part */
    Buffer *masked;
} Masking;

/* What is left of a value that began before the part: blanks and its quote tell nothing. */
static bool is_empty_rest(Str text, size_t first, size_t last) {
    while (first < last && (is_blank(text.data[first]) || text.data[first] == '\'')) {
        first++;
    }
    return first == last;
}

static void mask_range(Masking *masking, size_t start, size_t end, bool is_quoted) {
    size_t first = start > masking->from ? start : masking->from, last = end < masking->end ? end : masking->end;
    if (first >= last || (start < first && is_empty_rest(masking->text, first, last))) {
        return;
    }
    buffer_add(masking->masked, (Str){masking->text.data + masking->from, first - masking->from});
    buffer_add(masking->masked, is_quoted && start == first ? STR("'") : STR(""));
    buffer_add(masking->masked, STR(SECRET_MASK));
    buffer_add(masking->masked, is_quoted ? STR("'") : STR(""));
    masking->from = last;
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

/* A value may begin on an earlier line than the part, and so may its key: so far back is looked for them. */
enum { LOOK_BACK = 8192 };

static bool is_in_url(Str text, size_t at) {
    return str_has_prefix(str_from(text, at), STR("://")) || str_has_prefix(str_from(text, at), STR(":thin:"));
}

/* The password of the URL that goes through `at`. */
static void mask_url(Masking *masking, size_t at) {
    Str text = masking->text;
    size_t start = at, end = at;
    while (start > 0 && at - start < LOOK_BACK && is_key_character(text.data[start - 1])) {
        start--;
    }
    while (end < text.size && end - at < LOOK_BACK && text.data[end] != '\'' && !is_blank(text.data[end])) {
        end++;
    }
    Str password = url_password((Str){text.data + start, end - start});
    if (password.size > 0) {
        size_t from = (size_t)(password.data - text.data);
        mask_range(masking, from, from + password.size, false);
    }
}

static void mask_part(Masking *masking) {
    Str text = masking->text;
    for (size_t i = masking->from > LOOK_BACK ? masking->from - LOOK_BACK : 0; i < masking->end; i++) {
        if (text.data[i] == ':' && is_in_url(text, i)) {
            mask_url(masking, i);
        }
        if (text.data[i] != '=' || !is_secret_key(key_before(text, i))) {
            continue;
        }
        size_t quote = skip_blanks(text, i + 1, true);
        bool is_quoted = quote < text.size && text.data[quote] == '\'';
        size_t start = is_quoted ? quote : skip_blanks(text, i + 1, false), end = value_end(text, start);
        mask_range(masking, start, end, is_quoted);
        i = end > i ? end - 1 : i;
    }
    buffer_add(masking->masked, (Str){text.data + masking->from, masking->end - masking->from});
}

Str mask_secrets(Str text, Span part, Arena *arena) {
    Buffer masked = {0};
    mask_part(&(Masking){text, part.start, part.end, &masked});
    return buffer_take(&masked, arena);
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
    return value.size > 0 ? mask_secrets(value, (Span){0, (uint32_t)value.size}, arena) : value;
}
