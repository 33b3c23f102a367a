/* --completion: what bash, zsh and fish need to complete the command line, made of the table of options. */
#ifndef SMTPATCH_COMPLETION_H
#define SMTPATCH_COMPLETION_H

#include "arena.h"
#include "buffer.h"

/* Whether there is a completion for that shell. */
bool completion_knows(const char *shell);

/* The script for a known shell. What it needs on the way lives in arena. */
void print_completion(const char *shell, Arena *arena, Buffer *out);

#endif
