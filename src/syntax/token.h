/* A token is a kind and a span. The kinds that the grammar knows (TOKEN_CREATE, TOKEN_COMMA, …) come
 * from grammar/flink.y by way of the header that Lemon writes; blanks and comments stand beside them. */
#ifndef SMTPATCH_TOKEN_H
#define SMTPATCH_TOKEN_H

#include "flink_grammar.h"
#include "text.h"

/* Kinds that the parser never sees. */
enum {
    TOKEN_EOF = 0, /* past the last byte */
    TOKEN_BLANK = 1000,
    TOKEN_LINE_COMMENT,  /* -- or //, without its line end */
    TOKEN_BLOCK_COMMENT, /* slash star, not nested */
    TOKEN_UNCLOSED_STRING,
    TOKEN_UNCLOSED_NAME,    /* a backtick without its pair on the same line */
    TOKEN_UNCLOSED_COMMENT,
};

typedef struct Token {
    uint32_t start, end;
    uint16_t kind;
} Token;

static inline Span token_span(Token token) { return (Span){token.start, token.end}; }

static inline bool token_is_comment(Token token) {
    return token.kind == TOKEN_LINE_COMMENT || token.kind == TOKEN_BLOCK_COMMENT;
}

/* Blanks and comments: what the gaps between tokens are made of. */
static inline bool token_is_trivia(Token token) { return token.kind == TOKEN_BLANK || token_is_comment(token); }

/* Each of '…', N'…', _charset'…', U&'…', E'…', X'…'. */
static inline bool token_is_string(Token token) {
    return token.kind == TOKEN_QUOTED_STRING || token.kind == TOKEN_PREFIXED_STRING ||
           token.kind == TOKEN_UNICODE_STRING || token.kind == TOKEN_ESCAPE_STRING ||
           token.kind == TOKEN_BINARY_STRING;
}

/* A keyword of the table grammar/keywords.tsv as it is written in upper case, or NULL. */
const char *keyword_text(unsigned kind);

/* Whether Flink takes the keyword as a name only in backticks. */
bool keyword_is_reserved(unsigned kind);

/* What Flink takes as a name: words that it does not reserve, too. */
static inline bool token_is_name(Token token) {
    return token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER ||
           (keyword_text(token.kind) != NULL && !keyword_is_reserved(token.kind));
}

static inline bool token_is_keyword(Token token) {
    return token.kind == TOKEN_RESERVED || keyword_text(token.kind) != NULL;
}

#endif
