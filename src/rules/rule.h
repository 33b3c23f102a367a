/* Rules as data: conditions on a table, actions on its options. */
#ifndef SMTPATCH_RULE_H
#define SMTPATCH_RULE_H

#include "rules/pattern.h"
#include "rules/template.h"
#include "source.h"

typedef enum ConditionField {
    FIELD_CONNECTOR,
    FIELD_CATALOG,
    FIELD_DATABASE, /* upstream: the option, else the Flink name's part; so SCHEMA and TABLE */
    FIELD_SCHEMA,
    FIELD_TABLE,
    FIELD_NAME, /* the Flink table's own name */
    FIELD_ROLE, /* source, sink */
    FIELD_FILE,
    FIELD_OPTION, /* the value of option KEY; an absent option is no match */
} ConditionField;

typedef struct Condition {
    ConditionField field;
    Str option; /* for FIELD_OPTION */
    Pattern pattern;
    bool is_negated;
    bool only_if_present; /* SMT's sections: a table without that name passes */
} Condition;

typedef enum ActionKind {
    ACTION_SET,     /* override, or add */
    ACTION_DEFAULT, /* add where absent */
    ACTION_REPLACE, /* override where present */
    ACTION_UNSET,
    ACTION_RENAME,
    ACTION_RENAME_TABLE,       /* the Flink table itself, wherever the script uses it */
    ACTION_ESCAPE_BACKSLASHES, /* double single backslashes in the values, for Flink before 1.13 */
} ActionKind;

/* Whom an action concerns, whatever its rule's conditions say. */
typedef enum ActionScope {
    SCOPE_ANY,
    SCOPE_CDC,       /* connectors that end in -cdc */
    SCOPE_STARROCKS, /* connector starrocks */
    SCOPE_SHORT_KEY, /* connectors that have an option for the short key: slot, publication, heartbeat */
} ActionScope;

typedef struct Action {
    ActionKind kind;
    ActionScope scope;
    Str key;        /* of RENAME the old one; of UNSET perhaps with a trailing '*'; of SCOPE_SHORT_KEY the short one */
    Template value; /* of SET, DEFAULT, REPLACE; of RENAME the new key, of RENAME_TABLE the new name */
    Str rule;       /* the name of the rule it belongs to */
    Str place;      /* for messages: "rules.ini:12", or the option of the command line */
    Source *source; /* of the rules file; NULL for the command line */
    size_t line;
    size_t number;  /* among all actions of a run */
} Action;

typedef struct Rule {
    Str name; /* as messages show it */
    Condition *conditions;
    Action *actions;
    size_t condition_count, action_count;
    bool renames_upstream; /* RENAME_TABLE also sets a StarRocks sink's table-name */
    const Condition *table_condition; /* whose groups the templates may use, or NULL */
} Rule;

/* The rules of one file, or of the command line. */
typedef struct RuleList {
    Rule *rules; /* in the order in which they are applied */
    size_t count;
} RuleList;

#endif
