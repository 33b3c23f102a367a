#include "syntax/literal.h"

#include "syntax/lexer.h"

/* Room for what a literal of some length decodes to; no form decodes to more bytes than it is written with. */
typedef struct Decoder {
    char *data;
    size_t size;
    char escape; /* of U&'…'; 0 where there is none */
} Decoder;

static int hex_value(char c) {
    if (is_digit(c)) {
        return c - '0';
    }
    char lower = ascii_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Reads up to `digits` hexadecimal digits; returns how many there were. */
static size_t read_hex(Str text, size_t digits, uint32_t *value) {
    size_t count = 0;
    *value = 0;
    while (count < digits && count < text.size && hex_value(text.data[count]) >= 0) {
        *value = *value * 16 + (uint32_t)hex_value(text.data[count++]);
    }
    return count;
}

static void add_utf8(Decoder *decoder, uint32_t character) {
    char *end = decoder->data + decoder->size;
    if (character < 0x80) {
        end[0] = (char)character;
        decoder->size += 1;
    } else if (character < 0x800) {
        end[0] = (char)(0xC0 | (character >> 6));
        end[1] = (char)(0x80 | (character & 0x3F));
        decoder->size += 2;
    } else if (character < 0x10000) {
        end[0] = (char)(0xE0 | (character >> 12));
        end[1] = (char)(0x80 | ((character >> 6) & 0x3F));
        end[2] = (char)(0x80 | (character & 0x3F));
        decoder->size += 3;
    } else {
        end[0] = (char)(0xF0 | ((character >> 18) & 0x07));
        end[1] = (char)(0x80 | ((character >> 12) & 0x3F));
        end[2] = (char)(0x80 | ((character >> 6) & 0x3F));
        end[3] = (char)(0x80 | (character & 0x3F));
        decoder->size += 4;
    }
}

/* \XXXX or \+XXXXXX of U&'…'; returns the bytes used, 0 when it is neither. */
static size_t decode_unicode_escape(Decoder *decoder, Str rest) {
    bool is_long = rest.size > 1 && rest.data[1] == '+';
    size_t prefix = is_long ? 2 : 1, digits = is_long ? 6 : 4;
    uint32_t character;
    if (rest.size > 1 && rest.data[1] == decoder->escape) {
        decoder->data[decoder->size++] = decoder->escape;
        return 2;
    }
    if (read_hex(str_from(rest, prefix), digits, &character) != digits || character > 0x10FFFF) {
        return 0;
    }
    add_utf8(decoder, character);
    return prefix + digits;
}

/* An escape of E'…'; returns the bytes used. */
static size_t decode_c_escape(Decoder *decoder, Str rest) {
    static const char letters[] = "bfnrt", values[] = "\b\f\n\r\t";
    char letter = rest.size > 1 ? rest.data[1] : '\\';
    const char *found = strchr(letters, letter);
    if (found != NULL && letter != '\0') {
        decoder->data[decoder->size++] = values[found - letters];
        return 2;
    }
    uint32_t character;
    size_t most = letter == 'x' ? 2 : letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    size_t digits = most > 0 ? read_hex(str_from(rest, 2), most, &character) : 0;
    if (digits > 0 && character <= 0x10FFFF) {
        add_utf8(decoder, character);
        return 2 + digits;
    }
    decoder->data[decoder->size++] = letter;
    return rest.size > 1 ? 2 : 1;
}

/* Decodes the unit that begins at `at` of the body (what stands between the quotes): an escape, a doubled quote or
 * one byte. Returns the bytes that it is written with. */
static size_t decode_unit(Decoder *decoder, Str body, size_t at, bool is_c_style) {
    size_t used = 0;
    if (is_c_style && body.data[at] == '\\') {
        used = decode_c_escape(decoder, str_from(body, at));
    } else if (decoder->escape != 0 && body.data[at] == decoder->escape) {
        used = decode_unicode_escape(decoder, str_from(body, at));
    }
    if (used == 0) {
        decoder->data[decoder->size++] = body.data[at];
        used = body.data[at] == '\'' ? 2 : 1;
    }
    return used;
}

static void decode_body(Decoder *decoder, Str body, bool is_c_style) {
    for (size_t i = 0; i < body.size;) {
        i += decode_unit(decoder, body, i, is_c_style);
    }
}

static Str body_of(Str text, Token token) {
    Str whole = {text.data + token.start, token.end - token.start};
    const char *quote = memchr(whole.data, '\'', whole.size);
    size_t prefix = (size_t)(quote - whole.data) + 1;
    return (Str){whole.data + prefix, whole.size - prefix - 1};
}

/* The escape character that UESCAPE 'c' at the literal's end names; a backslash without it. */
static char unicode_escape(Str text, Span span) {
    char escape = '\\';
    for (Token token = lex_significant(text, span.start); token.start < span.end;
         token = lex_significant(text, token.end)) {
        if (token.kind == TOKEN_UESCAPE) {
            Str body = body_of(text, lex_significant(text, token.end));
            escape = body.size > 0 ? body.data[0] : escape;
        }
    }
    return escape;
}

/* A plain '…' without a doubled quote, which is what nearly every literal is: what stands between its quotes. */
static bool plain_value(Str text, Span span, Str *value) {
    *value = (Str){text.data + span.start + 1, span.end - span.start - 2};
    return text.data[span.start] == '\'' && (value->size == 0 || memchr(value->data, '\'', value->size) == NULL);
}

Str literal_value(Str text, Span span, Arena *arena) {
    Str value;
    if (plain_value(text, span, &value)) {
        return value;
    }
    Token token = lex_significant(text, span.start);
    bool is_single = token.end == span.end;
    if (is_single && token.kind == TOKEN_BINARY_STRING) {
        return (Str){text.data + token.start, token.end - token.start};
    }
    Decoder decoder = {.data = arena_alloc(arena, span.end - span.start + 4)};
    decoder.escape = token.kind == TOKEN_UNICODE_STRING ? unicode_escape(text, span) : 0;
    for (; token.start < span.end && token_is_string(token); token = lex_significant(text, token.end)) {
        decode_body(&decoder, body_of(text, token), token.kind == TOKEN_ESCAPE_STRING);
    }
    return (Str){decoder.data, decoder.size};
}

static Str inside_quotes(Str text, Span span) {
    return (Str){text.data + span.start + 1, span.end - span.start - 2};
}

Str option_key(Str text, const Option *option, Arena *arena) {
    return option->is_plain ? inside_quotes(text, option->key) : literal_value(text, option->key, arena);
}

Str option_value(Str text, const Option *option, Arena *arena) {
    return option->is_plain ? inside_quotes(text, option->value) : literal_value(text, option->value, arena);
}

uint32_t literal_offset(Str text, Span span, size_t position) {
    char unit[8];
    Decoder decoder = {.data = unit};
    Token token = lex_significant(text, span.start);
    if (token.kind == TOKEN_BINARY_STRING) {
        return position < token.end - token.start ? token.start + (uint32_t)position : token.end;
    }
    decoder.escape = token.kind == TOKEN_UNICODE_STRING ? unicode_escape(text, span) : 0;
    uint32_t end = span.end;
    for (; token.start < span.end && token_is_string(token); token = lex_significant(text, token.end)) {
        Str body = body_of(text, token);
        end = (uint32_t)(body.data - text.data) + (uint32_t)body.size;
        for (size_t i = 0, used; i < body.size; i += used) {
            decoder.size = 0;
            used = decode_unit(&decoder, body, i, token.kind == TOKEN_ESCAPE_STRING);
            if (position < decoder.size) {
                return (uint32_t)(body.data - text.data) + (uint32_t)i;
            }
            position -= decoder.size;
        }
    }
    return end;
}

void literal_write(Buffer *buffer, Str value) {
    buffer_add_char(buffer, '\'');
    while (value.size > 0) {
        const char *quote = memchr(value.data, '\'', value.size);
        size_t plain = quote ? (size_t)(quote - value.data) + 1 : value.size;
        buffer_add(buffer, (Str){value.data, plain});
        if (quote != NULL) {
            buffer_add_char(buffer, '\'');
        }
        value = str_from(value, plain);
    }
    buffer_add_char(buffer, '\'');
}
