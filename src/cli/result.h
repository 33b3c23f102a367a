/* From a script and its plans to the text that is written: the layout, the rewrites, and the comparison of each step with
 * the one before it. */
#ifndef SMTPATCH_RESULT_H
#define SMTPATCH_RESULT_H

#include "cli/settings.h"

enum { RESULT_STEPS = 5 };

typedef struct ResultText {
    const FileSettings *settings;
    Arena *arena;
    Findings *findings;
    Buffer steps[RESULT_STEPS]; /* the texts, each made of the one before; freed by result_free() */
    size_t step_count;
    Str text; /* the last of them */
} ResultText;

/* Fills result->text; it is the source's own text where nothing changes. False when a step is not what it should be:
 * a finding says that this is a bug. Sorts the plans where that is asked for. Leaves through the arena's guard when
 * memory ends. */
bool result_make(ResultText *result, const Script *script, Plans *plans);

void result_free(ResultText *result);

#endif
