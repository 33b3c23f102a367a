#include "cli/arguments.h"

#include <getopt.h>
#include <limits.h>

#include "cli/options.h"

enum { FIRST_LONG_VALUE = UCHAR_MAX + 1 };

/* ---- Parsing ----------------------------------------------------------------------------------------------------- */

/* getopt's two tables; an option's code is its place in ours. */
static void fill_getopt_tables(char *letters, struct option *names) {
    *letters++ = ':';
    for (size_t i = 0; i < option_spec_count; i++) {
        const OptionSpec *option = &option_specs[i];
        if (option->help == NULL) {
            continue;
        }
        int takes = option->argument == NULL     ? no_argument
                    : option->argument[0] == '[' ? optional_argument
                                                 : required_argument;
        *names++ = (struct option){option->name, takes, NULL, FIRST_LONG_VALUE + (int)i};
        if (option->letter != 0) {
            *letters++ = option->letter;
            for (int colons = takes; colons > 0; colons--) {
                *letters++ = ':';
            }
        }
    }
    *letters = '\0';
    *names = (struct option){0};
}

static const OptionSpec *find_option(int code) {
    if (code >= FIRST_LONG_VALUE) {
        return &option_specs[code - FIRST_LONG_VALUE];
    }
    for (size_t i = 0; i < option_spec_count; i++) {
        if (option_specs[i].letter != 0 && option_specs[i].letter == code) {
            return &option_specs[i];
        }
    }
    return NULL;
}

static void unknown_option(Arguments *arguments, const char *word, int letter) {
    if (letter != 0 && letter < FIRST_LONG_VALUE) {
        usage_trouble(arguments, arena_format(arguments->arena, "there is no option -%c", letter));
        return;
    }
    const char *equals = strchr(word, '=');
    Str name = {word, equals ? (size_t)(equals - word) : strlen(word)}, bare = str_from(name, 2);
    const char *nearest = NULL;
    size_t best = 4;
    for (size_t i = 0; i < option_spec_count; i++) {
        size_t distance = option_specs[i].help != NULL ? str_distance(bare, str_of(option_specs[i].name), 3) : SIZE_MAX;
        if (distance < best && distance < bare.size) {
            best = distance;
            nearest = option_specs[i].name;
        }
    }
    usage_trouble(arguments,
                  nearest ? arena_format(arguments->arena, "there is no option %.*s; did you mean --%s?",
                                         (int)name.size, name.data, nearest)
                          : arena_format(arguments->arena, "there is no option %.*s", (int)name.size, name.data));
}

static RulePlace place_of(Arguments *arguments, const OptionSpec *option) {
    return (RulePlace){.text = arena_format(arguments->arena, "--%s", option->name)};
}

static void compose_action(Arguments *arguments, const OptionSpec *option, const char *argument) {
    const ActionSpec *spec = option_action(option);
    RulePlace place = place_of(arguments, option);
    const char *equals = strchr(argument, '=');
    Str key = str_of(spec->key), value = str_of(argument);
    if (spec->kind == ACTION_UNSET) {
        key = value;
    } else if (spec->key == NULL && equals == NULL) {
        bad_argument(arguments, option, argument, option->argument);
        return;
    } else if (spec->key == NULL) {
        key = (Str){argument, (size_t)(equals - argument)};
        value = str_of(equals + 1);
    }
    if (spec->scope == SCOPE_CDC && !str_has_prefix(key, STR("debezium."))) {
        key = arena_format(arguments->arena, "debezium.%.*s", (int)key.size, key.data);
    }
    composer_action(arguments->composer, spec->kind, spec->scope, key, value, &place);
}

/* For a message about them. */
static Str shown_conditions(Arguments *arguments) {
    Str shown = STR("");
    for (size_t i = 0; i < arguments->conditions.count; i++) {
        const GivenOption *given = &arguments->conditions.items[i];
        shown = arena_format(arguments->arena, "%s%s--%s '%s'", shown.data, i > 0 ? " " : "", given->option->name,
                             given->argument);
    }
    return shown;
}

static void compose_rule(Arguments *arguments) {
    bool names_connector = false;
    composer_start(arguments->composer, STR("command line"));
    for (size_t i = 0; i < arguments->conditions.count; i++) {
        const GivenOption *given = &arguments->conditions.items[i];
        ConditionField field = (ConditionField)given->option->value;
        RulePlace place = place_of(arguments, given->option);
        names_connector = names_connector || field == FIELD_CONNECTOR;
        composer_condition(arguments->composer, field, STR(""), str_of(given->argument), &place);
    }
    if (!names_connector) {
        composer_condition(arguments->composer, FIELD_CONNECTOR, STR(""), STR("-cdc$"),
                           &(RulePlace){.text = STR("smtpatch")});
    }
    for (size_t i = 0; i < arguments->actions.count; i++) {
        compose_action(arguments, arguments->actions.items[i].option, arguments->actions.items[i].argument);
    }
    composer_finish(arguments->composer);
    if (arguments->actions.count > 0) {
        arguments->settings->table_conditions = shown_conditions(arguments);
    }
}

/* The word behind --explain and --options is what they are about. */
static void take_subject(Arguments *arguments) {
    Settings *settings = arguments->settings;
    if (!settings->wants_explanation && !settings->wants_options) {
        return;
    }
    settings->subject = settings->inputs.count > 0 ? settings->inputs.items[0] : NULL;
    if (settings->inputs.count > 1) {
        usage_trouble(arguments, STR("--explain and --options take one word"));
    }
}

