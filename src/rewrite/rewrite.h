/* Changes to a script beyond its options: whole statements added, moved or renamed. Each takes a parsed script and
 * appends a new text; what it does not mean to change stays byte for byte. Done twice, each changes nothing. What they
 * cannot do is told by …_findings(), which take the script as its user wrote it, so that places are the user's. */
#ifndef SMTPATCH_REWRITE_H
#define SMTPATCH_REWRITE_H

#include "buffer.h"
#include "finding.h"
#include "model/name.h"
#include "model/session.h"
#include "syntax/tree.h"

/* Gathers the INSERTs at the script's end, in their order, between BEGIN STATEMENT SET; and END; (Flink 1.13). Sets
 * that are there, in both forms, are joined. Comments right above an INSERT, and behind it on its line, go with it.
 * INSERTs before a SET, RESET, USE or another statement that could change what they mean stay where they are. */
void gather_inserts(const Script *script, Arena *arena, Buffer *out);
void gather_findings(const Script *script, Arena *arena, Findings *findings);

/* Makes sure that the script sets each key to its value before its first job: every SET of the key that is there is
 * changed in place, in its own form; one that is missing goes to the top, behind the leading comments. */
void set_prelude(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena, Buffer *out);
void prelude_findings(const Script *script, const PreludeSetting *settings, size_t count, Arena *arena,
                      Findings *findings);

/* A table's new name; the catalog and database stay. */
typedef struct Rename {
    TableName table;
    Str new_name;
} Rename;

/* Renames tables where they are defined and everywhere the script uses them: INSERTs, queries (also as the qualifier of
 * a column), LIKE, views, and ALTER, DROP, DESCRIBE and their like. */
void rename_tables(const Script *script, const Rename *renames, size_t count, Arena *arena, Buffer *out);
/* Trouble when two tables would have one name. */
void rename_findings(const Script *script, const Rename *renames, size_t count, Arena *arena, Findings *findings);

/* What a rewrite was to change. */
typedef struct Meant {
    const Rename *renames;
    size_t rename_count;
    const PreludeSetting *settings; /* that the rewrite set; none for the others */
    size_t setting_count;
} Meant;

/* Compares a rewritten script with the one it was made of: every statement but the frames of statement sets must be
 * there with the same tokens (names of renamed tables aside), INSERTs in their order and the others in theirs, and
 * every comment. A SET of a key that was to be set has the new value, and only such SETs may be new, at the top. Empty,
 * or what is wrong. */
Str verify_rewrite(const Script *before, const Script *after, const Meant *meant, Arena *arena);

#endif
