/* What every check works with: the tables of a script as the rules leave them, and a way to say what is wrong. */
#ifndef SMTPATCH_CHECKER_H
#define SMTPATCH_CHECKER_H

#include "catalogue/catalogue.h"
#include "finding.h"
#include "postgres/publications.h"
#include "model/session.h"
#include "rules/plan.h"

typedef struct CheckEntry CheckEntry;

typedef struct CheckedTable CheckedTable;

/* Some of the checks, by their numbers in the registry. */
enum { CHECKS_MAX = 128 };

typedef struct CheckSet {
    uint64_t bits[CHECKS_MAX / 64];
} CheckSet;

static inline bool check_set_has(const CheckSet *set, size_t number) {
    return (set->bits[number / 64] >> number % 64 & 1) != 0;
}

static inline void check_set_add(CheckSet *set, size_t number) {
    set->bits[number / 64] |= UINT64_C(1) << number % 64;
}

/* What tables have in common that statements read and write alike and that have the same options, in any order, but for
 * the values of names (rules/name_options.h), which may be other plain names. A check `per = shape` (checks.txt) has
 * something to say of all of them or of none. */
typedef struct TableShape {
    const CheckedTable *first; /* of them */
    bool is_example;           /* of its plan, see plan_by_example() */
    const OptionFound **found; /* by its plan's options: what the catalogue says of the key for the tables' role */
    Str server;                /* see server_of(); of CDC sources only */
    CheckSet quiet;            /* checks that had nothing to say of one of them */
    CheckSet asked, held;      /* see holds_of_shape() */
} TableShape;

/* A table and what most checks ask of it. */
struct CheckedTable {
    const Table *written; /* as the script has it */
    const Plan *plan;     /* see table_plan(); NULL: it is like that of the shape's first table, and was not kept */
    const Str *names;     /* without a plan: the values of names, by name_key_number() */
    TableShape *shape;
    const uint32_t *own;        /* see own_option(): their numbers in the plan, or NULL when they are all of it */
    size_t own_count;
    Str connector_name;
    const Connector *connector; /* NULL when the catalogue does not know it, or the table names none */
    unsigned roles;             /* ROLE_… bits */
    bool is_incremental;        /* its snapshot is read incrementally: the option, or the connector's default */
    bool is_frozen;
    const Column *columns;      /* read again; NULL until somebody asks, see written_columns() */
};

/* A fact that is compared over all files of a run: who uses a slot, a range of server ids. */
typedef enum FactKind { FACT_SLOT, FACT_SERVER_ID } FactKind;

typedef struct Fact {
    FactKind kind;
    Str server;          /* host:port */
    Str value;           /* the slot's name; the range as it is written */
    uint64_t key;        /* fact_key() of it */
    int64_t first, last; /* of the range */
    int64_t numbered;    /* of a slot: VALUE_0 to VALUE_(numbered-1) are its snapshot readers'; 0 without them */
    bool is_incremental;
    bool is_read;          /* by a statement of its script */
    bool is_secret;        /* the value: it must not be shown */
    bool is_frozen;        /* the script says to leave the table alone: no finding stands there */
    bool may_be_shared;    /* allow(…) or lint.ID: no finding about the sharing of slots or ids over files, */
    bool may_be_numbered;  /* none about numbered slots */
    Str file, table;
    Source *source;        /* and where it stands there; NULL in a copy, */
    uint32_t offset;
    Place place;           /* which has this instead */
    size_t index;          /* of the table in its script */
    uint64_t name;         /* hash of the table's full name */
    uint64_t job;          /* hash of what the table is and where its rows go: a copy in another file has the same */
} Fact;

typedef struct Facts {
    Fact *items;
    size_t count, capacity;
    const Fact **slots; /* those of slots in the order of facts_sorted(); NULL when they were not sorted yet */
    size_t slot_count;
} Facts;

/* Facts of one server are sorted by this: values are longer, and begin alike. */
static inline uint64_t fact_key(Str value) { return str_mix(0, value); }

