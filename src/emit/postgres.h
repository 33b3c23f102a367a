/* --emit postgres: what the script needs on PostgreSQL's side. */
#ifndef SMTPATCH_EMIT_POSTGRES_H
#define SMTPATCH_EMIT_POSTGRES_H

#include "emit/name_pattern.h"
#include "emit/upstream.h"

/* A source table that postgres-cdc reads. */
typedef struct Reader {
    Upstream at;
    Str slot;          /* empty when none is named */
    Str publication;   /* empty when the source reads without one */
    bool has_plugin;   /* the script names the decoding plug-in */
    bool needs_full;   /* REPLICA IDENTITY FULL */
    bool via_root;     /* it reads partitioned tables by their root */
    bool has_backfill; /* its snapshot readers take a slot each */
    size_t order;
} Reader;

/* A table of the server. */
typedef struct ServerTable {
    Str schema, table;
    Str publication, user;
    bool needs_full;
    bool is_heartbeat; /* written by debezium.heartbeat.action.query */
    bool via_root;
} ServerTable;

typedef VECTOR(ServerTable) ServerTables;
typedef VECTOR(Reader) Readers;

/* The script's readers by server and database, in the script's order within one. */
Readers postgres_readers(const OutputRequest *request);

/* Of readers[0..count): those of the same server (host and port), and of the same database there. */
size_t server_length(const Reader *readers, size_t count);
size_t database_length(const Reader *readers, size_t count);

/* Adds the tables that the readers capture and those that their heartbeats write. patterns gets the numbers of the
 * readers whose tables a pattern tells that is no list of names. */
typedef VECTOR(size_t) Numbers;
void postgres_tables(const OutputRequest *request, const Reader *readers, size_t count, ServerTables *tables,
                     Numbers *patterns);

/* Replication slots that the readers of a server have open at the same time. */
size_t postgres_slot_count(const Reader *readers, size_t count, size_t parallelism, Arena *arena);

/* The different slots that they name, in the order of the names. */
Names postgres_slot_names(const Reader *readers, size_t count, Arena *arena);

#endif
