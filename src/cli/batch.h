/* Some inputs one after another in one thread; in place, they wait for their disk together. */
#ifndef SMTPATCH_BATCH_H
#define SMTPATCH_BATCH_H

#include "cli/job.h"
#include "cli/pool.h"

/* How many inputs of so many files a batch holds. */
size_t batch_size(const Settings *settings, size_t files);

/* How many batches may wait for their disk while others are worked on. */
size_t batches_waiting(const Settings *settings);

/* Does `count` orders, at most a batch, as job.h says; results are all zero at first. The turn ends when all of them
 * only wait. */
void batch_run(const JobOrder *orders, size_t count, const Settings *settings, bool has_color, Progress *progress,
               JobMemory *memory, PoolTurn *turn, JobResult *results);

#endif