/* What a run says about its checks, and what it does to the script besides its rules. */
typedef struct CheckSettings {
    Release release;            /* of Flink CDC; all zero is the newest */
    const Severity *severities; /* by the number of the check in the registry; SEVERITY_OFF leaves one out */
    const PreludeSetting *prelude;
    size_t prelude_count;
    bool has_others;      /* scripts in the run: facts are compared with theirs */
    bool gathers_inserts; /* into one statement set */
    const Publications *publications; /* of --publication-sql; NULL when it was not given */
    bool looks_at_each;   /* takes no table to be like another: for tests, as it finds the same */
} CheckSettings;

typedef struct Allowances Allowances;
typedef struct Collector Collector;

typedef struct Checker {
    const Script *script;
    const Model *model;
    const Plans *plans;
    const CheckSettings *settings;
    Arena *arena, *scratch;
    Findings *findings;
    CheckedTable *tables; /* one for each table of the model, in its order; frozen ones too */
    size_t table_count;
    Facts *facts;
    Collector *collector; /* of facts; NULL: none are gathered */
    Session session;
    int64_t parallelism; /* that the script sets for its jobs; 0 when it sets none */

    const CheckEntry *check; /* the one that runs, */
    size_t check_number;     /* and its number in the registry */
    Severity at_most;        /* see soften() */
    bool has_fired;          /* it had something to say, allowed or not */
    NameIndex *secrets;      /* values that templates took from secrets, and what is made of them; NULL without any */
    Allowances *allowances;  /* NULL when there are none */
    bool *used_pragmas;      /* by the number of the pragma: allow(…) that silenced something */
} Checker;

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

/* The table's options as the rules leave them. */
const Plan *table_plan(const Checker *checker, const CheckedTable *table);

/* The same, but the values of names, and what tells places, may be those of another table of the shape. */
static inline const Plan *known_plan(const CheckedTable *table) {
    return table->plan != NULL ? table->plan : table->shape->first->plan;
}

/* The option that Flink would use, or NULL. */
const PlannedOption *option_of_key(const Checker *checker, const CheckedTable *table, Str key);

/* Whether it has one. */
static inline bool has_key(const Checker *checker, const CheckedTable *table, Str key) {
    const Plan *plan = known_plan(table);
    bool may_be_there = (plan->keys & plan_key_bit(key)) || table->written->like != NULL;
    return may_be_there && plan_option(checker->plans, plan, key) != NULL;
}

static inline bool has_option(const Checker *checker, const CheckedTable *table, const char *key) {
    return has_key(checker, table, str_of(key));
}

static inline const PlannedOption *table_option(const Checker *checker, const CheckedTable *table, const char *key) {
    return has_option(checker, table, key) ? option_of_key(checker, table, str_of(key)) : NULL;
}

/* Its value, or `otherwise`. */
Str value_of_key(const Checker *checker, const CheckedTable *table, Str key, Str otherwise);

static inline Str table_value(const Checker *checker, const CheckedTable *table, const char *key, Str otherwise) {
    return value_of_key(checker, table, str_of(key), otherwise);
}

/* A value of a plan that may not stay, as one that does: the script's, or a copy. */
Str kept_text(const Checker *checker, Str text);

/* The key of the option that runs where a debezium.* property goes before the connector's own option, as for
 * plan_running_option(); empty when neither is set. */
static inline Str effective_key(const Checker *checker, const CheckedTable *table, const char *debezium_key,
                                const char *key) {
    return has_option(checker, table, debezium_key) ? str_of(debezium_key)
           : has_option(checker, table, key)        ? str_of(key)
                                                    : STR_NONE;
}

/* The option itself, for its place; NULL when neither is set. */
static inline const PlannedOption *effective_option(const Checker *checker, const CheckedTable *table,
                                                    const char *debezium_key, const char *key) {
    Str running = effective_key(checker, table, debezium_key, key);
    return running.size > 0 ? option_of_key(checker, table, running) : NULL;
}

/* Its value, else `otherwise`. */
static inline Str effective_value(const Checker *checker, const CheckedTable *table, const char *debezium_key,
                                  const char *key, Str otherwise) {
    return value_of_key(checker, table, effective_key(checker, table, debezium_key, key), otherwise);
}

/* Whether the script says to leave the table alone. */
static inline bool is_frozen(const CheckedTable *table) { return table->is_frozen; }

