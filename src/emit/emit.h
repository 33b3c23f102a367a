/* The SQL outputs: a script with its plans goes in, text comes out, each statement compared with its source at once. */
#ifndef SMTPATCH_EMIT_H
#define SMTPATCH_EMIT_H

#include "emit/verify.h"
#include "syntax/selection.h"

typedef struct Emission {
    const Script *script;
    const Plans *plans;
    const Selection *selection; /* what alone emit_pretty() lays out, all else stays byte for byte; NULL: all of it */
    Arena *scratch;   /* of one statement's making */
    Pieces *out;      /* empty at first; slices of the source, and what is new */
    Buffer *text;     /* of one statement; the caller's, who frees it */
    Str problem;      /* what the comparison found, for a message about a bug; empty when all is well */
} Emission;

/* The script with only the options changed as the plans say; everything else byte for byte. A new option goes behind
 * the last one, in its style; a removed one takes its comma along, and its line if nothing else is on it. Comments
 * stay. */
void emit_keep(Emission *emission);

/* The same table by table: keep_start(), keep_table() for each of the script's tables in their order, keep_end(). Of
 * the emission script (of which the source is enough), scratch and out are used, and problem is set at the end. */
typedef struct KeepEmission {
    Emission *emission;
    Verifier verifier;
    uint32_t from; /* the source is in the output up to here */
    bool is_done;  /* the last statement was written, which has no ';' */
} KeepEmission;

void keep_start(KeepEmission *keep, Emission *emission);
void keep_table(KeepEmission *keep, const Plan *plan);
void keep_end(KeepEmission *keep);

/* The script in the canonical style. Printing the result again changes nothing. */
void emit_pretty(Emission *emission);

/* The same statement by statement: pretty_start(), pretty_statement() for each of the script's statements in their
 * order, with its plan if it has one, pretty_end(). Of the emission script (of which the source is enough), scratch,
 * out and text are used; problem is set at the end. False when the script has a region that stays as it is: then only
 * emit_pretty() can print it. */
typedef struct Pretty Pretty;

Pretty *pretty_start(Emission *emission);
bool pretty_statement(Pretty *pretty, const Statement *statement, const Plan *plan);
bool pretty_end(Pretty *pretty);

#endif
