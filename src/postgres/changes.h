/* What the files of this folder that read publications share. */
#ifndef SMTPATCH_POSTGRES_CHANGES_H
#define SMTPATCH_POSTGRES_CHANGES_H

#include "name_index.h"
#include "postgres/parse.h"
#include "postgres/publications.h"

/* A statement under way. */
typedef struct Change {
    Publications *set;
    Source *source;
    Findings *findings;
    uint32_t start; /* of the statement in the source */
    Span statement;
    bool is_about_publications; /* else what PostgreSQL says against it does not matter */
} Change;

/* The key of a table in a publication's index; the same for names that differ in case only. A schema of the publication
 * stands there as a table without a name. */
Str published_key(Arena *arena, Str schema, Str name);

/* ---- changes.c ---- */

/* What PostgreSQL would refuse: the statement as a whole, or (refuse_at) what stands at `location` in it. */
void refuse(Change *change, Str message, Str hint);
void refuse_at(Change *change, size_t location, Str message);

#define change_format(change, ...) arena_format((change)->set->arena, __VA_ARGS__)
#define SHOWN(text) (int)(text).size, (text).data

/* The schema of a table's name; the first of the search path when it has none. */
Str range_schema(const Change *change, const json_t *range);

/* Applies what came of the statement that change tells of. */
void apply_statement(Change *change, const Parse *parse);

/* ---- objects.c ---- */

typedef enum ObjectAction {
    OBJECTS_MAKE, /* of CREATE and SET: one that is named twice does no harm */
    OBJECTS_ADD,
    OBJECTS_DROP,
} ObjectAction;

/* Adds or takes away the tables and schemas of a CREATE or ALTER PUBLICATION. */
void change_objects(Change *change, Publication *publication, const json_t *node, ObjectAction action);

void clear_objects(Change *change, Publication *publication);

#endif
