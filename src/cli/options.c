#include "cli/options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "cli/completion.h"

/* ---- What the options do ---------------------------------------------------------------------------------------- */

void usage_trouble(Arguments *arguments, Str message) {
    finding_add(arguments->composer->findings, (Finding){.severity = SEVERITY_TROUBLE,
                                                         .file = STR("smtpatch"),
                                                         .message = message,
                                                         .hint = STR("'smtpatch --help' lists the options")});
}

void bad_argument(Arguments *arguments, const OptionSpec *option, const char *argument, const char *takes) {
    usage_trouble(arguments, arena_format(arguments->arena, "--%s takes %s, not '%s'", option->name, takes, argument));
}

/* The switches of Settings, by OptionSpec.value. */
typedef enum SwitchId {
    SWITCH_NO_CONFIG,
    SWITCH_CHECK,
    SWITCH_DIFF,
    SWITCH_VERBOSE,
    SWITCH_QUIET,
    SWITCH_HELP,
    SWITCH_VERSION,
    SWITCH_SORT,
    SWITCH_STATEMENT_SET,
    SWITCH_FIX,
    SWITCH_EXPLAIN,
    SWITCH_OPTIONS,
    SWITCH_LINT,
    SWITCH_NO_LINT,
    SWITCH_FORCE_EXCLUDE
} SwitchId;

static void take_switch(Arguments *arguments, const OptionSpec *option, const char *argument) {
    Settings *settings = arguments->settings;
    (void)argument;
    switch ((SwitchId)option->value) {
    case SWITCH_NO_CONFIG:
        settings->has_no_config = true;
        break;
    case SWITCH_FORCE_EXCLUDE:
        settings->forces_exclude = true;
        break;
    case SWITCH_CHECK:
        settings->is_check = true;
        break;
    case SWITCH_DIFF:
        settings->is_diff = true;
        break;
    case SWITCH_VERBOSE:
        settings->is_verbose = true;
        break;
    case SWITCH_QUIET:
        settings->is_quiet = true;
        break;
    case SWITCH_HELP:
        settings->wants_help = true;
        break;
    case SWITCH_VERSION:
        settings->wants_version = true;
        break;
    case SWITCH_SORT:
        settings->file.sorts_options = true;
        settings->file.sort_strength = BY_COMMAND_LINE;
        break;
    case SWITCH_STATEMENT_SET:
        settings->file.gathers_inserts = true;
        settings->file.set_strength = BY_COMMAND_LINE;
        break;
    case SWITCH_FIX:
        settings->file.fixes = true;
        settings->file.fix_strength = BY_COMMAND_LINE;
        break;
    case SWITCH_EXPLAIN:
        settings->wants_explanation = true;
        break;
    case SWITCH_OPTIONS:
        settings->wants_options = true;
        break;
    case SWITCH_LINT:
        settings->lint = LINT_ONLY;
        break;
    case SWITCH_NO_LINT:
        settings->lint = LINT_NONE;
        break;
    }
}

typedef enum ListId { LIST_RULES, LIST_INCLUDE, LIST_EXCLUDE } ListId;

static void take_list(Arguments *arguments, const OptionSpec *option, const char *argument) {
    Settings *settings = arguments->settings;
    Strings *lists[] = {[LIST_RULES] = &settings->rules_files,
                        [LIST_INCLUDE] = &settings->includes,
                        [LIST_EXCLUDE] = &settings->excludes};
    *vector_add(arguments->arena, lists[option->value]) = argument;
}

static void take_emit(Arguments *arguments, const OptionSpec *option, const char *argument) {
    arguments->settings->output = output_find(argument);
    if (arguments->settings->output != NULL || strcmp(argument, "sql") == 0) {
        return;
    }
    Str names = STR("sql");
    for (size_t i = 0; output_at(i) != NULL; i++) {
        names = arena_format(arguments->arena, "%s, %s", names.data, output_at(i)->name);
    }
    bad_argument(arguments, option, argument, names.data);
}

