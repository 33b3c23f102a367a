/* The tables of a script, made ready for the checks. */
#ifndef SMTPATCH_TABLES_H
#define SMTPATCH_TABLES_H

#include "checks/checker.h"

/* Fills checker->tables, its secrets and, by its collector, its facts; all but these is set. Plans that were only
 * promised are made here, and kept for the first table of each shape: what they have to tell, trouble too, goes to the
 * findings of who promised them. */
void look_at_tables(Checker *checker);

/* Asks for the definition of the table of that number, if there is one, for who comes to it soon (prefetch.h). */
void prefetch_definition(const Checker *checker, size_t number);

/* Whether ALTER TABLE ... SET, or a hint OPTIONS(...) of a query, may give tables other options than their definitions
 * say. */
bool options_may_change(const Checker *checker);

#endif