static inline bool is_connector(const CheckedTable *table, const char *name) {
    return str_equal(table->connector_name, str_of(name));
}

/* Whether the option is written at the table itself (or added to it by a rule), not brought by LIKE. What is wrong with
 * the value of one that LIKE brings is said where it stands. */
bool is_own(const CheckedTable *table, const PlannedOption *option);

/* The table's own options that count, in their order: removed ones are left out, and of a key that stands twice all but
 * the last. */
static inline size_t own_count(const CheckedTable *table) { return table->own_count; }

static inline const PlannedOption *own_option(const Checker *checker, const CheckedTable *table, size_t i) {
    return &table_plan(checker, table)->options[table->own != NULL ? table->own[i] : i];
}

/* What the catalogue says of the key of one of the table's own options that is not removed. */
const OptionFound *found_option(const CheckedTable *table, const PlannedOption *option);

/* All of a plan that are not removed, by key; those of one key in their order. */
const PlannedOption **options_by_key(const Checker *checker, const Plan *plan, size_t *count);

typedef bool (*TablePredicate)(const Checker *checker, const CheckedTable *table);

/* Whether it holds of the table, asked only of the first of each shape: for what is the same of all tables of a shape.
 * One question for each check. */
static inline bool holds_of_shape(const Checker *checker, const CheckedTable *table, TablePredicate predicate) {
    TableShape *shape = table->shape;
    if (!check_set_has(&shape->asked, checker->check_number)) {
        check_set_add(&shape->asked, checker->check_number);
        if (predicate(checker, table)) {
            check_set_add(&shape->held, checker->check_number);
        }
    }
    return check_set_has(&shape->held, checker->check_number);
}

/* The one role that the table has, for the catalogue. */
static inline Role role_of(const CheckedTable *table) {
    return table->roles == ROLE_SOURCE || table->roles == ROLE_SINK ? (Role)table->roles : ROLE_ANY;
}

/* Whether the value is to be filled in before Flink sees the script: ${NAME}, {{ name }}, <name>, an ellipsis. */
bool is_placeholder(Str value);

/* Whether the release is `version` ("3.1": its first, "3.0.1") or a later one. */
bool release_is_at_least(const Checker *checker, const char *version);

/* host:port of the source's server, as one text that is the same for the same server. */
Str server_of(const Checker *checker, const CheckedTable *table);

/* The same for a table that has no shape yet. */
Str find_server(const Checker *checker, const CheckedTable *table);

static inline bool is_cdc(const CheckedTable *table) { return str_has_suffix(table->connector_name, STR("-cdc")); }

/* The upstream name as messages show it: schema.table, database.table or the table alone. */
Str upstream_of(const Checker *checker, const CheckedTable *table);

/* Where fire_at_key() and fire_at_value() fire. */
Span place_of_key(const CheckedTable *table, const PlannedOption *option);
Span place_of_value(const CheckedTable *table, const PlannedOption *option);

/* ---- Saying ----------------------------------------------------------------------------------------------------- */

/* The comments allow(…) of a script, for is_silenced(); NULL when it has none. */
Allowances *allowances_find(const Script *script, Arena *arena);

/* Whether allow(…) silences the running check at a place. That counts as a use of the comment when `uses_it`. */
bool is_silenced(Checker *checker, Span place, bool uses_it);

/* For messages: text in at most 60 columns, control characters shown as '?'. A value that a template took from a secret
 * is masked. */
Str shown(const Checker *checker, Str text);

/* `made`, of which shown() knows that it is as secret as what it was made from. */
Str made_of(const Checker *checker, Str made, Str from);

/* Adds the plan's to checker->secrets. */
void find_secret_values(Checker *checker, const Plan *plan);
Str shown_in(Arena *arena, Str text);

/* printf arguments for "%.*s". */
#define SHOW(text) (int)(text).size, (text).data

/* The next finding of the running check is at most that severe, unless lint.ID sets the check's severity. */
static inline void soften(Checker *checker, Severity at_most) { checker->at_most = at_most; }

/* The running check fires at an option's key or value. An option that a rule added has no place of its own: then the
 * table's name is shown, and the rule is named. So it is for one that comes with LIKE. The hint may be empty. */
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
