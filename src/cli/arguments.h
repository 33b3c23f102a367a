/* The command line: one table of options, from which the parser and --help are fed. */
#ifndef SMTPATCH_ARGUMENTS_H
#define SMTPATCH_ARGUMENTS_H

#include "cli/settings.h"

/* Reads the arguments into *settings; the options that change tables become one rule in composer. What is wrong is
 * added to the composer's findings. Uses getopt_long(), so not for two threads at once. */
void arguments_parse(int count, char **arguments, Settings *settings, Composer *composer);

/* The text of --help. */
void print_help(Buffer *out);

#endif
