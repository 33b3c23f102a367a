/* Which table a query means by the qualifier of a column. */
#ifndef SMTPATCH_QUALIFIERS_H
#define SMTPATCH_QUALIFIERS_H

#include "model/name.h"
#include "model/query.h"

/* `a` of a.x, d.a.x or c.d.a.x. */
typedef struct Qualifier {
    Span name;
    size_t table; /* number of the table among the query's */
} Qualifier;

typedef VECTOR(Qualifier) Qualifiers;

/* Adds the qualifiers that stand for tables of the query at span by their own names. A name that the query gives as an
 * alias hides the table, an aliased table has no other name; a subquery sees the tables of the query around it. tables:
 * what query_tables() found; current: the catalog and database in force. */
void query_qualifiers(Str text, Span query, const TableName *current, const Spans *tables, Arena *arena,
                      Qualifiers *out);

#endif
