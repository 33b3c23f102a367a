/* The publications of sources, for the checks against --publication-sql. */
#ifndef SMTPATCH_PUBLICATION_FILE_H
#define SMTPATCH_PUBLICATION_FILE_H

#include "checks/replication.h"

/* The source's publication as the scripts leave it, where the source does not change it itself: autocreate.mode
 * filtered makes it where there is none, and since 3.1 (Debezium 1.9.8) sets its tables. NULL: there is nothing to be
 * checked. */
const Publication *published_for(const Checker *checker, const CheckedTable *table);

/* The statement that adds a table to a publication. */
Str add_statement(const Checker *checker, const Publication *publication, Str schema, Str table);

#endif
