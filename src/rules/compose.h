/* Putting rules together, for the two that make them: rules files and the command line. */
#ifndef SMTPATCH_COMPOSE_H
#define SMTPATCH_COMPOSE_H

#include "finding.h"
#include "rules/rule.h"

/* Where a piece of a rule was written. */
typedef struct RulePlace {
    Source *source; /* NULL for the command line */
    size_t line;
    Str text;       /* for messages: "rules.ini:12" or "--set" */
} RulePlace;

typedef struct Composer {
    Arena *arena;
    Findings *findings;
    VECTOR(Rule) rules;
    VECTOR(Pattern) patterns; /* to be freed with the rules */
    size_t action_count;      /* of all rules so far */

    /* The rule under way. */
    Str name;
    VECTOR(Condition) conditions;
    VECTOR(Action) actions;
    bool renames_upstream;
} Composer;

void composer_start(Composer *composer, Str name);

/* field's value must match the regular expression, or not match it when a '!' leads it. option: of FIELD_OPTION. */
void composer_condition(Composer *composer, ConditionField field, Str option, Str expression, const RulePlace *place);

/* An action; value is a template (of RENAME the new key). Conditions come first: templates may name their groups. */
void composer_action(Composer *composer, ActionKind kind, ActionScope scope, Str key, Str value,
                     const RulePlace *place);

/* Ends the rule; one without actions is dropped. */
void composer_finish(Composer *composer);

/* The rules made so far. */
static inline RuleList composer_rules(const Composer *composer) {
    return (RuleList){composer->rules.items, composer->rules.count};
}

/* Frees the regular expressions; the rest is the arena's. */
void composer_free(Composer *composer);

/* Trouble at a place. */
void rule_trouble(Findings *findings, const RulePlace *place, Str message, Str hint);

#endif
