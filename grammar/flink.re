/* The tokens of Flink SQL. re2c makes src/syntax/lexer.h's lex() of this. */
#include "syntax/lexer.h"

typedef unsigned char Byte;

/* Made by gperf of keywords.tsv: the keyword that a word is, in any case of its letters, or NULL. */
struct Keyword;
static const struct Keyword *find_keyword(const char *word, size_t size);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include "keyword_lookup.inc"
#pragma GCC diagnostic pop

static Token token_of(uint16_t kind, const Byte *text, const Byte *start, const Byte *end) {
    return (Token){.start = (uint32_t)(start - text), .end = (uint32_t)(end - text), .kind = kind};
}

/* The end of a string whose opening quote was passed: a quote is doubled to stand for itself, and nothing
 * else is special. NULL when it is not closed. */
static const Byte *string_end(const Byte *cursor, const Byte *limit) {
    for (;;) {
        const Byte *quote = cursor < limit ? memchr(cursor, '\'', (size_t)(limit - cursor)) : NULL;
        if (quote == NULL) {
            return NULL;
        }
        if (quote + 1 >= limit || quote[1] != '\'') {
            return quote + 1;
        }
        cursor = quote + 2;
    }
}

/* The same for E'…' (Calcite 1.33, Flink 2.0), where a backslash takes the next byte along. */
static const Byte *escape_string_end(const Byte *cursor, const Byte *limit) {
    while (cursor < limit) {
        if (*cursor == '\\') {
            cursor += 2;
        } else if (*cursor != '\'') {
            cursor++;
        } else if (cursor + 1 < limit && cursor[1] == '\'') {
            cursor += 2;
        } else {
            return cursor + 1;
        }
    }
    return NULL;
}

static Token string_token(uint16_t kind, const Byte *text, const Byte *start, const Byte *end, const Byte *limit) {
    return end ? token_of(kind, text, start, end) : token_of(TOKEN_UNCLOSED_STRING, text, start, limit);
}

/* Where a name's closing backtick may stand, or the end of its line. */
static const Byte *name_end(const Byte *cursor, const Byte *limit) {
    static const Byte ends[256] = {['`'] = 1, ['\n'] = 1, ['\r'] = 1, ['\0'] = 1};
    for (;;) {
        while (!ends[*cursor]) { /* there is a NUL behind the text, at the latest */
            cursor++;
        }
        if (*cursor != '\0' || cursor == limit) {
            return cursor;
        }
        cursor++;
    }
}

/* A backtick name ends at a lone backtick on the same line and is not empty. */
static Token quoted_name(const Byte *text, const Byte *start, const Byte *cursor, const Byte *limit) {
    for (;;) {
        cursor = name_end(cursor, limit);
        if (cursor == limit || *cursor != '`') {
            return token_of(TOKEN_UNCLOSED_NAME, text, start, cursor);
        }
        if (cursor + 1 >= limit || cursor[1] != '`') {
            return token_of(TOKEN_QUOTED_IDENTIFIER, text, start, cursor + 1);
        }
        cursor += 2;
    }
}

static Token line_comment(const Byte *text, const Byte *start, const Byte *cursor, const Byte *limit) {
    while (cursor < limit && *cursor != '\n' && *cursor != '\r') {
        cursor++;
    }
    return token_of(TOKEN_LINE_COMMENT, text, start, cursor);
}

/* cursor is behind the opening slash and star. As in JavaCC's rule for documentation comments, a second star
 * takes the next character along unless that is a slash: so a slash, three stars, a slash is not closed. */
static Token block_comment(const Byte *text, const Byte *start, const Byte *cursor, const Byte *limit) {
    if (cursor + 1 < limit && cursor[0] == '*' && cursor[1] != '/') {
        cursor += 2;
    }
    while (cursor < limit) {
        const Byte *star = memchr(cursor, '*', (size_t)(limit - cursor));
        if (star == NULL || star + 1 >= limit) {
            break;
        }
        if (star[1] == '/') {
            return token_of(TOKEN_BLOCK_COMMENT, text, start, star + 2);
        }
        cursor = star + 1;
    }
    return token_of(TOKEN_UNCLOSED_COMMENT, text, start, limit);
}

/* A keyword in any case of its letters, or an identifier. */
static Token word(const Byte *text, const Byte *start, const Byte *end) {
    const struct Keyword *keyword = find_keyword((const char *)start, (size_t)(end - start));
    return token_of(keyword ? keyword->kind : TOKEN_IDENTIFIER, text, start, end);
}

