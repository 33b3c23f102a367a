/* What a run is asked to do, gathered from the command line and the rules files. */
#ifndef SMTPATCH_SETTINGS_H
#define SMTPATCH_SETTINGS_H

#include "emit/emit.h"
#include "emit/output.h"
#include "name_index.h"
#include "rewrite/rewrite.h"
#include "postgres/publications.h"
#include "rules/load.h"

typedef VECTOR(const char *) Strings;

/* Whether the checks run beside the rest, alone, or not at all. */
typedef enum Lint { LINT_ALSO, LINT_ONLY, LINT_NONE } Lint;

/* How findings are printed. */
typedef enum Format { FORMAT_TEXT, FORMAT_JSON, FORMAT_SARIF, FORMAT_GITHUB } Format;

typedef enum Color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } Color;

/* Where a value comes from; the stronger one stays. */
typedef enum Strength { BY_DEFAULT, BY_CONFIG, BY_RULES_FILE, BY_COMMAND_LINE } Strength;

/* A vector of settings, no two of one key. */
typedef struct Prelude {
    PreludeSetting *items;
    size_t count, capacity;
    NameIndex *index; /* by their keys */
} Prelude;

/* What may differ from file to file, as .smtpatch.ini is looked for beside each. */
typedef struct FileSettings {
    Layout layout;
    bool sorts_options;
    Release release;      /* of Flink CDC; all zero is the newest */
    Severity *severities; /* of the checks, by their numbers */
    Strength *severity_strengths;
    Prelude prelude;
    Strength layout_strength, sort_strength, release_strength, fix_strength, set_strength;
    bool gathers_inserts; /* into one statement set */
    bool fixes;
    Strings publication_files; /* paths of --publication-sql */
    Strength publication_strength;
    const Publications *publications; /* what they make; NULL when there are none */
} FileSettings;

typedef struct Settings {
    FileSettings file;
    Strings inputs, rules_files, includes, excludes;
    VECTOR(LineRange) lines; /* of --lines; none: all */
    const char *stdin_name;    /* NULL: there is none */
    const char *backup_suffix; /* NULL: no backup */
    Str table_conditions; /* of the command line, as they were given, when something is to be set; else empty */
    size_t jobs; /* 0: as --jobs says that it is by default */
    Color color;
    Lint lint;
    Format format;
    Prelude prelude;      /* of the command line */
    const Output *output; /* NULL: SQL */
    size_t width;         /* of the terminal that standard output is; 0 when it is none */
    bool is_in_place, is_check, is_diff, is_verbose, is_quiet, has_no_config;
    bool forces_exclude;    /* also what is named itself */
    const char *completion; /* the shell of --completion; NULL: not wanted */
    bool wants_help, wants_version, wants_explanation, wants_options;
    const char *subject; /* of --explain and --options; NULL: everything */
} Settings;

/* Applies KEY = VALUE of a [smtpatch] section. Trouble (an unknown key, a value that it does not take) goes to
 * findings. */
void setting_apply(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena, Findings *findings);

/* Adds KEY = VALUE, or changes the value of a key that is there. */
void prelude_set(Prelude *prelude, Str key, Str value, Arena *arena);

/* Adds a file of --publication-sql; those of a weaker place are forgotten. */
void add_publication_file(FileSettings *settings, const char *path, Strength strength, Arena *arena);

bool parse_layout(Str text, Layout *layout);

/* Settings as they are before anybody asks for anything, their lists in arena. */
FileSettings default_file_settings(Arena *arena);

/* A copy that can be changed without changing the original. */
FileSettings copy_file_settings(const FileSettings *settings, Arena *arena);

#endif
