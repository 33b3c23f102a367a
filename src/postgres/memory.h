/* The memory of libpg_query, and of jansson, which reads its trees. When memory ends, the one ends the process or goes
 * on with NULL, and the other's heap has been seen to break (jansson 2.14). So the build takes a copy of libpg_query's
 * archive in which it calls the functions of memory.c instead of malloc(), exit() and their like (Makefile), and
 * jansson is told to do so: these never return NULL but leave the call, and all that it took is given back at once. */
#ifndef SMTPATCH_POSTGRES_MEMORY_H
#define SMTPATCH_POSTGRES_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Tells jansson; once, before there are threads. Without it jansson has its own memory, as in unit tests. */
void postgres_memory_init(void);

/* Runs work(context), which calls these libraries, in a thread of its own that has stack_size bytes of stack: what
 * libpg_query knows between calls it keeps for each thread, and so it never keeps anything here. What the libraries
 * made is gone when this returns. False when memory ended or no thread could be had. */
bool postgres_memory_run(size_t stack_size, void (*work)(void *context), void *context);

#endif