/* Of a script's lines. */
static void check_lines(Arguments *arguments) {
    const Settings *settings = arguments->settings;
    if (settings->inputs.count > 1) {
        usage_trouble(arguments, STR("--lines is about the lines of one script: give one FILE"));
    }
    if (settings->output != NULL) {
        usage_trouble(arguments, STR("--lines is about SQL: it does not go with --emit"));
    }
    if (settings->prelude.count > 0 || settings->file.gathers_inserts) {
        usage_trouble(arguments, STR("--prelude and --statement-set change the script as a whole: "
                                     "they do not go with --lines"));
    }
}

static void check_together(Arguments *arguments) {
    const Settings *settings = arguments->settings;
    if (settings->is_in_place && (settings->is_check || settings->is_diff)) {
        usage_trouble(arguments, STR("--in-place writes files, --check and --diff do not: take one of them"));
    }
    for (size_t i = 0; settings->is_in_place && i < settings->inputs.count; i++) {
        if (strcmp(settings->inputs.items[i], "-") == 0) {
            usage_trouble(arguments, STR("--in-place cannot rewrite standard input"));
        }
    }
    if (settings->output != NULL && (settings->is_in_place || settings->is_check || settings->is_diff)) {
        usage_trouble(arguments, STR("--in-place, --check and --diff are about SQL: they do not go with --emit"));
    }
    if (settings->lint == LINT_ONLY && (settings->is_in_place || settings->is_check || settings->is_diff)) {
        usage_trouble(arguments, STR("--lint prints findings alone: --in-place, --check and --diff do not go with it"));
    }
    if (settings->is_in_place && settings->inputs.count == 0) {
        usage_trouble(arguments, STR("--in-place needs the names of files"));
    }
    if (settings->lines.count > 0) {
        check_lines(arguments);
    }
}

void arguments_parse(int count, char **words, Settings *settings, Composer *composer) {
    Arguments arguments = {.settings = settings, .composer = composer, .arena = composer->arena};
    char *letters = arena_array(composer->arena, option_spec_count + 1, 3);
    struct option *names = arena_array(composer->arena, option_spec_count + 1, sizeof *names);
    int code;
    fill_getopt_tables(letters, names);
    opterr = 0;
    optind = 0;
    while ((code = getopt_long(count, words, letters, names, NULL)) != -1) {
        const OptionSpec *option = find_option(code == '?' || code == ':' ? optopt : code);
        if (option == NULL) {
            unknown_option(&arguments, words[optind - 1], optopt);
        } else if (code == ':') {
            usage_trouble(&arguments,
                          arena_format(arguments.arena, "--%s needs its %s", option->name, option->argument));
        } else if (code == '?') {
            usage_trouble(&arguments, arena_format(arguments.arena, "--%s takes no argument", option->name));
        } else {
            option->take(&arguments, option, optarg);
        }
    }
    for (int i = optind; i < count; i++) {
        *vector_add(arguments.arena, &settings->inputs) = words[i];
    }
    take_subject(&arguments);
    compose_rule(&arguments);
    check_together(&arguments);
}

/* ---- Help -------------------------------------------------------------------------------------------------------- */

enum { HELP_COLUMN = 30 };

static void print_option(const OptionSpec *option, Buffer *out) {
    size_t start = out->size;
    if (option->letter != 0) {
        buffer_format(out, "  -%c, --%s", option->letter, option->name);
    } else {
        buffer_format(out, "      --%s", option->name);
    }
    if (option->argument != NULL && option->argument[0] == '[') {
        buffer_format(out, "[=%s", option->argument + 1);
    } else if (option->argument != NULL) {
        buffer_format(out, "=%s", option->argument);
    }
    size_t taken = out->size - start;
    if (taken + 2 > HELP_COLUMN) {
        buffer_add_char(out, '\n');
        taken = 0;
    }
    buffer_add_repeated(out, ' ', HELP_COLUMN - taken);
    buffer_format(out, "%s\n", option->help);
    for (size_t i = 0; option_lists_outputs(option) && output_at(i) != NULL; i++) {
        buffer_format(out, "%*s%s: %s\n", HELP_COLUMN + 2, "", output_at(i)->name, output_at(i)->summary);
    }
}

bool option_at(size_t index, OptionDescription *description) {
    for (size_t i = 0; i < option_spec_count; i++) {
        const OptionSpec *option = &option_specs[i];
        if (option->help != NULL && index-- == 0) {
            *description = (OptionDescription){option->name, option->letter, option->argument, option->help};
            return true;
        }
    }
    return false;
}

void print_help(Buffer *out) {
    buffer_add(out, STR("Usage: smtpatch [OPTION]... [FILE|DIR]...\n"
                        "Patch the options of the tables in Flink SQL scripts, as SMT and people write them.\n"
                        "Without FILE, or when it is -, standard input is read. A DIR stands for the\n"
                        "flink-create.*.sql files below it.\n"));
    for (size_t i = 0; i < option_spec_count; i++) {
        if (option_specs[i].help == NULL) {
            buffer_format(out, "\n%s:\n", option_specs[i].name);
        } else {
            print_option(&option_specs[i], out);
        }
    }
    buffer_add(out,
               STR("\n"
                   "Exit status: 0 fine; 1 a check found an error, or --check a file that would change; 2 trouble (a "
                   "file that cannot be\n"
                   "read or written, a syntax error, a bad rules file); 70 an internal check failed.\n"
                   "\n"
                   "Example: smtpatch --slot 'flink_${table|slot}' --publication my_pub --heartbeat 10s -i result/\n"));
}
