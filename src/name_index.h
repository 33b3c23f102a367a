/* From names to numbers: a hash table that grows in an arena. */
#ifndef SMTPATCH_NAME_INDEX_H
#define SMTPATCH_NAME_INDEX_H

#include "arena.h"

typedef struct NameIndex NameIndex;

NameIndex *name_index_new(Arena *arena);

/* The number of the name, or SIZE_MAX. */
size_t name_index_get(const NameIndex *index, Str name);

/* Gives the name this number; SIZE_MAX takes it away. The name must live as long as the index. */
void name_index_set(NameIndex *index, Str name, size_t number, Arena *arena);

#endif