static void take_in_place(Arguments *arguments, const OptionSpec *option, const char *argument) {
    arguments->settings->is_in_place = true;
    arguments->settings->backup_suffix = argument;
    if (argument != NULL && (*argument == '\0' || strchr(argument, '/') != NULL)) {
        bad_argument(arguments, option, argument, "a suffix without a slash");
    }
}

static void take_layout(Arguments *arguments, const OptionSpec *option, const char *argument) {
    FileSettings *settings = &arguments->settings->file;
    settings->layout_strength = BY_COMMAND_LINE;
    if (!parse_layout(str_of(argument), &settings->layout)) {
        bad_argument(arguments, option, argument, "pretty or keep");
    }
}

static void take_format(Arguments *arguments, const OptionSpec *option, const char *argument) {
    static const char *const names[] = {
        [FORMAT_TEXT] = "text", [FORMAT_JSON] = "json", [FORMAT_SARIF] = "sarif", [FORMAT_GITHUB] = "github"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(argument, names[i]) == 0) {
            arguments->settings->format = (Format)i;
            return;
        }
    }
    bad_argument(arguments, option, argument, "text, json, sarif or github");
}

static void take_release(Arguments *arguments, const OptionSpec *option, const char *argument) {
    FileSettings *settings = &arguments->settings->file;
    Str problem;
    settings->release_strength = BY_COMMAND_LINE;
    if (!release_parse(arguments->arena, str_of(argument), &settings->release, &problem)) {
        usage_trouble(arguments,
                      arena_format(arguments->arena, "--%s: %.*s", option->name, (int)problem.size, problem.data));
    }
}

static void take_prelude(Arguments *arguments, const OptionSpec *option, const char *argument) {
    const char *equals = strchr(argument, '=');
    if (equals == NULL || equals == argument) {
        bad_argument(arguments, option, argument, "KEY=VALUE");
        return;
    }
    Str key = str_trim((Str){argument, (size_t)(equals - argument)});
    prelude_set(&arguments->settings->prelude, key, str_of(equals + 1), arguments->arena);
}

static void take_publications(Arguments *arguments, const OptionSpec *option, const char *argument) {
    (void)option;
    add_publication_file(&arguments->settings->file, argument, BY_COMMAND_LINE, arguments->arena);
}

static void take_color(Arguments *arguments, const OptionSpec *option, const char *argument) {
    static const char *const names[] = {[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(argument, names[i]) == 0) {
            arguments->settings->color = (Color)i;
            return;
        }
    }
    bad_argument(arguments, option, argument, "auto, always or never");
}

static void take_jobs(Arguments *arguments, const OptionSpec *option, const char *argument) {
    char *end;
    unsigned long jobs = strtoul(argument, &end, 10);
    if (!is_digit(*argument) || *end != '\0' || jobs < 1 || jobs > 256) {
        bad_argument(arguments, option, argument, "a number from 1 to 256");
        return;
    }
    arguments->settings->jobs = jobs;
}

static void take_stdin_name(Arguments *arguments, const OptionSpec *option, const char *argument) {
    (void)option;
    arguments->settings->stdin_name = argument;
}

static bool take_number(const char **at, size_t *number) {
    char *end;
    errno = 0;
    unsigned long value = strtoul(*at, &end, 10);
    bool is_fine = is_digit(**at) && errno == 0 && value > 0;
    *at = end;
    *number = value;
    return is_fine;
}

static void take_lines(Arguments *arguments, const OptionSpec *option, const char *argument) {
    LineRange range;
    const char *at = argument;
    if (!take_number(&at, &range.first) || *at++ != ':' || !take_number(&at, &range.last) || *at != '\0') {
        bad_argument(arguments, option, argument, "A:B, the first and the last line, counted from 1");
    } else if (range.last < range.first) {
        bad_argument(arguments, option, argument, "the first line before the last");
    } else {
        *vector_add(arguments->arena, &arguments->settings->lines) = range;
    }
}

