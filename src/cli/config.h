/* The rules files of a run: those of --rules, and the .smtpatch.ini that stands nearest above each input. */
#ifndef SMTPATCH_CONFIG_H
#define SMTPATCH_CONFIG_H

#include "cli/settings.h"

/* A rules file that was read. */
typedef struct Config {
    const char *path;
    Source source;
    Buffer text;
    RulesFile rules;
    bool is_broken; /* it could not be read, or something in it is wrong */
} Config;

typedef VECTOR(Config *) Configs;

/* Reads the rules file at path; what is wrong goes to findings. The config is added to *configs first, so that
 * configs_free() frees it in any case. */
Config *config_read(const char *path, Configs *configs, Arena *arena, Findings *findings);

/* What was found for the directory of the last input: the next one mostly is in the same. All zero at first. */
typedef struct ConfigSearch {
    Str directory; /* as the input names it */
    Config *found;
} ConfigSearch;

/* The .smtpatch.ini in the directory of the input or the nearest one above it; NULL when there is none. Each one is
 * read once. input: a path, or "-" with a name for standard input, which may be NULL. */
Config *config_for(const char *input, const char *stdin_name, ConfigSearch *search, Configs *configs, Arena *arena,
                   Findings *findings);

void configs_free(Configs *configs);

#endif
