/* From a rules file to rules and settings: smtpatch's own INI files and SMT's config_prod.conf. */
#ifndef SMTPATCH_LOAD_H
#define SMTPATCH_LOAD_H

#include "rules/compose.h"

/* KEY = VALUE of [smtpatch] or [prelude]. */
typedef struct Setting {
    Str key, value;
    RulePlace place;
} Setting;

typedef struct RulesFile {
    Composer composer; /* holds the rules; composer_free() frees what the arena does not */
    VECTOR(Setting) settings, prelude;
} RulesFile;

/* Reads source into *file, all of it in arena. What is wrong is added to findings as trouble, with its line. When
 * memory ends it leaves through the arena's guard; composer_free() is right in any case. */
void rules_load(Source *source, RulesFile *file, Arena *arena, Findings *findings);

#endif
