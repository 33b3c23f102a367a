/* The shapes of a script's tables: scripts have many tables and few shapes, so most of what is asked of a table was
 * asked of another one of its shape before. */
#ifndef SMTPATCH_SHAPES_H
#define SMTPATCH_SHAPES_H

#include "checks/checker.h"

enum { SHAPE_PLACES = 64, EXAMPLES = 4 };

/* The shapes that were met last. All zero is none. */
typedef struct Shapes {
    TableShape *places[SHAPE_PLACES]; /* by hashes */
    TableShape *examples[EXAMPLES];   /* those that are, each in the place of the oldest */
    size_t example_count;             /* that ever were */
    struct KnownOption *options;      /* what the catalogue said of keys lately */
} Shapes;

/* Fills in which of the options of its plan are the table's own that count. */
void find_own_options(const Checker *checker, CheckedTable *table);

/* The shape of a table whose plan, own options, connector and roles are known; NULL when it was not met lately. */
TableShape *find_shape(const Checker *checker, const CheckedTable *table, Shapes *shapes);

/* The shape of a table of which nothing is known yet, by what is written: with the plan, in scratch. NULL when that
 * does not tell. */
TableShape *find_shape_by_example(const Checker *checker, CheckedTable *table, const Shapes *shapes);

/* A new one, of which the table is the first. */
TableShape *add_shape(const Checker *checker, const CheckedTable *table, Shapes *shapes);

#endif
