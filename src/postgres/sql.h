/* A piece of PostgreSQL's SQL: whether PostgreSQL takes it, and what it does to which tables. */
#ifndef SMTPATCH_POSTGRES_SQL_H
#define SMTPATCH_POSTGRES_SQL_H

#include "arena.h"

typedef enum SqlKind { SQL_SELECT, SQL_INSERT, SQL_UPDATE, SQL_DELETE, SQL_MERGE, SQL_CALL, SQL_OTHER } SqlKind;

/* A table by its name as PostgreSQL understands it: folded, without quotes. */
typedef struct SqlTable {
    Str schema; /* empty when the text names none */
    Str table;
} SqlTable;

typedef struct SqlStatement {
    SqlKind kind;
    Span place; /* in the text */
    bool calls_function;
    VECTOR(SqlTable) reads, writes; /* those of its WITH clauses and subqueries among them; names of WITH left out */
} SqlStatement;

typedef struct Sql {
    Str problem; /* PostgreSQL's message; empty when it takes the text */
    Span place;  /* of the problem: what it is about, empty at the end of the text */
    bool
        is_opaque; /* PostgreSQL takes it, but it is too deep or too long to be looked into: statements are not known */
    VECTOR(SqlStatement) statements;
} Sql;

/* All of the answer lives in arena. Threads may ask at the same time. */
Sql sql_parse(Str text, Arena *arena);

#endif
