/* What the actions of grammar/flink.y call to build the tree. Only parser.c, skeletons and the grammar include this. */
#ifndef SMTPATCH_BUILDER_H
#define SMTPATCH_BUILDER_H

#include "arena.h"
#include "finding.h"
#include "syntax/tree.h"

/* What the grammar has made of the tokens since the driver last asked, of what stands in lists. */
typedef enum ElementKind { ELEMENT_NONE, ELEMENT_OPTION, ELEMENT_COLUMN } ElementKind;

typedef struct Builder {
    Source *source;
    Arena *arena;
    Arena *tree;    /* of finished statements */
    Findings *findings;
    unsigned parts; /* PARSE_… bits: what the tree is wanted for */

    /* Set by the parser's driver. */
    Token first;    /* of the statement under way; kind TOKEN_EOF before it */
    Token previous; /* the token before the one that the grammar was given last */

    /* Told to the driver. */
    bool has_syntax_error, is_out_of_memory;
    ElementKind element;

    /* The statement under way. */
    Statement statement;
    TableDefinition table;
    VECTOR(Option) options;
    VECTOR(Column) columns;
    VECTOR(Insert) inserts;
    VECTOR(Mark) marks;
    VECTOR(Segment) segments;
    Span metadata_key;                    /* of the column under way */
    bool is_virtual, is_primary_key;      /* the same */
    Span bare_column;                     /* the first that has no type, being only a name */
    Column column;                        /* the last one made */
    uint16_t like_all, like_options;      /* what LIKE says of ALL and of OPTIONS: TOKEN_INCLUDING, … or 0 */

    Span last_columns;                    /* of the table before */
    ColumnSummary last_summary;           /* of them */

    VECTOR(Statement) statements;
} Builder;

void builder_mark(Builder *builder, MarkKind kind, Span span);
Span builder_name(Builder *builder, Token token);
void builder_list(Builder *builder, Token close);
void builder_item(Builder *builder, Span item);
void builder_line(Builder *builder, Token token);
void builder_tight(Builder *builder, Token token);
void builder_angles(Builder *builder, Token less, Token greater);
void builder_verbatim(Builder *builder, Span span);

void builder_option(Builder *builder, Span key, Span value);
void builder_with(Builder *builder, Token keyword, Span properties);
void builder_clause(Builder *builder, Token keyword, Span last);
void builder_connection(Builder *builder, Token keyword, Span path);
void builder_temporary(Builder *builder);

void builder_table(Builder *builder, Span path);
void builder_elements(Builder *builder, Token close);
/* first: where the definition begins. */
void builder_column(Builder *builder, ColumnKind kind, Span first, Span name, Span content);
/* Tells the constraint made last that CONSTRAINT and a name stand before it. */
void builder_named_constraint(Builder *builder, Token keyword, Span name);
void builder_metadata_key(Builder *builder, Span literal);
void builder_virtual(Builder *builder);
void builder_column_is_key(Builder *builder);
void builder_columns_clause(Builder *builder, Token keyword, Token close);
void builder_like(Builder *builder, Token keyword, Span path);
void builder_like_option(Builder *builder, Token strategy, Token feature);
void builder_as_query(Builder *builder, Token keyword, Span query);
void builder_view(Builder *builder, Span path);

void builder_insert(Builder *builder, Token keyword, Span target, Span query);
void builder_statement_set(Builder *builder, Token begin, Token end);

void builder_setting(Builder *builder, Span key, Span value);
void builder_reset(Builder *builder, Span key);
void builder_raw_setting(Builder *builder);
void builder_use(Builder *builder, StatementKind kind, Span name);

void builder_statement(Builder *builder, StatementKind kind);
void builder_other(Builder *builder);
/* Called by the driver when the grammar has taken the whole statement: builder->statement is it then. end: where its
 * ';' stands. */
void builder_end_statement(Builder *builder, uint32_t end);

/* The parser's stack could not grow. */
void builder_out_of_memory(Builder *builder);

#endif
