/* A table's statement in layout pretty: as any other but for its options, which are the plan's. */
#ifndef SMTPATCH_PRETTY_TABLE_H
#define SMTPATCH_PRETTY_TABLE_H

#include "emit/printer.h"
#include "rules/plan.h"

/* Prints the statement that the printer has started, which the plan is for. arena: of what is needed meanwhile. */
void print_table(Printer *printer, const Plan *plan, Arena *arena);

#endif
