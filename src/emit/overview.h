/* What a person wants to know of a table at a glance, for the outputs that are looked at: effective values, by
 * whichever option they were given. */
#ifndef SMTPATCH_OVERVIEW_H
#define SMTPATCH_OVERVIEW_H

#include "emit/output.h"

typedef struct OverviewTable OverviewTable;

struct OverviewTable {
    const Plan *plan;
    unsigned roles;  /* plan_roles() */
    Str connector;
    Str server;      /* host:port, or the like; never with a user or a password */
    Str database, schema, table; /* upstream; what no option says is empty */
    Str slot, publication;       /* of a PostgreSQL source */
    size_t slot_users;           /* how many sources of the script use this slot of this server; 0 without a slot */
    const OverviewTable *slot_first; /* the first of them */
};

typedef struct Overview {
    OverviewTable *tables; /* one for each table of the model, in its order */
    size_t count;
    bool hides_catalog, hides_database; /* the same in all names, so not worth the room */
} Overview;

/* texts are as they mean; see printable_text(). */
Overview overview_make(const OutputRequest *request);

/* The table's name without what all names share. */
Str overview_name(const Overview *overview, const TableName *name, Arena *arena);

/* db.schema.table, of what there is; `from_schema` leaves the database out. */
Str overview_upstream(const OverviewTable *table, bool from_schema, Arena *arena);

/* For each flow of the model the statement that begins its statement set: BEGIN STATEMENT SET, or the one that holds
 * all of it; NULL for a flow outside of any. */
const Statement *const *overview_sets(const OutputRequest *request);

#endif
