/* The command line: read by the table of options.h, from which --help is fed, too. */
#ifndef SMTPATCH_ARGUMENTS_H
#define SMTPATCH_ARGUMENTS_H

#include "cli/settings.h"

/* Reads the words into *settings; the options that change tables become one rule in composer. What is wrong is
 * added to the composer's findings. Uses getopt_long(), so not for two threads at once. */
void arguments_parse(int count, char **words, Settings *settings, Composer *composer);

/* An option as the help shows it. */
typedef struct OptionDescription {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* NULL: takes none; in brackets: may be left out */
    const char *help;
} OptionDescription;

/* The options in the order of the help, from 0. False behind the last. */
bool option_at(size_t index, OptionDescription *option);

/* The text of --help. */
void print_help(Buffer *out);

#endif
