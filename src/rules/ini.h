/* A rules file as a list of sections and entries. inih reads it; what inih lacks is done here: lines of any length,
 * values in double quotes, '#' as well as ';' behind a value, a line number for everything. */
#ifndef SMTPATCH_INI_H
#define SMTPATCH_INI_H

#include "finding.h"

typedef struct IniEntry {
    bool is_section; /* key is then the section's name, value empty */
    bool is_quoted;  /* the value stood in double quotes */
    Str key, value;
    size_t line;
} IniEntry;

typedef struct IniFile {
    IniEntry *entries; /* in the order of the file */
    size_t count;
} IniFile;

/* Reads source; the entries live in arena. Malformed lines are added to findings as trouble. A line that is indented
 * and holds no '=' continues the value above it, joined by one blank. */
IniFile ini_read(Source *source, Arena *arena, Findings *findings);

/* Takes "yes", "true", "on", "1" and their opposites. False when text is none of them. */
bool parse_switch(Str text, bool *value);

#endif
