/* The lexer: a function from a place in the text to the token there. It keeps nothing between calls and
 * allocates nothing, so any part of a script can be lexed again at any time. Facts: Flink's Parser.jj,
 * lexical state BTID (release 2.4-SNAPSHOT), as gathered in grammar/flink.re. */
#ifndef SMTPATCH_LEXER_H
#define SMTPATCH_LEXER_H

#include "syntax/token.h"

/* What SQL takes for a blank: not VT, which C does. */
static inline bool is_sql_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v'); }

/* Behind the blanks at offset. text must have a NUL, which is none, after its last byte. */
static inline uint32_t skip_sql_blanks(Str text, uint32_t offset) {
    while (is_sql_blank(text.data[offset])) {
        offset++;
    }
    return offset;
}

/* The token, blank or comment at offset. text must have a NUL after its last byte; past that byte the
 * answer is TOKEN_EOF. Every byte string lexes: what Flink would refuse is TOKEN_ILLEGAL or TOKEN_UNCLOSED_…. */
Token lex(Str text, uint32_t offset);

/* The same, blanks passed over. */
Token lex_solid(Str text, uint32_t offset);

/* The same, blanks and comments passed over. */
Token lex_significant(Str text, uint32_t offset);

#endif
