/* Facts: what sources claim on a server for themselves alone. They are compared within a script and over all files of a
 * run. */
#ifndef SMTPATCH_FACTS_H
#define SMTPATCH_FACTS_H

#include "checks/checker.h"

/* Gathers slots of postgres-cdc and server ids of mysql-cdc to checker->facts (which is empty before). All texts are
 * the script's or the checker's arena's: use facts_copy() to keep them. */
Collector *facts_collector(Checker *checker);

/* Those of one table, whose plan is made. To be called for all tables in their order, */
void facts_add(Collector *collector, const CheckedTable *table);

/* and this behind them: then all secrets are known, and the slots are sorted, for all who ask for them. */
void facts_end(Checker *checker);

/* Adds copies of all facts that live in to_arena, texts included. */
void facts_copy(const Facts *from, Facts *to, Arena *to_arena);

/* Reads N or N-M as ServerIdRange.from() does (flink-connector-mysql-cdc); false when that throws. */
bool server_ids_parse(Arena *arena, Str text, int64_t *first, int64_t *last);

/* ---- Comparing */

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
