/* --explain and --options: what smtpatch knows, printed. */
#ifndef SMTPATCH_LOOKUP_H
#define SMTPATCH_LOOKUP_H

#include "cli/settings.h"

/* The columns of the terminal that standard output is, or what COLUMNS says; 80 when neither tells. */
size_t terminal_width(void);

/* The page of a check, or the list of all of them when id is NULL. False for an unknown id; *problem says so. */
bool print_explanation(const char *id, Arena *arena, Buffer *out, Str *problem);

/* The catalogue of a connector, or of all when it is NULL, as text or as JSON. False for an unknown connector. */
bool print_catalogue(const char *connector, const Settings *settings, Arena *arena, Buffer *out, Str *problem);

#endif
