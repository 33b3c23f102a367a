#include "secret.h"

#include "buffer.h"

static bool is_separator(char c) { return c == '.' || c == '-' || c == '_' || c == ':'; }

static bool ends_in_word(Str key, Str word) {
    if (key.size < word.size || ascii_lower(key.data[key.size - 1]) != word.data[word.size - 1]) {
        return false;
    }
    return str_equal_ignore_case(str_from(key, key.size - word.size), word);
}

bool is_secret_key(Str key) {
    static const Str endings[] = {STR("password"),    STR("passwd"),     STR("secret"),
                                  STR("token"),       STR("passphrase"), STR("credential"),
                                  STR("credentials"), STR("pwd"),        STR("jaas.config"),
                                  STR("authorization"), STR("auth.header"), STR("auth-header")};
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
    switch (c) {
    case '\'':
    case '=':
    case '"':
    case ',':
    case '(':
        return false;
    default:
        return !is_blank(c);
    }
}

/* Back over a comment in slashes that ends at `end`, if there is one. */
static size_t before_comment(Str text, size_t end) {
    if (end < 4 || text.data[end - 1] != '/' || text.data[end - 2] != '*') {
        return end;
    }
    for (size_t start = end - 2; start >= 2; start--) {
        const char *two = text.data + start - 2;
        if (memcmp(two, "/*", 2) == 0) {
            return start - 2;
        }
        if (memcmp(two, "*/", 2) == 0) {
            break;
        }
    }
    return end;
}

