/* The tables that a query reads, found by its words: no query is parsed. */
#ifndef SMTPATCH_QUERY_H
#define SMTPATCH_QUERY_H

#include "arena.h"

typedef VECTOR(Span) Spans;

/* Whether a word of this kind begins the clause behind a FROM clause. */
bool begins_clause_behind_from(uint16_t kind);

/* UNION, INTERSECT, EXCEPT, MINUS: another SELECT follows. */
bool joins_queries(uint16_t kind);

/* Whether the query is just "SELECT * FROM `a`.`b`", as SMT writes it: then *table is that name's span. */
bool query_is_copy(Str text, Span span, Span *table);

/* Adds to tables the span of each table name in the query at span: behind FROM, JOIN, a comma of a FROM list, and
 * TABLE in a table function's arguments. Names of the query's own WITH clause and functions are left out. */
void query_tables(Str text, Span span, Arena *arena, Spans *tables);

#endif
