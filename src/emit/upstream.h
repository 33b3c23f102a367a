/* What the outputs about the sources' servers ask of a script: tables by their upstream names, options as they run,
 * settings; and how they say what cannot be carried over. */
#ifndef SMTPATCH_UPSTREAM_H
#define SMTPATCH_UPSTREAM_H

#include "emit/output.h"

/* A source table where it comes from. */
typedef struct Upstream {
    const Plan *plan;
    Str connector;
    Str host, port, database, schema, table; /* schema: of PostgreSQL only */
    Str user;
    bool is_incremental; /* its snapshot is read incrementally */
} Upstream;

Upstream upstream_find(const OutputRequest *request, const Plan *plan);

/* The value that runs where a debezium.* property goes before the connector's own option: Flink CDC puts those in last
 * (PostgresSourceConfigFactory, MySqlSourceConfigFactory: props.putAll(dbzProperties)). */
Str running_value(const OutputRequest *request, const Plan *plan, const char *debezium_key, const char *key,
                  Str otherwise);

/* The slot that a postgres-cdc source runs with, be it the connector's default (up to Flink CDC 2.3); empty for
 * none. */
Str running_slot(const OutputRequest *request, const Plan *plan);

/* Whether Flink reads it as true. */
bool is_true(Str value);

/* What the key is set to when the script ends, by the prelude or by SET; empty when nothing sets it, or RESET came
 * after. */
Str script_setting(const OutputRequest *request, const char *key);

/* The table's name in Flink as the rules leave it. */
Str flink_name(const Plan *plan);

/* That of session_parallelism(), or 1. */
size_t script_parallelism(const OutputRequest *request);

/* The file's name without its folders. */
Str script_file_name(const Script *script);

bool is_utf8(Str text);

/* ---- Saying */

void say(const OutputRequest *request, Severity severity, Span span, Str message, Str hint);

/* At the name in the table's definition. */
void say_at_table(const OutputRequest *request, Severity severity, const Plan *plan, Str message, Str hint);

/* At the option; where a rule wrote it, at the table's name with the rule's place. */
void say_at_option(const OutputRequest *request, Severity severity, const Plan *plan, const PlannedOption *option,
                   Str message, Str hint);

/* printf arguments for "%.*s". */
#define TEXT(str) (int)(str).size, (str).data

#endif
