/* One input on its way through all the stages. */
#ifndef SMTPATCH_JOB_H
#define SMTPATCH_JOB_H

#include "checks/checker.h"
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
} JobOrder;

typedef struct JobResult {
    Buffer output;   /* for standard output */
    Buffer messages; /* for standard error: findings as text, and what --verbose says */
    FindingRecords records; /* the findings, when they are not printed as text */
    Facts facts;  /* for the comparison with other inputs */
    Arena arena;  /* of the records and the facts */
    ExitStatus status;
} JobResult;

/* Does it. Nothing is printed; in place, the file is replaced. Jobs of different orders may run at the same time. */
void job_run(const JobOrder *order, const Settings *settings, bool has_color, JobResult *result);

void job_result_free(JobResult *result);

#endif
