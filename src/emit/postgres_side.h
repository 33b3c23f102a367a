/* What the parts of --emit postgres share: where they write, and how SQL is put together. */
#ifndef SMTPATCH_POSTGRES_SIDE_H
#define SMTPATCH_POSTGRES_SIDE_H

#include "emit/postgres.h"

typedef struct Side {
    const OutputRequest *request;
    Arena *arena;
    Buffer *out;
    Readers readers;
    bool is_divided;    /* several servers or databases */
    VECTOR(Span) inner; /* statements inside of DO, which PostgreSQL's parser takes for text */
} Side;

typedef struct Database {
    const Reader *readers;
    size_t count;
    ServerTables tables;
    Numbers patterns;
} Database;

/* ---- Pieces */

/* A comment. */
void side_note(Side *side, Str text);

/* A comment that is a line of SQL to copy. */
void side_show(Side *side, Str sql);

/* Tells that what was written since `start` is a statement inside of a DO. */
void side_add_inner(Side *side, size_t start);

/* Items with a comma between them, each on a line. */
void side_add_lines(Side *side, const Names *items, const char *indent);

Names side_literals(Side *side, const Names *names);

/* A tag for a dollar-quoted text that holds these names: one that is in none of them. */
Str side_dollar_tag(Side *side, const Names *names);

/* ---- Tables */

int compare_table_names(const ServerTable *a, const ServerTable *b);
int compare_by_publication(const void *a, const void *b);
void sort_tables(ServerTables *tables, int (*compare)(const void *, const void *));

/* The quoted names of tables[from..to), each once; they are in order. */
Names names_between(Side *side, const ServerTables *tables, size_t from, size_t to);

/* ---- Parts */

void write_publications(Side *side, Database *database);
void write_identities(Side *side, Database *database);
void write_users(Side *side, Database *database);
void write_settings(Side *side, const Reader *readers, size_t count, const Names *slots);
void write_monitoring(Side *side, const Names *slots);

/* What is published, in the database at hand. */
void write_published(Side *side, const Reader *readers, size_t count);

#endif
