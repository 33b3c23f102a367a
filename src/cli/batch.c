#include "cli/batch.h"

#include <unistd.h>

enum {
    BATCH_FILES = 32,
    BATCH_BYTES = 4 * 1024 * 1024, /* no more wait: for that time they stand on the disk twice */
};

static size_t at_most(size_t a, size_t b) { return a < b ? a : b; }

enum { WAITING_PER_JOB = 2 }; /* so that there is mostly one to be worked on */

/* One job is one thread: it waits itself. */
size_t batches_waiting(const Settings *settings) {
    return settings->is_in_place && settings->jobs > 1 ? WAITING_PER_JOB * settings->jobs : 0;
}

/* Half of the files that may be open can be those of batches. */
static size_t open_files(const Settings *settings) {
    long most = sysconf(_SC_OPEN_MAX);
    return most > 0 ? (size_t)most / 2 / (settings->jobs + batches_waiting(settings)) : BATCH_FILES;
}

size_t batch_size(const Settings *settings, size_t files) {
    size_t fair = files / settings->jobs; /* so that each thread has some */
    size_t size = at_most(at_most(BATCH_FILES, open_files(settings)), fair);
    return settings->is_in_place && size > 1 ? size : 1;
}

/* The first one waits for the disk and the others hardly any more: so all are synced before the first is replaced. */
static void end_jobs(const JobOrder *orders, size_t count, const Settings *settings, bool has_color,
                     JobResult *results) {
    for (size_t i = 0; i < count; i++) {
        job_flush(&results[i]);
    }
    for (size_t i = 0; i < count; i++) {
        job_sync(&results[i]);
    }
    for (size_t i = 0; i < count; i++) {
        job_end(&orders[i], settings, has_color, &results[i]);
    }
}

void batch_run(const JobOrder *orders, size_t count, const Settings *settings, bool has_color, Progress *progress,
               JobMemory *memory, PoolTurn *turn, JobResult *results) {
    size_t ended = 0, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        job_run(&orders[i], settings, has_color, progress, memory, &results[i]);
        bytes += results[i].replacement.size;
        if (bytes >= BATCH_BYTES) {
            end_jobs(orders + ended, i + 1 - ended, settings, has_color, results + ended);
            ended = i + 1;
            bytes = 0;
        }
    }
    pool_end_turn(turn);
    end_jobs(orders + ended, count - ended, settings, has_color, results + ended);
}
