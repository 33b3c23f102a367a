/* --explain and --options: what smtpatch knows, printed. */
#ifndef SMTPATCH_LOOKUP_H
#define SMTPATCH_LOOKUP_H

#include "cli/settings.h"

/* The page of a check, or the list of all of them when id is NULL. False for an unknown id; *problem says so. */
bool print_explanation(const char *id, Arena *arena, Buffer *out, Str *problem);

/* The catalogue of a connector, or of all when it is NULL, as text or as JSON. False for an unknown connector. */
bool print_catalogue(const char *connector, const Settings *settings, Arena *arena, Buffer *out, Str *problem);

#endif
