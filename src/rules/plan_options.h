/* A plan's options: finding one by its key, and what the actions of rules do with them. Only src/rules/ changes plans,
 * and --fix. */
#ifndef SMTPATCH_PLAN_OPTIONS_H
#define SMTPATCH_PLAN_OPTIONS_H

#include "rules/plan.h"

/* The table's options as they are written, in arena. text: of the script. */
void plan_start(Plan *plan, const Table *table, Str text, Arena *arena);

/* The last of that key among the plan's own that are not removed, or NULL. */
const PlannedOption *plan_own_option(const Plan *plan, Str key);

/* What a rule's template gives. */
typedef struct RuleValue {
    Str text;
    bool is_secret; /* it took something from a secret */
} RuleValue;

/* Gives the key a value: an option is changed, or added (in arena). effective: the option that Flink would use now,
 * which LIKE may bring; nothing changes where it has that value. */
void plan_set_option(Plan *plan, const PlannedOption *effective, Str key, RuleValue value, const Action *action,
                     Arena *arena);

/* Takes every option of the key away; of all keys that begin so when it ends in '*'. */
void plan_unset_option(Plan *plan, Str key, const Action *action);

/* Like mv: what stood under the new key before is gone. Of several options with the old key the last one counts. */
void plan_rename_option(Plan *plan, Str old, Str new, const Action *action, Arena *arena);

/* False also for rules whose effects cancel out (set, then unset). */
bool plan_differs_from_source(const Plan *plan);

#endif
