/* The options of the command line: one table, and what each of them does. Only arguments.c includes this. */
#ifndef SMTPATCH_OPTIONS_H
#define SMTPATCH_OPTIONS_H

#include "cli/settings.h"

typedef struct OptionSpec OptionSpec;

/* An option as it stands on the command line. */
typedef struct GivenOption {
    const OptionSpec *option;
    const char *argument;
} GivenOption;

typedef struct Arguments {
    Settings *settings;
    Composer *composer;
    Arena *arena;
    VECTOR(GivenOption) conditions, actions; /* wait until all is read: templates may name groups of --table */
} Arguments;

typedef void (*TakeOption)(Arguments *arguments, const OptionSpec *option, const char *argument);

/* How an option that changes tables becomes an action. */
typedef struct ActionSpec {
    ActionKind kind;
    ActionScope scope;
    const char *key; /* the short key; NULL when the argument is KEY=VALUE */
} ActionSpec;

struct OptionSpec {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* NULL: takes none; in brackets: may be left out */
    TakeOption take;
    int value;            /* for take */
    const char *help;     /* NULL begins a group whose title is name */
};

/* The options in the order of the help, with the titles of its groups. */
extern const OptionSpec *const option_specs;
extern const size_t option_spec_count;

/* What becomes of an option that changes tables. */
const ActionSpec *option_action(const OptionSpec *option);

/* Whether the help shows the outputs below the option. */
bool option_lists_outputs(const OptionSpec *option);

void usage_trouble(Arguments *arguments, Str message);

/* takes: what the option's argument should be. */
void bad_argument(Arguments *arguments, const OptionSpec *option, const char *argument, const char *takes);

#endif
