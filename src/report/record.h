/* Findings as plain data that outlives their input, for the outputs that print a whole run as one document. */
#ifndef SMTPATCH_RECORD_H
#define SMTPATCH_RECORD_H

#include "finding.h"

typedef struct FindingRecord {
    Severity severity;
    const char *id; /* of the check, or NULL */
    Str file;       /* empty: it concerns the run */
    size_t line, column, end_line, end_column; /* from 1; 0 when it has no place. The end is behind the last character.
                                                * Columns count characters (code points), whatever their width. */
    Str message, hint;
} FindingRecord;

typedef VECTOR(FindingRecord) FindingRecords;

/* Copies the findings of at least the given severity into arena; texts become valid UTF-8 on the way. */
void findings_record(const Findings *findings, Severity least, Arena *arena, FindingRecords *records);

#endif
