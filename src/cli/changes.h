/* What --verbose says: every change, where, to which table, by which rule. */
#ifndef SMTPATCH_CHANGES_H
#define SMTPATCH_CHANGES_H

#include "buffer.h"
#include "rules/plan.h"

/* Appends a line for each option that the plans add, change, rename or remove. Secrets show as ******. */
void report_changes(const Plans *plans, Arena *arena, Buffer *out);

#endif