static void take_completion(Arguments *arguments, const OptionSpec *option, const char *argument) {
    arguments->settings->completion = argument;
    if (!completion_knows(argument)) {
        bad_argument(arguments, option, argument, "bash, zsh or fish");
    }
}

static void take_condition(Arguments *arguments, const OptionSpec *option, const char *argument) {
    *vector_add(arguments->arena, &arguments->conditions) = (GivenOption){option, argument};
}

static void take_action(Arguments *arguments, const OptionSpec *option, const char *argument) {
    *vector_add(arguments->arena, &arguments->actions) = (GivenOption){option, argument};
}

/* By OptionSpec.value. */
enum { DO_SLOT, DO_PUBLICATION, DO_HEARTBEAT, DO_DEBEZIUM, DO_SET, DO_DEFAULT, DO_REPLACE, DO_UNSET, DO_RENAME };

static const ActionSpec actions[] = {
    [DO_SLOT] = {ACTION_SET, SCOPE_SHORT_KEY, "slot"},
    [DO_PUBLICATION] = {ACTION_SET, SCOPE_SHORT_KEY, "publication"},
    [DO_HEARTBEAT] = {ACTION_SET, SCOPE_SHORT_KEY, "heartbeat"},
    [DO_DEBEZIUM] = {ACTION_SET, SCOPE_CDC, NULL},
    [DO_SET] = {ACTION_SET, SCOPE_ANY, NULL},
    [DO_DEFAULT] = {ACTION_DEFAULT, SCOPE_ANY, NULL},
    [DO_REPLACE] = {ACTION_REPLACE, SCOPE_ANY, NULL},
    [DO_UNSET] = {ACTION_UNSET, SCOPE_ANY, NULL},
    [DO_RENAME] = {ACTION_RENAME, SCOPE_ANY, NULL},
};

/* ---- The table --------------------------------------------------------------------------------------------------- */

