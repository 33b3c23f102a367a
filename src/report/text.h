/* Findings as text for people. */
#ifndef SMTPATCH_REPORT_TEXT_H
#define SMTPATCH_REPORT_TEXT_H

#include "buffer.h"
#include "finding.h"

typedef struct ReportStyle {
    bool has_color;
    Severity least; /* milder findings are left out */
} ReportStyle;

/* Appends a finding: file:line:column: severity: message [id], the line with a caret below it, the hint. Secrets in
 * the line are masked; of a long line the part around the caret is shown. Scratch memory comes from arena. */
void report_finding(const Finding *finding, const ReportStyle *style, Arena *arena, Buffer *out);

/* Appends text with '?' for control characters and broken UTF-8, which would disturb a terminal; a tab is a blank. */
void report_printable(Str text, Buffer *out);

void report_findings(const Findings *findings, const ReportStyle *style, Arena *arena, Buffer *out);

#endif
