/* The options of all tables of one side of a pipeline, as the one connector there takes them. */
#ifndef SMTPATCH_PIPELINE_OPTIONS_H
#define SMTPATCH_PIPELINE_OPTIONS_H

#include "emit/upstream.h"

/* An option of a table under the pipeline's key. */
typedef struct GatheredOption {
    Str key, value;
    const Plan *plan;
    const PlannedOption *option;
    size_t order;
} GatheredOption;

typedef struct PipelineOption {
    Str key, value;
} PipelineOption;

typedef struct PipelineOptions {
    const OutputRequest *request;
    const Connector *connector; /* of the pipeline */
    const Connector *sql;       /* of the tables */
    const Plan *first;          /* the first table that was gathered */
    size_t table_count;
    VECTOR(GatheredOption) gathered;
    VECTOR(GatheredOption) refused; /* the pipeline has nothing for them */
    VECTOR(PipelineOption) merged;  /* the result, in the catalogue's order */
} PipelineOptions;

/* Takes the options of a table. id: the table's name as the pipeline writes it, or empty. */
void pipeline_gather(PipelineOptions *options, const Plan *plan, Str id);

/* Merges what was gathered: where tables differ the first one's value is taken. Says what that changes, what the
 * pipeline does not have, and what it needs and nobody set (those of `given` aside). Of a source, the defaults of SQL
 * are written out where the pipeline's are others. */
void pipeline_merge(PipelineOptions *options, const char *const *given);

#endif
