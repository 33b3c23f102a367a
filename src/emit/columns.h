/* The columns of a table's definition by their names. */
#ifndef SMTPATCH_COLUMNS_H
#define SMTPATCH_COLUMNS_H

#include "emit/name_pattern.h"
#include "model/model.h"

typedef struct NamedColumn {
    Str name;
    const Column *column;
} NamedColumn;

typedef struct Columns {
    const Table *table;
    VECTOR(NamedColumn) items; /* physical, metadata and computed ones in their order */
    NamedColumn *by_name;
    Names key;       /* of PRIMARY KEY */
    bool is_partial; /* others come by LIKE or AS */
    bool is_plain;   /* all of them are physical */
} Columns;

Columns columns_of(const Script *script, const Table *table, Arena *arena);

/* NULL when the definition has none of that name. */
const NamedColumn *columns_find(const Columns *columns, Str name);

/* Adds the names of a list with its parentheses: (a, b). */
void column_list(Str text, Span list, Arena *arena, Names *names);

#endif
