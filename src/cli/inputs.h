/* From the names on the command line to the files that are meant. */
#ifndef SMTPATCH_INPUTS_H
#define SMTPATCH_INPUTS_H

#include "cli/settings.h"

/* The files of settings->inputs in their order, a directory's in the order of their names; "-" is standard input, and
 * stands alone when there are no inputs. Links below a directory are not followed. Trouble (no such file, a directory
 * without scripts) goes to findings. */
Strings find_inputs(const Settings *settings, Arena *arena, Findings *findings);

#endif
