/* The one way out when memory ends. An arena that cannot grow leaves through its guard to the
 * guard_run() that stands around the work, so that no code between has to pass NULL back. Whatever
 * must be released afterwards belongs to the caller of guard_run(), never to a frame inside it. */
#ifndef SMTPATCH_GUARD_H
#define SMTPATCH_GUARD_H

#include <setjmp.h>
#include <stdbool.h>

typedef struct Guard {
    jmp_buf exit;
} Guard;

/* Runs work(context). False when it was left by guard_leave(). Guards do not nest on one Guard object. */
bool guard_run(Guard *guard, void (*work)(void *context), void *context);

/* Leaves the guard_run() that is under way. */
_Noreturn void guard_leave(Guard *guard);

#endif
