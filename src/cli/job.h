/* One input on its way through all the stages. */
#ifndef SMTPATCH_JOB_H
#define SMTPATCH_JOB_H

#include "checks/checker.h"
#include "cli/progress.h"
#include "cli/result.h"
#include "cli/settings.h"
#include "report/record.h"
#include "save.h"

typedef enum ExitStatus { EXIT_FINE = 0, EXIT_FOUND = 1, EXIT_TROUBLE = 2, EXIT_BUG = 70 } ExitStatus;

/* What is to be done with an input. The lists of rules are applied in their order, weakest first. */
typedef struct JobOrder {
    const char *path; /* "-" is standard input */
    const char *name; /* as messages show it */
    FileSettings settings;
    const RuleList *rules;
    size_t rule_list_count;
    bool is_broken; /* its rules file is: nothing may be done */
    bool is_alone;  /* the run's only input: its facts are compared with no others */
} JobOrder;

typedef struct JobResult {
    Pieces text;     /* for standard output: the script as it was made, or */
    Buffer output;   /* something else */
    Buffer messages; /* for standard error: findings as text, and what --verbose says */
    FindingRecords records; /* the findings, when they are not printed as text */
    Facts facts;  /* for the comparison with other inputs */
    Arena arena;  /* of the records, the facts and the text */
    Buffer source;   /* the input, which the text is slices of */
    ResultText made; /* the same */
    size_t matches;  /* tables that the command line's rule was for */
    Replacement replacement; /* in place: of the file, where something changes */
    const char *problem; /* with that, or NULL */
    bool is_replaced; /* its directory is to be synced */
    ExitStatus status;
} JobResult;

/* What a job leaves to the next one of the same thread; all zero at first. */
typedef struct JobMemory {
    Matcher matcher;
    ParserMemory parser;
} JobMemory;

void job_memory_free(JobMemory *memory);

/* Does it. Nothing is printed; in place, the file's new contents are written, but not yet in its place. Jobs of
 * different orders may run at the same time, each with a memory of its own; what they have done is counted in
 * progress. */
void job_run(const JobOrder *order, const Settings *settings, bool has_color, Progress *progress, JobMemory *memory,
             JobResult *result);

/* What follows in place, each of them for all of some jobs before the next one: lets the disk begin with the new
 * contents, */
void job_flush(const JobResult *result);

/* waits until they are on it, */
void job_sync(JobResult *result);

/* and replaces the file. */
void job_end(const JobOrder *order, const Settings *settings, bool has_color, JobResult *result);

void job_result_free(JobResult *result);

#endif
