/* A script statement by statement, for a run in which nothing asks for the whole script: what is read of a statement
 * is forgotten behind it, so that memory holds the script, and what the rules put in. */
#ifndef SMTPATCH_STREAM_H
#define SMTPATCH_STREAM_H

#include "cli/result.h"

typedef enum StreamStatus {
    STREAM_DONE,
    STREAM_WRONG,     /* findings say why */
    STREAM_NEEDS_ALL, /* a table takes the options of another, or the layout must see more: nothing was found or made */
} StreamStatus;

/* Makes result->made of source by plans that are only promised, of a model without tables whose script is the source's.
 * planned: what the making of plans finds; that counts when the script has no syntax error. Leaves through
 * result->arena's guard when memory ends. */
StreamStatus stream_script(ResultText *result, Source *source, const Plans *plans, const Findings *planned);

#endif
