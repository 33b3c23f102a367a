/* The option plan of each table: its options as the rules leave them, and where each came from. */
#ifndef SMTPATCH_PLAN_H
#define SMTPATCH_PLAN_H

#include "catalogue/catalogue.h"
#include "finding.h"
#include "model/model.h"
#include "name_index.h"
#include "rules/rule.h"

typedef struct PlannedOption {
    Str key, value;         /* as they mean, not as they are written */
    const Option *source;   /* where it stands in the script; NULL when a rule added it */
    Str old_key, old_value; /* of the script */
    const Action *action;   /* what changed, added or removed it last; NULL when nothing did */
    bool is_removed;
    bool is_secret;         /* a template took the value from a secret, whatever the key */
    bool is_asked_for;      /* a rule sets it to the value that it has already */
} PlannedOption;

typedef struct Plan {
    const Table *table;
    PlannedOption *options; /* the table's own in their order, removed ones among them; then the added ones */
    size_t count, capacity;
    uint64_t keys; /* a bit for each key that was ever among them, see plan_key_bit() */
    uint8_t last_of_bit[64]; /* 1 and the number of the last option that got a key with the bit, while that fits */
    NameIndex *index;    /* of long plans: each key's last option, perhaps one that has lost it since; else NULL */
    bool has_duplicates; /* index: two options had one key */
    Str new_name; /* of the Flink table; empty while it keeps its own */
    const Action *renamed_by;
    bool is_changed;
    size_t matches; /* see plans_matches() */
} Plan;

typedef struct Planner Planner;

/* One for each table of the model, in its order. */
typedef struct Plans {
    const Model *model;
    Plan *items;      /* NULL when each is made only when plans_at() asks for it */
    Planner *planner;
} Plans;

static inline bool option_key_changed(const PlannedOption *option) {
    return option->source != NULL && !str_equal(option->key, option->old_key);
}
static inline bool option_value_changed(const PlannedOption *option) {
    return option->source != NULL && !str_equal(option->value, option->old_value);
}

/* Whether the value is one that must never be shown: by the option's key, the one that it had, or where it is from. */
bool is_secret_option(const PlannedOption *option);

/* Applies the lists of rules, weakest first, for a release of Flink CDC, to every table that is not frozen. Trouble (a
 * template that cannot be filled in, a pattern that gives up) and notes go to findings. All in arena. */
Plans plans_make(const Model *model, const RuleList *lists, size_t list_count, Release release, Matcher *matcher,
                 Arena *arena, Findings *findings);

/* The same for who looks at one plan after the other, each once, and at none for long: memory does not grow with the
 * script. The model may have no table with LIKE (see Model). Trouble and notes come when the plans are asked for. */
Plans plans_promise(const Model *model, const RuleList *lists, size_t list_count, Release release, Matcher *matcher,
                    Arena *arena, Findings *findings);

/* Whether one of the rules gives tables other names. */
bool rules_rename_tables(const RuleList *lists, size_t list_count);

/* Whether one of the rules asks for what the rest of a script makes of a table: its role. */
bool rules_ask_for_roles(const RuleList *lists, size_t list_count);

/* The plan of a table, in scratch, from plans that are only promised; until the next one is asked for. The table need
 * not be of their model. */
const Plan *plan_of_table(const Plans *plans, const Table *table, Arena *scratch);

/* Whether other tables may have their plans by this one's example: what rules make of it does not depend on more than
 * the options that are written, and on names in few places. */
bool plan_is_example(const Plans *plans, const Plan *plan);

/* The plan of a table whose roles are the example's and whose written options are, too, but for their order and for
 * plain names (name_options.h): in scratch, until the next one is asked for. The options stand in the example's order.
 * NULL when it is not like that, or not sure to be. */
const Plan *plan_by_example(const Plans *plans, const Table *table, const Plan *example, Arena *scratch);

/* The same plan, made once more in arena, where it stays: what was told of it is not told again. */
const Plan *plan_again(const Plans *plans, const Table *table, Arena *arena);

/* The plan of the model's table number i. One that was only promised is made in scratch. */
const Plan *plans_at(const Plans *plans, size_t i, Arena *scratch);

/* How many tables a rule of the last, the strongest, list was for, among those whose plans are made. */
size_t plans_matches(const Plans *plans);

/* Puts each plan's options in order: connector first, then the catalogue's order, then the rest by key. */
void plans_sort(Plans *plans, Arena *arena);

/* One of 64 bits: most keys that a plan is asked for are none of its, and have a bit that it lacks. */
static inline unsigned plan_key_number(Str key) {
    unsigned last = key.size > 0 ? (unsigned char)key.data[key.size - 1] : 0;
    unsigned first = key.size > 0 ? (unsigned char)key.data[0] : 0;
    return (unsigned)(key.size * 7 + last * 3 + first * 5) & 63;
}

static inline uint64_t plan_key_bit(Str key) { return UINT64_C(1) << plan_key_number(key); }

/* The option that Flink would use: the last of that key among the plan's own, else among those that LIKE brings.
 * NULL when there is none. */
const PlannedOption *plan_option(const Plans *plans, const Plan *plan, Str key);

/* The option that runs where a debezium.* property goes before the connector's own option: the first of the two that is
 * set, or NULL. Flink CDC puts the debezium.* properties in last (PostgresSourceConfigFactory,
 * MySqlSourceConfigFactory: props.putAll(dbzProperties)). */
const PlannedOption *plan_running_option(const Plans *plans, const Plan *plan, Str debezium_key, Str key);

/* The value of plan_option(), or an empty Str. */
Str plan_value(const Plans *plans, const Plan *plan, Str key);

/* ROLE_… bits: what the script's statements say, else what the connector is for. */
unsigned plan_roles(const Plans *plans, const Plan *plan);

#endif
