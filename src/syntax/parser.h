/* From a source to its tree. */
#ifndef SMTPATCH_PARSER_H
#define SMTPATCH_PARSER_H

#include "finding.h"
#include "syntax/tree.h"

/* What was learned from scripts: others that read like them are read faster, to the same tree. For one thread, which
 * may read any scripts, with parts of any kind; all zero at first. Their sources and trees may be gone meanwhile. */
typedef struct ParserMemory {
    Arena arena;
    struct Skeletons *skeletons;
    unsigned parts; /* that they have */
} ParserMemory;

void parser_memory_free(ParserMemory *memory);

/* The tree of source, in arena, with the parts that are wanted. memory: NULL for a script that stands alone. Each
 * syntax error is added to findings as trouble, with its place; the parser goes on at the next statement, so that all
 * of a file's errors are told. Statements with errors are not in the tree. A file of StarRocks DDL gets one error that
 * says so. Linear in the size of the source. */
Script *parse_script(Source *source, unsigned parts, ParserMemory *memory, Arena *arena, Findings *findings);

/* The columns of the table that a statement of source defines, as many as the definition says: for a script that was
 * parsed without them. In arena, which also takes what reading the statement once more needs. */
const Column *parse_columns(const Source *source, const Statement *statement, Arena *arena);

/* Who takes the statements of a script one by one. */
typedef struct StatementTaker {
    bool (*take)(void *context, const Statement *statement); /* false: memory ended */
    void *context;
    Arena *arena; /* of each statement's parts, which take() may release; has the parser's guard meanwhile */
} StatementTaker;

/* As parse_script(), but hands each statement over when its end was read, and keeps none: memory does not grow with the
 * script. Those before an error were handed over when it is found. take() must come back. */
void parse_statements(Source *source, unsigned parts, const StatementTaker *taker, ParserMemory *memory, Arena *arena,
                      Findings *findings);

#endif
