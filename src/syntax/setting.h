/* SET and RESET as Flink's SQL client takes them without the grammar: SET a.b = c; RESET a.b. */
#ifndef SMTPATCH_SETTING_H
#define SMTPATCH_SETTING_H

#include "arena.h"
#include "syntax/tree.h"

typedef struct RawSetting {
    Span key;
    Span value; /* without its quotes, if it has any; none for RESET */
} RawSetting;

/* Reads the statement at span as ParserImpl's regular expressions do (flink-table-planner, SetOperationParseStrategy
 * and its like for RESET): no comment inside, no '' in a quoted value. False when they would not match. */
bool raw_setting_parse(Str text, Span span, RawSetting *setting);

/* What the key (span: statement->name) or the value (statement->value) of a SET or RESET is, in either form; empty
 * where there is none. */
Str setting_text(const Source *source, const Statement *statement, Span span, Arena *arena);

#endif
