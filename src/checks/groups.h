/* Tables to which the same advice applies, so that it is given once. */
#ifndef SMTPATCH_GROUPS_H
#define SMTPATCH_GROUPS_H

#include "checks/checker.h"

typedef struct GroupItem {
    Str key; /* what the tables of a group have in common */
    const CheckedTable *table;
    const PlannedOption *option; /* what the advice is about; may be NULL */
    size_t number;
} GroupItem;

typedef struct Groups {
    VECTOR(GroupItem) items; /* by key; those of one key in the order of the script */
    size_t next;
} Groups;

/* Fills in key and option of the item for a table; false: it belongs to no group. */
typedef bool (*PickTable)(const Checker *checker, const CheckedTable *table, GroupItem *item);

/* The groups of the tables that are not frozen. may_pick holds of all tables of a shape or of none (holds_of_shape());
 * where it does, pick is asked. */
Groups group_tables(const Checker *checker, TablePredicate may_pick, PickTable pick);

/* The next group: its first item, and in *count how many there are. NULL at the end. */
const GroupItem *next_group(Groups *groups, size_t *count);

/* Of the group that starts at item, those at which no allow(…) stands: the first, and in *count how many. NULL: none.
 * Call it when there is something to be said. */
const GroupItem *leave_out_allowed(Checker *checker, const GroupItem *item, size_t *count);

/* "" for one; else " (so it is in 18 more tables)". */
Str others_text(const Checker *checker, size_t count);

#endif
