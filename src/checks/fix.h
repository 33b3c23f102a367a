/* What --fix mends in a script: nothing that could change what a working script does. */
#ifndef SMTPATCH_FIX_H
#define SMTPATCH_FIX_H

#include "checks/checker.h"

/* Mends, in the plans, options of the script that no rule touched: those that the connector does not have, but whose
 * right name the catalogue knows, get it (a working script has none of them); properties of Debezium that the checks
 * know to have no effect go. Frozen statements stay. */
void script_fixes(const Script *script, Plans *plans, const CheckSettings *settings, Arena *arena);

#endif
