/* The publications that a PostgreSQL script leaves behind: pg_dump's output, or what people run by hand. */
#ifndef SMTPATCH_POSTGRES_PUBLICATIONS_H
#define SMTPATCH_POSTGRES_PUBLICATIONS_H

#include "finding.h"

/* What a publication sends: the option publish. */
enum { PUBLISH_INSERT = 1, PUBLISH_UPDATE = 2, PUBLISH_DELETE = 4, PUBLISH_TRUNCATE = 8, PUBLISH_ALL = 15 };

typedef struct PublishedTable {
    Str schema, table; /* as PostgreSQL keeps them: folded, without quotes */
    Str full_name;     /* schema.table */
    bool is_only;      /* tables that inherit from it are not in it */
    bool has_filter;   /* WHERE (…) */
    Str *columns;      /* of its column list */
    size_t column_count; /* 0: all columns */
    bool is_dropped;   /* ALTER PUBLICATION … DROP TABLE took it away again */
    size_t same_letters; /* the number of the next one whose name differs only in case; SIZE_MAX: none */
} PublishedTable;

typedef struct NameIndex NameIndex;
typedef struct Publications Publications;

/* That a table inherits from another or is a partition of it: then it is published with the other. */
typedef struct TableParent {
    Str full_name; /* of the table itself */
    Str schema, table; /* of the parent */
    bool is_partition;
} TableParent;

typedef struct Publication {
    const Publications *set;
    Str name;
    Source *source; /* where it was made */
    Span place;
    size_t database; /* a number for each that a \connect takes up, and each file */
    bool has_all_tables;
    bool is_via_root; /* publish_via_partition_root */
    bool is_dropped;
    unsigned operations; /* PUBLISH_… bits */
    VECTOR(PublishedTable) tables;
    VECTOR(Str) schemas;
    NameIndex *index; /* of tables */
} Publication;

struct Publications {
    Arena *arena;
    VECTOR(Publication) items; /* in the order of the scripts; dropped ones too */
    NameIndex *index;
    VECTOR(TableParent) parents;
    NameIndex *parent_index;
    Str files; /* the names of the scripts, for messages */
    size_t database_count;
    Str search_schema; /* where names without a schema belong */
};

/* All zero but arena is the empty set. Applies the CREATE, ALTER and DROP PUBLICATION statements of source in their
 * order; everything else in it is passed over. Trouble goes to findings: what PostgreSQL would refuse, with its
 * place. */
void publications_read(Publications *publications, Source *source, Findings *findings);

/* The publication of that name, which is compared as PostgreSQL keeps it; NULL when the scripts make none. */
const Publication *publications_find(const Publications *publications, Str name);

/* The name that is most like it; empty when none is. */
Str publications_nearest(const Publications *publications, Str name);

/* Whether it holds schema.table, letters' case aside, itself or by a parent or the schema; *table is the entry when it
 * is held by its own name, else NULL. arena: for scratch. */
bool publication_holds(const Publication *publication, Str schema, Str name, Arena *arena,
                       const PublishedTable **table);

#endif
