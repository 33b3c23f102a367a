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

#endif
