/* Queries that a pipeline can do: SELECT items FROM one table [WHERE condition]. */
#ifndef SMTPATCH_SIMPLE_SELECT_H
#define SMTPATCH_SIMPLE_SELECT_H

#include "arena.h"

typedef struct SelectItem {
    Span expression;
    Span alias;   /* its name behind AS, or none */
    bool is_star; /* * or t.* */
} SelectItem;

typedef struct SimpleSelect {
    VECTOR(SelectItem) items;
    Span from;  /* the table's path */
    Span alias; /* of the table, or none */
    Span where; /* the condition, or none */
    Span table; /* the last part of from */
} SimpleSelect;

/* Why a query is none of them; an empty reason: it is one. */
typedef struct SelectProblem {
    Span place;
    Str reason; /* "a join", "an aggregate" */
} SelectProblem;

/* Reads the query at span. */
SelectProblem simple_select_read(Str text, Span span, Arena *arena, SimpleSelect *select);

#endif
