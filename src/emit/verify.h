/* The comparison of an output with the script that it was made of, part by part as it is made. */
#ifndef SMTPATCH_VERIFY_H
#define SMTPATCH_VERIFY_H

#include "emit/form.h"
#include "pieces.h"
#include "rules/plan.h"

typedef enum Layout { LAYOUT_PRETTY, LAYOUT_KEEP } Layout;

typedef struct Verifier {
    const Script *script;
    const Pieces *out;
    Layout layout;
    Arena *arena;   /* of the problem's text */
    Arena *scratch; /* used for each part and released */
    uint32_t from;  /* the source is compared up to here, */
    PiecePlace to;  /* the output up to here */
    uint64_t comments_from, comments_to; /* sums of the comments' hashes: their order may change, nothing else */
    const PrintedForms *forms; /* in which segments were printed; NULL when there are none */
    Str problem;    /* what is wrong, for a message about a bug; empty while nothing is */
} Verifier;

/* out: empty yet. */
void verify_start(Verifier *verifier, const Script *script, const Pieces *out, Layout layout, Arena *arena,
                  Arena *scratch);

/* Tells that everything up to source_end, which is behind a statement's ';', has become what was added to the output
 * since the last call. Outside the option list of the statement's changed plan (NULL when it has none) the tokens must
 * be the same (in LAYOUT_PRETTY keywords aside from their case), inside it what the plan says. */
void verify_part(Verifier *verifier, uint32_t source_end, const Statement *statement, const Plan *plan);

/* The same for the rest of both, in which no plan changes anything but that of the last statement (NULL: there is no
 * statement in the rest); and no comment may be lost. Returns the problem. */
Str verify_end(Verifier *verifier, const Statement *statement, const Plan *plan);

#endif
