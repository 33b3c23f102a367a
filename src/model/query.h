/* The tables that a query reads, found by its words: no query is parsed. */
#ifndef SMTPATCH_QUERY_H
#define SMTPATCH_QUERY_H

#include "arena.h"

typedef VECTOR(Span) Spans;

/* Adds to tables the span of each table name in the query at span: behind FROM, JOIN, a comma of a FROM list, and
 * TABLE in a table function's arguments. Names of the query's own WITH clause and functions are left out. */
void query_tables(Str text, Span span, Arena *arena, Spans *tables);

#endif
