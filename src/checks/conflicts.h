/* Facts compared: sources that claim the same for themselves alone, and what is said of them. */
#ifndef SMTPATCH_CONFLICTS_H
#define SMTPATCH_CONFLICTS_H

#include "checks/facts.h"

/* Two sources that claim the same. */
typedef struct Conflict {
    const Fact *here, *there; /* the later one, at which the finding stands, and the other */
    size_t count;             /* the sources that claim just this, when there are more than the two */
    bool is_certain;          /* of one slot: statements read two of its sources at least, so that they will meet */
    int64_t free_from;        /* of server ids: no source of that server has this one or a higher one */
} Conflict;

typedef VECTOR(Conflict) Conflicts;

/* across_files: only sources of different files, and each source once even when several files hold copies of its
 * statements (SMT's flink-create.all.sql repeats the others). Otherwise all facts are of one script. Each in the
 * order of the facts. Sorting is all that takes more than linear time. */
Conflicts conflicts_of_slots(const Facts *facts, bool across_files, Arena *arena);
Conflicts conflicts_of_numbers(const Facts *facts, bool across_files, Arena *arena); /* a slot like another's SLOT_N */
Conflicts conflicts_of_server_ids(const Facts *facts, bool across_files, Arena *arena);

/* What the findings say. */
Str slots_message(const Conflict *conflict, bool across_files, Arena *arena);
Str numbers_message(const Conflict *conflict, bool across_files, Arena *arena);
Str server_ids_message(const Conflict *conflict, bool across_files, Arena *arena);
Str server_ids_hint(const Conflict *conflict, Arena *arena);

#define SLOTS_HINT                                                                                         \
    "a slot for each: --slot 'flink_${table|slot}', or one pipeline that reads all tables through one slot: " \
    "--emit pipeline"
#define NUMBERS_HINT "let no slot's name end in '_' and a number that another one's snapshot readers may use"

/* The facts of a kind by server, those of one value (the slot's name) together, else by their own order. */
typedef struct FactList {
    const Fact **items;
    size_t count;
} FactList;

FactList facts_sorted(const Facts *facts, FactKind kind, Arena *arena);

#endif
