/* What publications.c and changes.c, which applies statements, share. */
#ifndef SMTPATCH_POSTGRES_CHANGES_H
#define SMTPATCH_POSTGRES_CHANGES_H

#include "postgres/name_index.h"
#include "postgres/publications.h"

/* The key of a table in a publication's index; the same for names that differ in case only. */
Str published_key(Arena *arena, Str schema, Str name);

#endif
