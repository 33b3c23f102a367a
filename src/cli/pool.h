/* Several inputs at the same time, their results in order. */
#ifndef SMTPATCH_POOL_H
#define SMTPATCH_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* What is done with each item: work makes the result of item `number` in `result`, finish takes it, in the order of
 * the numbers and never two at once. */
typedef struct PoolTask {
    size_t count;       /* of items */
    size_t result_size; /* bytes of a result; all zero at first */
    void (*work)(void *context, size_t number, void *result);
    void (*finish)(void *context, void *result);
    void *context;
} PoolTask;

/* Runs the task with up to `workers` threads, or in this one when there is one worker or no thread can be had. At most
 * a few results wait at any time. False when memory ended before anything was done. */
bool pool_run(const PoolTask *task, size_t workers);

#endif
