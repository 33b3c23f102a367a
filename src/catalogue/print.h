/* The catalogue for people and for programs: what --options prints. */
#ifndef SMTPATCH_CATALOGUE_PRINT_H
#define SMTPATCH_CATALOGUE_PRINT_H

#include "buffer.h"
#include "catalogue/catalogue.h"

/* The options that the connector takes at the release, for a terminal of that many columns: as a table where
 * one fits, else one below the other. connector NULL: the list of the known connectors. */
void catalogue_print_text(Buffer *out, Arena *arena, const Connector *connector, Release release,
                          size_t width);

/* The same as one JSON object: "connector", "release", "options", "prefixes". connector NULL: an array of
 * them, one for each connector. */
void catalogue_print_json(Buffer *out, Arena *arena, const Connector *connector, Release release);

#endif
