/* The publication of a source, for the checks against --publication-sql. */
#ifndef SMTPATCH_CHECKS_PUBLICATION_H
#define SMTPATCH_CHECKS_PUBLICATION_H

#include "checks/checker.h"

/* The publication as the scripts leave it, where the source does not change it itself: autocreate.mode filtered makes it
 * where there is none, and since 3.1 (Debezium 1.9.8) sets its tables. NULL: there is nothing to be checked. */
const Publication *published_for(const Checker *checker, const CheckedTable *table);

/* The statement that adds a table to a publication. */
Str add_statement(const Checker *checker, const Publication *publication, Str schema, Str table);

#endif
