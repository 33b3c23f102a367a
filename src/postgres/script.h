/* A PostgreSQL script cut into statements as psql cuts it: quotes of every kind, nested comments, psql's own commands
 * (\connect and the like) and the data of COPY are known; what the statements mean is not. */
#ifndef SMTPATCH_POSTGRES_SCRIPT_H
#define SMTPATCH_POSTGRES_SCRIPT_H

#include "arena.h"

enum { SCRIPT_WORDS = 3 };

typedef struct ScriptStatement {
    Span span;                /* from its first word to its ';', which is not part of it */
    Span words[SCRIPT_WORDS]; /* its first words and quoted names; SPAN_NONE where there are no more */
    bool names_partition;     /* PARTITION or INHERITS is among its words, outside of parentheses */
    bool follows_connect;     /* a \connect stands between it and the one before */
    uint32_t commands;        /* how many commands of psql stand in it: script_statement_text() blanks them */
} ScriptStatement;

typedef struct ScriptReader {
    Str text;
    uint32_t offset; /* of what is read next */
    Span unclosed;   /* the start of a quote or comment that has no end; empty when there is none */
} ScriptReader;

/* The next statement; false at the end. */
bool script_next(ScriptReader *reader, ScriptStatement *statement);

/* Whether its word of that number is this one, case aside. */
bool script_word_is(const ScriptReader *reader, const ScriptStatement *statement, size_t number, const char *word);

/* The text for PostgreSQL: the statement, blanks in place of psql's commands, so that offsets stay. */
Str script_statement_text(const ScriptReader *reader, const ScriptStatement *statement, Arena *arena);

#endif
