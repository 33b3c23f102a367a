/* From a script and its plans to the text that is written: the layout, the rewrites, and the comparison of each step
 * with the one before it. */
#ifndef SMTPATCH_RESULT_H
#define SMTPATCH_RESULT_H

#include "cli/settings.h"
#include "syntax/parser.h"

enum { RESULT_STEPS = 5 };

typedef struct ResultText {
    const FileSettings *settings;
    const Selection *selection; /* what alone may change; NULL: all of it */
    Arena *arena;
    ParserMemory *parser;
    Arena *scratch; /* may hold a plan or two while the result is made; empty otherwise */
    Findings *findings;
    Buffer steps[RESULT_STEPS]; /* the texts between, each made of the one before; freed by result_free() */
    size_t step_count;
    Buffer text;    /* of one statement; freed by result_free() */
    Pieces made;    /* what came out: slices of the source and of the last step, and what is in made.arena */
} ResultText;

/* Fills result->made, whose arena must be set; it is the source's own text where nothing changes. False when a plan
 * brought trouble, or when a step is not what it should be: then a finding says that this is a bug. Sorts the plans
 * where that is asked for. Leaves through the arena's guard when memory ends. */
bool result_make(ResultText *result, const Script *script, Plans *plans);

/* Reports problem, which a comparison found, as a bug unless it is empty. False when the result must not be used: for
 * that, or for trouble that was found before. */
bool result_accept(ResultText *result, const Source *source, Str problem);

/* Only what result_make() would find; nothing is made. */
bool result_tell(ResultText *result, const Script *script, Plans *plans);

/* result->made becomes invalid. */
void result_free(ResultText *result);

#endif
