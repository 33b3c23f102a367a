/* Names and texts as PostgreSQL's SQL must write them. */
#ifndef SMTPATCH_POSTGRES_QUOTE_H
#define SMTPATCH_POSTGRES_QUOTE_H

#include "arena.h"

/* The name in quotes where it needs them, as quote_identifier() of PostgreSQL 15 decides: not all small letters, digits
 * and underscores, or a keyword that is not free everywhere. */
Str quote_identifier(Arena *arena, Str name);

/* schema.table, each quoted where it needs to be. */
Str quote_table(Arena *arena, Str schema, Str table);

/* The text as a literal: quotes doubled; E'…' where it holds a backslash, so that it means the same whatever
 * standard_conforming_strings says. */
Str quote_literal(Arena *arena, Str text);

#endif
