/* The table of all checks, made at build time of grammar/checks.txt. */
#ifndef SMTPATCH_REGISTRY_H
#define SMTPATCH_REGISTRY_H

#include "checks/checker.h"

struct CheckEntry {
    const char *id;
    Severity severity;   /* unless lint.ID says otherwise */
    const char *summary; /* one line */
    const char *page;    /* for --explain */
    bool is_by_shape;    /* what it says of a table, something or nothing, it says of all of the table's shape */
    void (*check_table)(Checker *checker, const CheckedTable *table); /* called for each table that is not frozen */
    void (*check_script)(Checker *checker);                           /* called once; one of the two is set */
};

/* The functions of the checks, check_ID() for each id. */
#define CHECK_TABLE(function) void function(Checker *checker, const CheckedTable *table);
#define CHECK_SCRIPT(function) void function(Checker *checker);
#include "check_functions.inc"

size_t check_count(void);

/* The checks by id; NULL after the last. */
const CheckEntry *check_at(size_t index);

/* Its number, or SIZE_MAX. */
size_t check_index(Str id);

/* The known id that is most like the text; empty when none is. */
Str check_nearest(Str id);

/* Runs every check over a script as its plans leave it. Findings go to findings, facts for run_checks() to facts; all
 * of it lives in arena. Plans that were only promised are made now, most of them in scratch; if that gives trouble, no
 * check runs. */
void script_checks(const Script *script, const Plans *plans, const CheckSettings *settings, Arena *arena,
                   Arena *scratch, Findings *findings, Facts *facts);

/* Compares the facts of all files of a run, gathered by facts_copy(). Those of one file were compared by
 * script_checks(). The findings have no source, but a file and a place in it. */
void run_checks(const Facts *facts, const Severity *severities, Arena *arena, Findings *findings);

#endif
