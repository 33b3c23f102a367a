/* What to say when a statement does not parse. */
#ifndef SMTPATCH_SYNTAX_ERROR_H
#define SMTPATCH_SYNTAX_ERROR_H

#include "finding.h"
#include "syntax/token.h"

typedef struct SyntaxErrorContext {
    Source *source;
    Arena *arena;
    const void *parser;         /* stopped at the error; see grammar_expects() */
    Token found;                /* TOKEN_EOF at the end of the file */
    Token previous, before_previous;
    const uint32_t *open_paren; /* where the innermost open '(' stands, or NULL */
    const uint32_t *open_hint;  /* where the hint that is not closed begins, or NULL */
    bool is_missing_semicolon;
    bool is_unmatched; /* a ')' without '(', or a comment's end without its start */
} SyntaxErrorContext;

void syntax_error_report(const SyntaxErrorContext *context, Findings *findings);

/* Whether the token is a byte order mark. One that begins the source is no token. */
bool is_byte_order_mark(const Source *source, Token token);

/* Whether a script that does not parse is StarRocks' own DDL: ENGINE = …, PROPERTIES ("…"). Looks at the bare text,
 * since double quotes lead Flink's lexer astray. */
bool is_starrocks_script(const Source *source);

#endif
