/* What the checks ask of each option of a table, found once. */
#ifndef SMTPATCH_TABLE_OPTIONS_H
#define SMTPATCH_TABLE_OPTIONS_H

#include "checks/checker.h"

/* What the catalogue said of keys lately: the tables of a script have much the same ones. All zero is none. */
typedef struct KnownOption {
    const Connector *connector;
    Role role;
    Str key;
    const OptionFound *found;
} KnownOption;

enum { KNOWN_OPTIONS = 1024 };

typedef struct KnownOptions {
    KnownOption places[KNOWN_OPTIONS];
} KnownOptions;

/* Fills in own, own_count and found of a table whose connector and roles are known. */
void look_at_options(const Checker *checker, CheckedTable *table, KnownOptions *known);

#endif
