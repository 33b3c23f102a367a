/* How far long work has come: one line on a terminal's standard error, gone before anything else is written there. */
#ifndef SMTPATCH_PROGRESS_H
#define SMTPATCH_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct Progress {
    const char *(*path_at)(const void *context, size_t index); /* of the inputs; "-" is standard input */
    const void *context;
    size_t files;

    atomic_size_t finished; /* of the files */
    atomic_size_t done;     /* bytes worked on */
    atomic_size_t streamed; /* bytes of inputs whose size nobody knew before they were read */

    pthread_t thread;
    pthread_mutex_t lock; /* of the terminal and all below */
    pthread_cond_t stops;
    bool is_running, is_stopping, is_shown;
} Progress;

/* Watches over the work on `files` inputs from now on, in a thread of its own, and begins to tell after a second. Where
 * no thread can be had nothing is told. The other functions do nothing for a Progress that was not started. */
void progress_start(Progress *progress, size_t files, const char *(*path_at)(const void *context, size_t index),
                    const void *context);

/* No line is on the terminal from progress_pause() to progress_go_on(): for those who write there. */
void progress_pause(Progress *progress);
void progress_go_on(Progress *progress);

/* The line is gone for good. */
void progress_stop(Progress *progress);

#endif
