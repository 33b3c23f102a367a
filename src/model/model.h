/* What a script means: its tables by their full names, who reads them and who writes them. */
#ifndef SMTPATCH_MODEL_H
#define SMTPATCH_MODEL_H

#include "model/name.h"
#include "role.h"
#include "syntax/tree.h"

typedef struct Table Table;

struct Table {
    const Statement *statement;
    const TableDefinition *definition;
    TableName name;
    const Table *like;  /* the table after LIKE whose options it takes, when it stands before it in the script */
    unsigned roles;     /* ROLE_… bits that the script's statements give it; 0 when no statement says */
    size_t like_depth;  /* how many tables `like` leads to */
    Table *same_bucket; /* of the model's index */
};

/* Further than this LIKE is not followed. */
enum { LIKE_DEPTH_MAX = 64 };

typedef struct Model {
    const Script *script;
    Table *tables; /* in the order of the text */
    size_t table_count;
    Table **buckets;
    size_t bucket_count; /* a power of two */
} Model;

/* The model of script, in arena. Names are completed by the USE statements before them, else by Flink's defaults
 * (default_catalog, default_database). Frozen statements are part of it. Linear in the size of the script. */
Model *model_build(const Script *script, Arena *arena);

/* The table of that name whose definition stands last before `offset`; failing that, the first one after it; NULL
 * when the script defines none. */
Table *model_find(const Model *model, const TableName *name, uint32_t offset);

#endif