/* What no rule takes, up to the end of its UTF-8 character. */
static Token illegal(const Byte *text, const Byte *start, const Byte *cursor, const Byte *limit) {
    int continuations = *start >= 0xF0 ? 3 : *start >= 0xE0 ? 2 : *start >= 0xC0 ? 1 : 0;
    for (; continuations > 0 && cursor < limit && (*cursor & 0xC0) == 0x80; continuations--) {
        cursor++;
    }
    return token_of(TOKEN_ILLEGAL, text, start, cursor);
}

/* Inlined into its two callers, which every token passes. */
static inline __attribute__((always_inline)) Token lex_at(Str source, uint32_t offset) {
    const Byte *const text = (const Byte *)source.data, *const limit = text + source.size;
    const Byte *const start = text + offset;
    const Byte *cursor = start, *marker;

    /*!re2c
    re2c:define:YYCTYPE = Byte;
    re2c:define:YYCURSOR = cursor;
    re2c:define:YYMARKER = marker;
    re2c:yyfill:enable = 0;
    re2c:flags:utf-8 = 1;

    blank      = [ \t\n\r\f]+;
    letter     = [$A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u00FF\u0100-\u1FFF\u3040-\u318F\u3300-\u337F]
               | [\u3400-\u3D2D\u4E00-\u9FFF\uF900-\uFAFF];
    digit      = [0-9];
    letter_or_digit = letter | digit;
    charset    = "_" [A-Za-z] [-A-Za-z0-9:._]*;
    exponent   = [eE] [+-]? digit+;

    "\x00" { return start == limit ? token_of(TOKEN_EOF, text, start, start) : token_of(TOKEN_ILLEGAL, text, start, cursor); }
    blank                             { return token_of(TOKEN_BLANK, text, start, cursor); }
    "--" | "//"                       { return line_comment(text, start, cursor, limit); }
    "/" "*"                           { return block_comment(text, start, cursor, limit); }
    "/" "*+"                          { return token_of(TOKEN_HINT_BEGIN, text, start, cursor); }
    "*" "/"                           { return token_of(TOKEN_COMMENT_END, text, start, cursor); }

    "'"           { return string_token(TOKEN_QUOTED_STRING, text, start, string_end(cursor, limit), limit); }
    (charset | [nN]) "'" { return string_token(TOKEN_PREFIXED_STRING, text, start, string_end(cursor, limit), limit); }
    [uU] "&'"     { return string_token(TOKEN_UNICODE_STRING, text, start, string_end(cursor, limit), limit); }
    [xX] "'"      { return string_token(TOKEN_BINARY_STRING, text, start, string_end(cursor, limit), limit); }
    [eE] "'"      { return string_token(TOKEN_ESCAPE_STRING, text, start, escape_string_end(cursor, limit), limit); }
    "`"           { return quoted_name(text, start, cursor, limit); }

    "$"                               { return token_of(TOKEN_OPERATOR, text, start, cursor); }
    letter letter_or_digit*           { return word(text, start, cursor); }

    digit+                            { return token_of(TOKEN_INTEGER_LITERAL, text, start, cursor); }
    digit+ "." digit* exponent? | "." digit+ exponent? | digit+ exponent
                                      { return token_of(TOKEN_NUMBER, text, start, cursor); }

    "("  { return token_of(TOKEN_LEFT_PAREN, text, start, cursor); }
    ")"  { return token_of(TOKEN_RIGHT_PAREN, text, start, cursor); }
    ","  { return token_of(TOKEN_COMMA, text, start, cursor); }
    ";"  { return token_of(TOKEN_SEMICOLON, text, start, cursor); }
    "."  { return token_of(TOKEN_DOT, text, start, cursor); }
    "="  { return token_of(TOKEN_EQUALS, text, start, cursor); }
    "<"  { return token_of(TOKEN_LESS, text, start, cursor); }
    ">"  { return token_of(TOKEN_GREATER, text, start, cursor); }
    "<>" { return token_of(TOKEN_LESS_GREATER, text, start, cursor); }
    "-"  { return token_of(TOKEN_DASH, text, start, cursor); }
    "<=" | ">=" | "!=" | "<<" | "->" | "=>" | "||" | ".." | [{}[\]?:+*/%|^&!]
         { return token_of(TOKEN_OPERATOR, text, start, cursor); }

    *    { return illegal(text, start, cursor, limit); }
    */
}

Token lex(Str text, uint32_t offset) { return lex_at(text, offset); }

Token lex_solid(Str text, uint32_t offset) { return lex_at(text, skip_sql_blanks(text, offset)); }

Token lex_significant(Str text, uint32_t offset) {
    Token token = lex_solid(text, offset);
    while (token_is_comment(token)) {
        token = lex_solid(text, token.end);
    }
    return token;
}
