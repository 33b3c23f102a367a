/* How plans are made, for the files of src/rules/ that make them. */
#ifndef SMTPATCH_PLANNER_H
#define SMTPATCH_PLANNER_H

#include "rules/plan_options.h"

/* The key that an action writes on tables of a connector. */
typedef struct KnownKey {
    const Action *action;
    Str connector, key;
} KnownKey;

struct Planner {
    Plans *plans;
    Plan *plan; /* of the table at hand */
    const RuleList *lists;
    size_t list_count;
    Matcher *matcher;
    Arena *arena;  /* of what is told */
    Arena *values; /* of the plan at hand */
    Plan one;      /* when plans are not kept */
    Findings *findings;
    Str file;
    Release release;
    Str connector;       /* of the table at hand */
    Str table_subject;   /* what the rule's table pattern matched */
    bool uses_secret;    /* the template at hand */
    VECTOR(KnownKey) keys; /* by the actions' numbers */
    VECTOR(const Action *) told; /* whose key was already said to be wrong */
    size_t matches; /* see plans_matches() */
};

/* The value of an action for the table at hand. False when the template cannot be filled in, which is told. */
bool planner_expand(Planner *planner, const Action *action, RuleValue *value);

/* Whether it holds of a rule in one of the lists. */
bool any_rule(const RuleList *lists, size_t list_count, bool (*is_meant)(const Rule *rule));

/* The model's script. */
static inline Str planner_text(const Planner *planner) { return planner->plans->model->script->source->text; }

#endif
