/* What an INSERT does to the columns of its source, as the transform of a YAML pipeline. */
#ifndef SMTPATCH_TRANSFORM_H
#define SMTPATCH_TRANSFORM_H

#include "emit/columns.h"
#include "emit/simple_select.h"
#include "emit/upstream.h"

/* Names for the pipeline's option metadata.list. */
enum { METADATA_OP_TS = 1, METADATA_DATABASE = 2 };

/* Empty texts say nothing. */
typedef struct Transform {
    Str projection, filter, keys;
    unsigned metadata; /* METADATA_… bits: what the projection needs besides the columns */
    bool is_broken;    /* it is not what the flow does */
} Transform;

/* The transform of a flow whose query was read as select. What it cannot say goes to the findings as errors. */
Transform transform_of(const OutputRequest *request, const Flow *flow, const SimpleSelect *select,
                       const Upstream *source);

static inline bool transform_is_empty(const Transform *transform) {
    return transform->projection.size == 0 && transform->filter.size == 0 && transform->keys.size == 0;
}

bool transform_equal(const Transform *a, const Transform *b);

#endif
