/* Names of tables, and how a script's names are completed. */
#ifndef SMTPATCH_NAME_H
#define SMTPATCH_NAME_H

#include "arena.h"

/* A table's full name. Names are compared as written: Flink's parser keeps their case (Lex.JAVA). */
typedef struct TableName {
    Str catalog, database, table;
} TableName;

/* The identifier at span as it means: without backticks, doubled ones single. A plain one is a slice of text. */
Str identifier_value(Str text, Span span, Arena *arena);

/* The path a, a.b or a.b.c at span, completed from current (whose table is not looked at). Of a longer
 * path the last three parts count. */
TableName table_name(Str text, Span span, const TableName *current, Arena *arena);

/* What Flink's SQL client begins with. */
#define DEFAULT_TABLE_NAME ((TableName){.catalog = STR("default_catalog"), .database = STR("default_database")})

/* USE database, or USE catalog.database: changes *current. */
void use_database(Str text, Span path, TableName *current, Arena *arena);

bool table_name_equal(const TableName *a, const TableName *b);

/* An order for sorting: names that are equal stand together. */
int table_name_compare(const TableName *a, const TableName *b);

uint64_t table_name_hash(const TableName *name);

#endif
