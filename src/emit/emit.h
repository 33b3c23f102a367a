/* The SQL outputs: a script with its plans goes in, text comes out. */
#ifndef SMTPATCH_EMIT_H
#define SMTPATCH_EMIT_H

#include "buffer.h"
#include "rules/plan.h"

typedef enum Layout { LAYOUT_PRETTY, LAYOUT_KEEP } Layout;

/* Appends the script with only the options changed as the plans say; everything else byte for byte. A new option
 * goes behind the last one, in its style; a removed one takes its comma along, and its line if nothing else is on
 * it. Comments stay. */
void emit_keep(const Script *script, const Plans *plans, Arena *arena, Buffer *out);

/* Appends the script in the canonical style. Printing the result again changes nothing. */
void emit_pretty(const Script *script, const Plans *plans, Arena *arena, Buffer *out);

/* Compares an emitted script with the one it was made of, token by token: outside the option lists of changed plans
 * the tokens must be the same (in LAYOUT_PRETTY keywords aside from their case), inside them what the plan says, and no
 * comment may be lost. Empty, or what is wrong, for a message about a bug. out must have a NUL behind its text. */
Str verify_output(const Script *script, const Plans *plans, Layout layout, Str out, Arena *arena);

#endif
