/* --emit pipeline: the script's work as YAML pipelines of Flink CDC 3. */
#ifndef SMTPATCH_PIPELINE_H
#define SMTPATCH_PIPELINE_H

#include "emit/pipeline_options.h"
#include "emit/transform.h"

/* A flow that a pipeline can do. */
typedef struct Copy {
    const Flow *flow;
    Upstream source;
    const Plan *sink;
    Str load_url; /* of the sink's server: the first address */
    Str captured; /* the source's name for the option tables: db.table, or db.schema.table */
    Str id;       /* its name for route and transform: db.table, or schema.table (PostgreSQL, unless
                     table-id.include-database is set) */
    Str target;   /* the sink's: db.table */
    Transform transform;
    bool is_again; /* the same source was seen before in the document */
    bool needs_route;
    bool is_left_out; /* it changes the rows in another way than the first copy of its source */
    size_t order;
} Copy;

/* A source database and a sink server. */
typedef struct Document {
    Copy *copies; /* by their order in the script */
    size_t count;
    PipelineOptions source, sink;
    Str slot; /* empty where the source has none */
    Str metadata;
    Names old_slots; /* that the slot stands for */
    Str publication;
} Document;

typedef VECTOR(Copy) Copies;

typedef struct Pipelines {
    const OutputRequest *request;
    Copies copies;
    VECTOR(Document) documents;
    Str name; /* pipeline.name, or empty */
    Str time_zone;
    Str parallelism;
    Names settings; /* that belong into Flink's configuration */
} Pipelines;

/* The flows of the script that a pipeline can do, in their order; for each other one the findings say why not. */
Copies pipeline_copies(const OutputRequest *request);

bool is_postgres_document(const Document *document);

/* Gives each document of PostgreSQL its one slot. */
void pipeline_slots(Pipelines *pipelines);

/* Looks at what is no flow: takes the settings that a pipeline has, says what has no place in one. */
void pipeline_look_at_script(Pipelines *pipelines);

#endif
