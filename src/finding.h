/* What smtpatch has to say about an input: gathered as data by every stage, printed at the end by report/. */
#ifndef SMTPATCH_FINDING_H
#define SMTPATCH_FINDING_H

#include "source.h"

typedef enum Severity {
    SEVERITY_OFF,
    SEVERITY_INFO,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
    SEVERITY_TROUBLE, /* printed as an error; nothing is written for that input, exit 2 */
    SEVERITY_BUG,     /* an internal check failed: exit 70 */
} Severity;

typedef struct Finding {
    Severity severity;
    const char *id;    /* of the check; NULL for trouble and notes */
    Source *source;    /* NULL when it has no place in a text */
    Span span;         /* what the caret shows */
    Str file;          /* the input's name, when there is no source */
    Place place;       /* in that file, when it is known; else all zero */
    Str message;
    Str hint;          /* beside the caret; may be empty */
    size_t number;     /* for findings_sort() */
} Finding;

typedef struct Findings {
    Arena *arena;
    VECTOR(Finding) list;
    Severity worst;
} Findings;

/* All messages live in the findings' arena. */
void finding_add(Findings *findings, Finding finding);

/* Trouble at a place of a source. The strings must live as long as the findings. */
void finding_trouble(Findings *findings, Source *source, Span span, Str message, Str hint);

/* Puts the findings from index `from` on in the order of their places; at one place in that of the checks' ids, those
 * of one check in the order in which they were added. */
void findings_sort(Findings *findings, size_t from);

/* Trouble with a file as a whole. */
void finding_file_trouble(Findings *findings, Str file, Str message);

#endif
