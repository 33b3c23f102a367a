/* What --emit can print besides SQL: views of the script as the rules leave it. One output a file; the table of all of
 * them feeds the command line and the help. */
#ifndef SMTPATCH_OUTPUT_H
#define SMTPATCH_OUTPUT_H

#include "buffer.h"
#include "postgres/publications.h"
#include "model/session.h"
#include "rules/plan.h"

typedef struct OutputRequest {
    const Script *script;
    const Plans *plans;
    Release release;    /* of Flink CDC; all zero is the newest */
    const PreludeSetting *prelude; /* go before what the script sets */
    size_t prelude_count;
    const Publications *publications; /* of --publication-sql; NULL when it was not given */
    size_t width;       /* columns of the terminal; 0 when the output goes elsewhere */
    Arena *arena;
    Findings *findings; /* for what cannot be carried over; an error there makes the exit status 1 */
    Buffer *out;
} OutputRequest;

typedef struct Output {
    const char *name;
    const char *summary; /* a phrase for the help */
    void (*print)(const OutputRequest *request);
} Output;

void emit_tables(const OutputRequest *request);
void emit_json(const OutputRequest *request);
void emit_dot(const OutputRequest *request);
void emit_postgres(const OutputRequest *request);
void emit_pipeline(const OutputRequest *request);

/* The output of that name, or NULL. "sql" is none of them. */
const Output *output_find(const char *name);

/* The outputs in the order of the help, from 0; NULL after the last (ask no further). */
const Output *output_at(size_t index);

#endif
