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
    uint64_t name_hash; /* table_name_hash() of it */
    const TableName *like_name; /* after LIKE; NULL without it */
    const Table *like;  /* the table after LIKE whose options it takes, when it stands before it in the script */
    unsigned roles;     /* ROLE_… bits that the script's statements give it; 0 when no statement says */
    bool is_repeated;   /* another one of the name stands before it */
    bool makes_nothing; /* has IF NOT EXISTS, and is one of the others */
    size_t like_depth;  /* how many tables `like` leads to */
    Table *same_bucket; /* of the model's index, in which the first table of each name stands */
    VECTOR(Table *) same_name; /* of that one: the others of the name, in the order of the text */
    size_t read_mark;   /* for model_build() */
};

/* A view, or a materialized table: the script's tables that its query leads to, through other views too. */
typedef struct View View;

struct View {
    TableName name;
    uint32_t offset; /* of its statement */
    Table **sources;
    size_t source_count;
    View *same_bucket;
};

/* Data on its way: an INSERT, or CREATE TABLE … AS. */
typedef struct Flow {
    const Statement *statement;
    const Insert *insert; /* NULL for CREATE TABLE … AS */
    Table *target;        /* NULL when the script does not define it */
    TableName target_name;
    Table **sources;      /* of the script's tables, each once, through its views */
    size_t source_count;
    bool reads_others;    /* also tables that the script does not define */
    bool copies;          /* plainly SELECT * FROM its one source */
    size_t job;           /* from 1; what stands in one statement set is one job */
} Flow;

/* The name that it is written to, as the script has it. */
static inline Span flow_target(const Flow *flow) { return flow->insert ? flow->insert->target : flow->statement->name; }

/* Further than this LIKE is not followed. */
enum { LIKE_DEPTH_MAX = 64 };

typedef struct Model {
    const Script *script;
    Table *tables; /* in the order of the text */
    size_t table_count;
    Table **buckets;
    View **view_buckets;
    size_t bucket_count; /* a power of two; of both */
    bool has_views;
    Flow *flows;         /* in the order of the text */
    size_t flow_count;
    bool has_like;       /* a table takes the options of another */
} Model;

/* The model of script, in arena. Names are completed by the USE statements before them, else by Flink's defaults
 * (default_catalog, default_database). Frozen statements are part of it. Linear in the size of the script. */
Model *model_build(const Script *script, Arena *arena);

/* The table of that name whose definition stands last before `offset`, those with IF NOT EXISTS behind another aside;
 * failing that, the first one after it; NULL when the script defines none. */
Table *model_find(const Model *model, const TableName *name, uint32_t offset);

/* The table that a CREATE TABLE defines, for who looks at it alone: its statement, definition and name. */
Table table_alone(Str text, const Statement *statement, const TableName *current, Arena *arena);

/* Whether a CREATE has IF NOT EXISTS, and so does nothing where there is one of the name. */
bool model_is_conditional(Str text, const Statement *statement);

/* Changes the catalog and database in force when the statement is a USE; they begin as DEFAULT_TABLE_NAME. */
void model_apply_use(Str text, const Statement *statement, TableName *current, Arena *arena);

#endif
