/* A run's findings as one document. */
#ifndef SMTPATCH_FORMATS_H
#define SMTPATCH_FORMATS_H

#include "buffer.h"
#include "report/record.h"

/* What the documents say of a check. */
typedef struct CheckDescription {
    const char *id, *summary, *page;
    Severity severity;
} CheckDescription;

/* {"version": 1, "findings": [{"file", "line", "column", "end_line", "end_column", "severity", "id", "message",
 * "hint"}]}; what a finding does not have is null. Sets buffer->failed when memory ends. */
void report_json(const FindingRecords *records, Buffer *out);

/* SARIF 2.1.0, with every check as a rule. program_version: for the tool's description. */
void report_sarif(const FindingRecords *records, const CheckDescription *checks, size_t check_count,
                  const char *program_version, Buffer *out);

/* A workflow command of GitHub Actions for each finding: ::error file=…,line=…::message */
void report_github(const FindingRecords *records, Buffer *out);

/* "error", "warning", "info"; trouble is an error too. */
const char *severity_name(Severity severity);

#endif
