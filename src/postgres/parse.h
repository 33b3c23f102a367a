/* libpg_query, PostgreSQL's own parser (of release 15), as the rest of this folder uses it. */
#ifndef SMTPATCH_POSTGRES_PARSE_H
#define SMTPATCH_POSTGRES_PARSE_H

#include <jansson.h>

#include "arena.h"

/* What came of a text. */
typedef struct Parse {
    Str text;
    json_t *statements; /* an array of {"stmt": {KIND: {…}}, "stmt_location": N}; NULL when there is a problem */
    bool is_opaque;     /* PostgreSQL takes it, but its tree is too deep to be looked at; statements is NULL */
    Str problem;        /* PostgreSQL's message, or empty */
    Span place;         /* where in text the problem is */
} Parse;

typedef void (*ReadParse)(const Parse *parse, void *context);

/* Parses text and calls read() with what came of it; all of it is freed before this returns or, when memory ends,
 * leaves through the arena's guard. What read() keeps it must copy. Threads may do this at the same time. */
void parse_postgres(Str text, Arena *arena, ReadParse read, void *context);

/* ---- Reading the tree ---- */

/* The only member of an object such as {"SelectStmt": {…}}: its name, and in *node its value. "" when it is none. */
const char *node_kind(const json_t *wrapped, const json_t **node);

/* A member that is text; empty when there is none. It lives as long as the tree. */
Str node_text(const json_t *node, const char *key);

/* The text of {"String": {"sval": …}}; empty when node is something else. */
Str string_node_text(const json_t *node);

/* Where the node begins in the text of the parse; 0 when it does not say. */
size_t node_location(const json_t *node);

#endif