static const OptionSpec options[] = {
    {"Rules", 0, NULL, NULL, 0, NULL},
    {"rules", 'r', "FILE", take_list, LIST_RULES,
     "read rules from FILE (repeatable; later ones win); SMT's config_prod.conf will do"},
    {"no-config", 0, NULL, take_switch, SWITCH_NO_CONFIG, "do not look for .smtpatch.ini"},
    {"slot", 0, "NAME", take_action, DO_SLOT,
     "set the replication slot of every PostgreSQL CDC source, e.g. 'flink_${table|slot}'"},
    {"publication", 0, "NAME", take_action, DO_PUBLICATION, "set the publication of every PostgreSQL CDC source"},
    {"heartbeat", 0, "DURATION", take_action, DO_HEARTBEAT,
     "set the heartbeat interval of every CDC source that has one"},
    {"debezium", 0, "KEY=VALUE", take_action, DO_DEBEZIUM, "set debezium.KEY on every CDC source"},
    {"set", 's', "KEY=VALUE", take_action, DO_SET, "set an option: override it, or add it"},
    {"default", 'd', "KEY=VALUE", take_action, DO_DEFAULT, "add an option only where it is absent"},
    {"replace", 0, "KEY=VALUE", take_action, DO_REPLACE, "override an option only where it is present"},
    {"unset", 'u', "KEY", take_action, DO_UNSET, "remove an option (a trailing * matches a prefix)"},
    {"rename", 0, "OLD=NEW", take_action, DO_RENAME, "rename an option, keep its value"},
    {"Tables that the options above act on (default: connectors that end in -cdc)", 0, NULL, NULL, 0, NULL},
    {"connector", 'c', "REGEX", take_condition, FIELD_CONNECTOR, "tables whose connector matches"},
    {"table", 't', "REGEX", take_condition, FIELD_TABLE, "tables whose upstream table matches"},
    {"schema", 0, "REGEX", take_condition, FIELD_SCHEMA, "tables whose upstream schema matches"},
    {"database", 0, "REGEX", take_condition, FIELD_DATABASE, "tables whose upstream database matches"},
    {"Output", 0, NULL, NULL, 0, NULL},
    {"emit", 'e', "WHAT", take_emit, 0, "what to print: sql (default), or one of"},
    {"in-place", 'i', "[SUFFIX]", take_in_place, 0, "rewrite the files (keep a backup with SUFFIX)"},
    {"check", 0, NULL, take_switch, SWITCH_CHECK,
     "write nothing; print the names of files that would change, and exit 1 if any"},
    {"diff", 0, NULL, take_switch, SWITCH_DIFF, "print a unified diff instead of the script"},
    {"layout", 0, "LAYOUT", take_layout, 0,
     "pretty: the one canonical style (default); keep: change nothing but the options"},
    {"lines", 0, "A:B", take_lines, 0,
     "change nothing but the statements that the lines A to B touch (repeatable)"},
    {"sort-options", 0, NULL, take_switch, SWITCH_SORT, "with pretty: connector first, then the others in order"},
    {"statement-set", 0, NULL, take_switch, SWITCH_STATEMENT_SET,
     "gather the INSERTs at the end in one BEGIN STATEMENT SET; ... END;"},
    {"prelude", 0, "KEY=VALUE", take_prelude, 0, "make sure that the script sets KEY before its first statement"},
    {"Checks", 0, NULL, NULL, 0, NULL},
    {"lint", 0, NULL, take_switch, SWITCH_LINT, "only check: print what the checks find"},
    {"no-lint", 0, NULL, take_switch, SWITCH_NO_LINT, "do not check the result"},
    {"fix", 0, NULL, take_switch, SWITCH_FIX,
     "apply the safe fixes that checks offer to options that were already in the script"},
    {"flink-cdc", 0, "VERSION", take_release, 0,
     "the Flink CDC release that the script is for (default: the newest known)"},
    {"publication-sql", 0, "FILE", take_publications, 0,
     "a PostgreSQL script whose publications the sources are checked against (repeatable)"},
    {"format", 0, "FORMAT", take_format, 0, "how findings are printed: text (default), json, sarif, github"},
    {"options", 0, NULL, take_switch, SWITCH_OPTIONS,
     "print the options of a connector, which follows as a word, or of all"},
    {"explain", 0, NULL, take_switch, SWITCH_EXPLAIN,
     "print what a check means, whose id follows as a word; alone: list the checks"},
    {"Files", 0, NULL, NULL, 0, NULL},
    {"include", 0, "GLOB", take_list, LIST_INCLUDE,
     "files that a DIR stands for (default: flink-create.*.sql; repeatable)"},
    {"exclude", 0, "GLOB", take_list, LIST_EXCLUDE, "files and folders below a DIR to leave alone (repeatable)"},
    {"force-exclude", 0, NULL, take_switch, SWITCH_FORCE_EXCLUDE,
     "leave out what --exclude matches even where it is named itself, as hooks do"},
    {"stdin-filename", 0, "NAME", take_stdin_name, 0, "the name of standard input, in messages and for .smtpatch.ini"},
    {"jobs", 'j', "N", take_jobs, 0, "work on N files at once (default: processors, 8 at most)"},
    {"Messages", 0, NULL, NULL, 0, NULL},
    {"verbose", 'v', NULL, take_switch, SWITCH_VERBOSE,
     "say every change: where, which table, which option, by which rule"},
    {"quiet", 'q', NULL, take_switch, SWITCH_QUIET, "say only what is wrong"},
    {"color", 0, "WHEN", take_color, 0, "auto (default), always or never; NO_COLOR is heeded"},
    {"completion", 0, "SHELL", take_completion, 0, "print the completion script for bash, zsh or fish"},
    {"help", 'h', NULL, take_switch, SWITCH_HELP, "print this help"},
    {"version", 'V', NULL, take_switch, SWITCH_VERSION, "print the version"},
};

const OptionSpec *const option_specs = options;
const size_t option_spec_count = sizeof options / sizeof *options;

const ActionSpec *option_action(const OptionSpec *option) { return &actions[option->value]; }

bool option_lists_outputs(const OptionSpec *option) { return option->take == take_emit; }
