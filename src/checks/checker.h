/* What every check works with: the tables of a script as the rules leave them, and a way to say what is wrong. */
#ifndef SMTPATCH_CHECKER_H
#define SMTPATCH_CHECKER_H

#include "catalogue/catalogue.h"
#include "finding.h"
#include "postgres/publications.h"
#include "rules/plan.h"

typedef struct CheckEntry CheckEntry;

/* A table and what most checks ask of it. */
typedef struct CheckedTable {
    const Plan *plan;
    Str connector_name;
    const Connector *connector; /* NULL when the catalogue does not know it, or the table names none */
    unsigned roles;             /* ROLE_… bits */
    bool is_incremental;        /* its snapshot is read incrementally: the option, or the connector's default */
} CheckedTable;

/* A fact that is compared over all files of a run: who uses a slot, a range of server ids. */
typedef enum FactKind { FACT_SLOT, FACT_SERVER_ID } FactKind;

typedef struct Fact {
    FactKind kind;
    Str server;      /* host:port */
    Str value;       /* the slot's name; the range as it is written */
    int64_t first, last; /* of the range */
    bool is_incremental;
    Str file, table;
    Place place;
} Fact;

typedef VECTOR(Fact) Facts;

/* lint.ID = SEVERITY of the rules files. */
typedef struct LintSettings {
    const Severity *severities; /* by the number of the check in the registry */
} LintSettings;

typedef struct Checker {
    const Script *script;
    const Model *model;
    const Plans *plans;
    Release release; /* of Flink CDC; all zero is the newest */
    Arena *arena;
    Findings *findings;
    LintSettings lint;
    CheckedTable *tables; /* one for each table of the model, in its order; frozen ones too */
    size_t table_count;
    Facts *facts;
    const Publications *publications; /* of --publication-sql; NULL when it was not given */

    const CheckEntry *check; /* the one that runs */
    bool *used_pragmas;      /* by the number of the pragma: allow(…) that silenced something */
    size_t next_pragma;
} Checker;

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

/* The option that Flink would use, or NULL. */
const PlannedOption *table_option(const Checker *checker, const CheckedTable *table, const char *key);

/* Its value, or `otherwise`. */
Str table_value(const Checker *checker, const CheckedTable *table, const char *key, Str otherwise);

/* The value that runs where a debezium.* property goes before the connector's own option: the first of the two that is
 * set, else `otherwise`. Flink CDC puts the debezium.* properties in last (PostgresSourceConfigFactory,
 * MySqlSourceConfigFactory: props.putAll(dbzProperties)). */
Str effective_value(const Checker *checker, const CheckedTable *table, const char *debezium_key, const char *key,
                    Str otherwise);

/* The same as an option, for its place; NULL when neither is set. */
const PlannedOption *effective_option(const Checker *checker, const CheckedTable *table, const char *debezium_key,
                                      const char *key);

bool is_connector(const CheckedTable *table, const char *name);

/* Whether the release is `version` ("3.1") or a later one. */
bool release_is_at_least(const Checker *checker, const char *version);

/* host:port of the source's server, as one text that is the same for the same server. */
Str server_of(const Checker *checker, const CheckedTable *table);

/* The upstream name as messages show it: schema.table, database.table or the table alone. */
Str upstream_of(const Checker *checker, const CheckedTable *table);

/* ---- Saying ------------------------------------------------------------------------------------------------------ */

/* For messages: text in at most 60 columns, control characters shown as '?'. */
Str shown(const Checker *checker, Str text);

/* printf arguments for "%.*s". */
#define SHOW(text) (int)(text).size, (text).data

/* The running check fires at an option's key or value. An option that a rule added has no place of its own: then the
 * table's name is shown, and the rule is named. The hint may be empty. */
void fire_at_key(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str message, Str hint);
void fire_at_value(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str message, Str hint);

/* It fires at a part of an option's value, as bytes of the value: the place in the literal is looked up. */
void fire_in_value(Checker *checker, const CheckedTable *table, const PlannedOption *option, Span part, Str message,
                   Str hint);

/* It fires at the table's name, or at any span of the script. */
void fire_at_table(Checker *checker, const CheckedTable *table, Str message, Str hint);
void fire_at(Checker *checker, Span span, Str message, Str hint);

#define format(checker, ...) arena_format((checker)->arena, __VA_ARGS__)

#endif
