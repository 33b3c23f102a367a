/* How segments are printed: as one was printed, every other of its skeleton is, with its own names and strings. */
#ifndef SMTPATCH_FORM_H
#define SMTPATCH_FORM_H

#include "arena.h"
#include "syntax/segment.h"

typedef struct PrintedForm {
    const Str *texts;  /* what is printed for each of the skeleton's parts; the first begins with the line's start */
    size_t count;
    size_t lead_size;  /* of that start */
    size_t first_size; /* of the skeleton's first part */
    bool is_source;    /* all but the first are as they stand in the source */
    uint32_t learned_at; /* where the segment starts that it is known from */
    uint16_t last_kind;  /* of its last token, */
    uint32_t last_size;  /* which is so long */
    unsigned item_indent; /* behind it */
} PrintedForm;

typedef struct PrintedForms {
    Arena *arena;
    PrintedForm **items; /* by the skeletons' numbers; NULL while none is known */
} PrintedForms;

/* How the segment is printed, or NULL. */
const PrintedForm *printed_form(const PrintedForms *forms, const Segment *segment);

/* Keeps that the segment, up to `end`, was printed so: form's last_kind, last_size and item_indent are known. Does
 * nothing when the tokens of both are not the same, keywords aside from their case. */
void printed_form_learn(PrintedForms *forms, Str text, const Segment *segment, uint32_t end, Str printed,
                        PrintedForm form);

/* Whether a segment is printed at `at` of out as its form says, which another one has taught; *end is behind it then.
 * A NUL stands behind out. */
bool printed_form_is_at(const PrintedForms *forms, Str text, const Segment *segment, Str out, uint32_t at,
                        uint32_t *end);

#endif
