/* The parser that Lemon makes of grammar/flink.y, as src/syntax/parser.c drives it. */
#ifndef SMTPATCH_GRAMMAR_H
#define SMTPATCH_GRAMMAR_H

#include "syntax/builder.h"

/* Bytes that a parser object takes. */
size_t grammar_size(void);

/* Lemon's own three: make a parser in `parser`, give it a token (kind 0 ends the input), free what it holds. */
void FlinkParserInit(void *parser, Builder *builder);
void FlinkParser(void *parser, int kind, Token token);
void FlinkParserFinalize(void *parser);

/* Whether a token of this kind would be taken, and not as one of a run. What the parser had already reduced by
 * default is not told: after a syntax error the answers name the next things, not the optional ones passed by. */
bool grammar_expects(const void *parser, uint16_t kind);

#endif