/* The word that ends right before the '=' at `equals`, its quotes, blanks and comments aside. */
static Str key_before(Str text, size_t equals) {
    size_t end = equals, before;
    do {
        before = end;
        while (end > 0 && (is_blank(text.data[end - 1]) || text.data[end - 1] == '\'' || text.data[end - 1] == '"')) {
            end--;
        }
        end = before_comment(text, end);
    } while (end < before);
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

enum { GAP_MAX = 1024 };

/* Behind the blanks and SQL's comments at `at`, of so many bytes at most. */
static size_t skip_gap(Str text, size_t at) {
    text.size = text.size - at > GAP_MAX ? at + GAP_MAX : text.size;
    for (;;) {
        at = skip_blanks(text, at, true);
        Str rest = str_from(text, at);
        const char *end = NULL;
        if (str_has_prefix(rest, STR("--"))) {
            end = memchr(rest.data, '\n', rest.size);
        } else if (str_has_prefix(rest, STR("/*"))) {
            end = memmem(rest.data + 2, rest.size - 2, "*/", 2);
        }
        if (end == NULL) {
            return at;
        }
        at = (size_t)(end - text.data) + 1;
        at += at < text.size && end[0] == '*';
    }
}

static bool is_prefix_character(char c) {
    char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '_' || c == '&';
}

/* The quote of the literal that begins at `at`, perhaps with a prefix: N'…', U&'…', _utf8'…'; text.size for none. */
static size_t literal_quote(Str text, size_t at) {
    size_t quote = at;
    while (quote < text.size && is_prefix_character(text.data[quote])) {
        quote++;
    }
    bool is_prefix = quote == at || quote == at + 1 || text.data[at] == '_' || text.data[quote - 1] == '&';
    return is_prefix && quote < text.size && text.data[quote] == '\'' ? quote : text.size;
}

static size_t find_byte(Str text, size_t from, size_t to, char byte) {
    const char *found = from < to ? memchr(text.data + from, byte, to - from) : NULL;
    return found != NULL ? (size_t)(found - text.data) : to;
}

/* Behind the literal whose quote is at `quote`. */
static size_t literal_end(Str text, size_t quote) {
    do {
        quote = find_byte(text, quote + 1, text.size, '\'');
        quote += quote < text.size;
    } while (quote < text.size && text.data[quote] == '\'');
    return quote;
}

static bool is_at(Str text, size_t at, char c) { return at < text.size && text.data[at] == c; }

/* Behind the literals from the one whose quote is at `quote` on, with nothing but blanks and comments between. One that
 * an '=' follows is the next key: a comma is missing. */
static size_t literals_end(Str text, size_t quote) {
    size_t end = literal_end(text, quote);
    for (quote = skip_gap(text, end); is_at(text, quote, '\''); quote = skip_gap(text, end)) {
        size_t next = literal_end(text, quote);
        if (is_at(text, skip_gap(text, next), '=')) {
            break;
        }
        end = next;
    }
    return end;
}

/* The end of a value without quotes: the line's. */
static size_t line_end(Str text, size_t at) {
    return find_byte(text, at, text.size, '\n');
}

/* That of a parameter in a value: host?user=a&password=b. */
static size_t parameter_end(Str text, size_t at) {
    while (at < text.size && strchr("'\"&", text.data[at]) == NULL && !is_blank(text.data[at])) {
        at++;
    }
    return at;
}

static bool is_parameter(Str key) {
    for (size_t i = 0; i < key.size; i++) {
        if (strchr("?&;", key.data[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* A secret in a text. A quoted one is shown with its quotes, but for the first when the secret before took that. */
typedef struct Secret {
    uint32_t start, end;
    bool is_quoted, is_rest;
} Secret;

struct Secrets {
    VECTOR(Secret) list; /* in the order of the text; none overlaps another */
};

/* What is left of a value that began before: blanks and its quote tell nothing. */
static bool is_empty_rest(Str text, size_t first, size_t last) {
    while (first < last && (is_blank(text.data[first]) || text.data[first] == '\'')) {
        first++;
    }
    return first == last;
}

/* On the way through a text. */
typedef struct Search {
    Str text;
    Secrets *found;
    Arena *arena;
    size_t url_end; /* of the last one */
} Search;

static const Secret *last_secret(const Secrets *secrets) {
    return secrets->list.count > 0 ? &secrets->list.items[secrets->list.count - 1] : NULL;
}

/* A URL's password may be found before a value that begins before it. */
static void add_secret(Search *search, size_t start, size_t end, bool is_quoted) {
    Secrets *found = search->found;
    const Secret *last = last_secret(found);
    for (; last != NULL && last->start > start; last = last_secret(found)) {
        end = last->end > end ? last->end : end;
        found->list.count--;
    }
    size_t first = last != NULL && last->end > start ? last->end : start;
    if (first < end && (start == first || !is_empty_rest(search->text, first, end))) {
        *vector_add(search->arena, &found->list) = (Secret){(uint32_t)first, (uint32_t)end, is_quoted, start < first};
    }
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

static bool is_in_url(Str text, size_t at) {
    return str_has_prefix(str_from(text, at), STR("://")) || str_has_prefix(str_from(text, at), STR(":thin:"));
}

enum { URL_HALF_MAX = 8192 };

/* The password of the URL that goes through `at`. That of another one behind it, up to its end, is within. */
static void find_in_url(Search *search, size_t at) {
    Str text = search->text;
    size_t start = at, end = at;
    while (start > 0 && at - start < URL_HALF_MAX && is_key_character(text.data[start - 1])) {
        start--;
    }
    while (end < text.size && end - at < URL_HALF_MAX && text.data[end] != '\'' && !is_blank(text.data[end])) {
        end++;
    }
    Str password = url_password((Str){text.data + start, end - start});
    if (password.size > 0) {
        size_t from = (size_t)(password.data - text.data);
        add_secret(search, from, from + password.size, false);
    }
    search->url_end = end;
}

/* The value behind the '=' at `equals`, the key before which tells that it is secret. Returns its end. */
static size_t find_value(Search *search, size_t equals, Str key) {
    Str text = search->text;
    size_t quote = literal_quote(text, skip_gap(text, equals + 1));
    bool is_quoted = quote < text.size && !is_parameter(key);
    size_t start = is_quoted ? quote : skip_blanks(text, equals + 1, false);
    size_t end = is_quoted ? literals_end(text, quote) : (is_parameter(key) ? parameter_end : line_end)(text, start);
    add_secret(search, start, end, is_quoted);
    return end > equals ? end : equals + 1;
}

/* A rules file may have KEY: VALUE. */
static bool is_separator_at(Str text, size_t colon) {
    return colon + 1 == text.size || is_blank(text.data[colon + 1]) || (colon > 0 && is_blank(text.data[colon - 1]));
}

/* What colons tell: the password of a URL, or the value of a key before them. */
static void find_at_colons(Search *search, size_t from, size_t to) {
    Str text = search->text;
    for (size_t i = find_byte(text, from, to, ':'); i < to; i = find_byte(text, i + 1, to, ':')) {
        if (i >= search->url_end && is_in_url(text, i)) {
            find_in_url(search, i);
        } else if (is_separator_at(text, i) && is_secret_key(key_before(text, i))) {
            size_t start = skip_blanks(text, i + 1, false);
            add_secret(search, start, line_end(text, start), false);
        }
    }
}

/* Those that begin, or whose keys or URLs do, in [from, to). */
static void find_secrets(Search *search, size_t from, size_t to) {
    Str text = search->text;
    for (size_t i = from; i < to;) {
        size_t equals = find_byte(text, i, to, '=');
        find_at_colons(search, i, equals);
        Str key = equals < to ? key_before(text, equals) : STR("");
        i = is_secret_key(key) ? find_value(search, equals, key) : equals + 1;
    }
}

/* The first secret that ends behind an offset. */
static size_t first_behind(const Secrets *secrets, uint32_t offset) {
    size_t low = 0, high = secrets->list.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (secrets->list.items[middle].end <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

Str mask_part(Str text, const Secrets *secrets, Span part, Arena *arena) {
    Buffer masked = {0};
    uint32_t at = part.start;
    for (size_t i = first_behind(secrets, at); i < secrets->list.count; i++) {
        const Secret *secret = &secrets->list.items[i];
        uint32_t first = secret->start > at ? secret->start : at;
        uint32_t last = secret->end < part.end ? secret->end : part.end;
        if (first >= last) {
            break;
        }
        if (secret->start < first && is_empty_rest(text, first, last)) {
            continue;
        }
        buffer_add(&masked, (Str){text.data + at, first - at});
        buffer_add(&masked, secret->is_quoted && !secret->is_rest && first == secret->start ? STR("'") : STR(""));
        buffer_add(&masked, STR(SECRET_MASK));
        buffer_add(&masked, secret->is_quoted ? STR("'") : STR(""));
        at = last;
    }
    buffer_add(&masked, (Str){text.data + at, part.end - at});
    return buffer_take(&masked, arena);
}

/* A value may begin before the part that shows it, and so may its key: so far back is looked for them. */
enum { LOOK_BACK = 8192, BLOCK_SIZE = 65536 };

static Secrets *secrets_in(Str text, size_t from, size_t to, Arena *arena) {
    Secrets *secrets = arena_new(arena, Secrets);
    Search search = {.text = text, .found = secrets, .arena = arena};
    find_secrets(&search, from > LOOK_BACK ? from - LOOK_BACK : 0, to < text.size ? to : text.size);
    return secrets;
}

Str mask_secrets(Str text, Span part, Arena *arena) {
    return mask_part(text, secrets_in(text, part.start, part.end, arena), part, arena);
}

const Secrets *source_secrets(Source *source, uint32_t offset) {
    size_t block = offset / BLOCK_SIZE, start = block * BLOCK_SIZE;
    if (source->secrets == NULL) {
        source->secrets = arena_array(source->arena, source->text.size / BLOCK_SIZE + 1, sizeof *source->secrets);
    }
    if (source->secrets[block] == NULL) {
        source->secrets[block] =
            secrets_in(source->text, start, start + BLOCK_SIZE + MASKED_PART_MAX, source->arena);
    }
    return source->secrets[block];
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
