/* What checks ask about a table's columns, with LIKE and AS in mind. */
#ifndef SMTPATCH_COLUMNS_H
#define SMTPATCH_COLUMNS_H

#include "checks/checker.h"

typedef enum Answer {
    ANSWER_NO,
    ANSWER_YES,
    ANSWER_UNKNOWN, /* the script does not tell: a query or a table that it does not define gives columns */
} Answer;

/* The columns of a table as the script has it, column_count of them. */
const Column *written_columns(const Checker *checker, const Table *table);

/* Whether the definition alone says what the columns are. */
bool has_own_columns_only(const CheckedTable *table);

Answer has_primary_key(const CheckedTable *table);

/* Whether there is a physical column of exactly that name. */
Answer has_column(const Checker *checker, const CheckedTable *table, Str name);

/* Whether the column is in the primary key that the table itself declares. */
bool is_in_own_primary_key(const Checker *checker, const CheckedTable *table, Str name);

/* The names of the columns in parentheses at span, (a, `b`): the next one; false after the last. *offset is the span's
 * start at first. */
bool next_column_name(const Checker *checker, Span span, uint32_t *offset, Str *name);

/* Which tables others are made of by LIKE, by their numbers. */
const bool *find_bases(const Checker *checker);

#endif
