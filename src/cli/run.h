/* A whole run: from the words of the command line to the exit status. */
#ifndef SMTPATCH_RUN_H
#define SMTPATCH_RUN_H

/* Does what the arguments (with the program's name first) ask for. The result goes to standard output, everything else
 * to standard error. Returns the exit status. */
int run(int count, char **arguments);

#endif
