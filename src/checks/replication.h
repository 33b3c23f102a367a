/* What the checks of replication ask of a source: the values that run, whoever sets them. */
#ifndef SMTPATCH_REPLICATION_H
#define SMTPATCH_REPLICATION_H

#include "checks/registry.h"

typedef enum Autocreate {
    AUTOCREATE_ALL_TABLES,
    AUTOCREATE_FILTERED,
    AUTOCREATE_DISABLED,
    AUTOCREATE_UNKNOWN, /* no value that Debezium 1.9 knows */
} Autocreate;

static inline bool is_postgres(const CheckedTable *table) { return is_connector(table, "postgres-cdc"); }
static inline bool is_mysql(const CheckedTable *table) { return is_connector(table, "mysql-cdc"); }

/* Whether the option is 'true', as Flink reads a boolean. */
bool is_set_true(const Checker *checker, const CheckedTable *table, const char *key);

/* Whether a table or schema name, which is a regular expression to the connector, plainly means more than one. */
bool is_pattern(Str name);

/* The Flink table's own name, for messages. */
Str name_of(const Checker *checker, const CheckedTable *table);

/* The line on which the table is defined. */
size_t line_of(const Checker *checker, const CheckedTable *table);

/* Of a postgres-cdc source: its slot and the option that sets it (NULL: none); the slot is empty when there is none. */
const PlannedOption *slot_option(const Checker *checker, const CheckedTable *table);
Str slot_of(const Checker *checker, const CheckedTable *table);

Str plugin_of(const Checker *checker, const CheckedTable *table);
bool uses_pgoutput(const Checker *checker, const CheckedTable *table);
Str publication_of(const Checker *checker, const CheckedTable *table);
Autocreate autocreate_of(const Checker *checker, const CheckedTable *table);

/* The key of the option, without the prefix of Debezium's properties; empty when it has none. */
Str debezium_property(const PlannedOption *option);

/* Whether the parallel readers of its snapshot use slots of their own, SLOT_0, SLOT_1, … */
bool has_numbered_slots(const Checker *checker, const CheckedTable *table);

/* ---- One finding for many tables */

typedef struct Concerned {
    const CheckedTable *table; /* the first */
    Str key;                   /* of its option at which it fires; empty: at the table's name */
    size_t count;
} Concerned;

/* One more table, and the key of what concerns it, as in Concerned; frozen ones and those at which allow(…) stands do
 * not count. */
void concern(Checker *checker, Concerned *concerned, const CheckedTable *table, Str key);

/* Fires at the first, saying how many there are; not at all when there is none. */
void fire_concerned(Checker *checker, const Concerned *concerned, Str message, Str hint);

/* Whether a debezium.* option does nothing at all in this table's mode and release, so that it can go. */
bool property_has_no_effect(const Checker *checker, const CheckedTable *table, Str key);

/* The value of an upstream name without the anchors for which the source would find no table, see table-name-anchor;
 * empty where there are none (structure.c). */
Str without_inner_anchors(const CheckedTable *table, const PlannedOption *option);

#endif
