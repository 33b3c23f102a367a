/* Several inputs at the same time, their results in order. */
#ifndef SMTPATCH_POOL_H
#define SMTPATCH_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* An item's turn to be worked on. */
typedef struct PoolTurn PoolTurn;

/* What is done with each item: work makes the result of item `number` in `result`, finish takes it, in the order of
 * the numbers and never two at once. memory is what a thread keeps from one of its items to the next; forget frees what
 * it holds. */
typedef struct PoolTask {
    size_t count;       /* of items */
    size_t result_size; /* bytes of a result; all zero at first */
    size_t memory_size; /* the same of a memory */
    size_t at_once;     /* so many are worked on at the same time, */
    size_t waiting;     /* while so many more wait for a disk; mostly none do */
    void (*work)(void *context, size_t number, void *result, void *memory, PoolTurn *turn);
    void (*finish)(void *context, size_t number, void *result);
    void (*forget)(void *memory);
    void *context;
} PoolTask;

/* Runs the task with a thread for each item that is worked on or waits, or in this one when that is one or no thread
 * can be had. At most a few results wait at any time. False when memory ended before anything was done. */
bool pool_run(const PoolTask *task);

/* How many processors this process may use. */
size_t pool_processors(void);

/* From here on the item only waits for a disk: another one's turn may come. To be called by work, at most once. */
void pool_end_turn(PoolTurn *turn);

#endif
