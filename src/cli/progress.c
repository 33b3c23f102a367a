#include "cli/progress.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "buffer.h"
#include "save.h"

enum { QUIET_MILLISECONDS = 1000, STEP_MILLISECONDS = 200 };
enum { BYTES_SHOWN = 50000, ENOUGH_TO_TELL = 20 }; /* what counts as 0.1 MB; a twentieth */

#define ERASE_LINE "\r\033[K"

/* What the thread knows. */
typedef struct Watch {
    Progress *progress;
    double start;     /* seconds, of the monotonic clock */
    size_t size;      /* bytes of the inputs that are files */
    size_t last_done; /* when bytes were counted last, */
    double last_time; /* and the time of that */
} Watch;

static double seconds(const struct timespec *time) { return (double)time->tv_sec + (double)time->tv_nsec / 1e9; }

static struct timespec now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time;
}

static size_t size_of_inputs(const Progress *progress) {
    size_t size = 0;
    for (size_t i = 0; i < progress->files; i++) {
        struct stat status;
        const char *path = progress->path_at(progress->context, i);
        if (strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            size += (size_t)status.st_size;
        }
    }
    return size;
}

/* ---- The line ---------------------------------------------------------------------------------------------------- */

static void add_part(Buffer *line, const char *part) { buffer_format(line, "%s%s", line->size > 0 ? ", " : "", part); }

static void add_time(Buffer *line, double time, const char *what) {
    char text[64];
    if (time < 60) {
        snprintf(text, sizeof text, "%.0f s%s", time < 1 ? 1 : time, what);
    } else {
        snprintf(text, sizeof text, "%.0f min%s", time / 60, what);
    }
    add_part(line, text);
}

/* The work comes in steps, so the rate is that of the last step, and in between what is left becomes less. */
static void add_rate(Watch *watch, size_t done, size_t size, double time, Buffer *line) {
    if (done != watch->last_done) {
        watch->last_done = done;
        watch->last_time = time;
    }
    double rate = (double)done / (watch->last_time - watch->start);
    char text[64];
    snprintf(text, sizeof text, "%.1f MB/s", rate / 1e6);
    add_part(line, text);
    if (done >= size / ENOUGH_TO_TELL) {
        add_time(line, (double)(size - done) / rate - (time - watch->last_time), " left");
    }
}

static void compose_line(Watch *watch, double time, Buffer *line) {
    Progress *progress = watch->progress;
    size_t finished = atomic_load(&progress->finished), done = atomic_load(&progress->done);
    size_t size = watch->size + atomic_load(&progress->streamed);
    char text[64];
    size = done > size ? done : size; /* a file may have grown */
    if (progress->files > 1) {
        snprintf(text, sizeof text, "%zu of %zu files", finished, progress->files);
        add_part(line, text);
    }
    if (size >= BYTES_SHOWN) {
        snprintf(text, sizeof text, "%.1f of %.1f MB", (double)done / 1e6, (double)size / 1e6);
        add_part(line, text);
    }
    if (done >= BYTES_SHOWN) {
        add_rate(watch, done, size, time, line);
    } else {
        add_time(line, time - watch->start, "");
    }
}

/* Not on a terminal that is too narrow, as what goes on below could not be taken away. */
static void show_line(Watch *watch, double time) {
    Buffer line = {0}, shown = {0};
    struct winsize terminal;
    size_t width = ioctl(STDERR_FILENO, TIOCGWINSZ, &terminal) == 0 && terminal.ws_col > 0 ? terminal.ws_col : 80;
    compose_line(watch, time, &line);
    buffer_format(&shown, ERASE_LINE "smtpatch: %.*s", (int)line.size, line.data);
    if (!line.failed && !shown.failed && shown.size - (sizeof ERASE_LINE - 1) < width) {
        write_all(STDERR_FILENO, buffer_str(&shown));
        watch->progress->is_shown = true;
    }
    buffer_free(&line);
    buffer_free(&shown);
}

static void hide_line(Progress *progress) {
    if (progress->is_shown) {
        write_all(STDERR_FILENO, STR(ERASE_LINE));
        progress->is_shown = false;
    }
}

/* ---- The thread -------------------------------------------------------------------------------------------------- */

/* With the lock held. False when the work ended meanwhile. */
static bool wait_for(Progress *progress, long milliseconds) {
    struct timespec until = now();
    long nanoseconds = until.tv_nsec + milliseconds * 1000000;
    until.tv_sec += nanoseconds / 1000000000;
    until.tv_nsec = nanoseconds % 1000000000;
    int result = 0;
    while (!progress->is_stopping && result != ETIMEDOUT) {
        result = pthread_cond_timedwait(&progress->stops, &progress->lock, &until);
    }
    return !progress->is_stopping;
}

static void *watch_over(void *context) {
    struct timespec start = now();
    Watch watch = {.progress = context, .start = seconds(&start), .last_time = seconds(&start)};
    pthread_mutex_lock(&watch.progress->lock);
    if (wait_for(watch.progress, QUIET_MILLISECONDS)) {
        watch.size = size_of_inputs(watch.progress);
        do {
            struct timespec time = now();
            show_line(&watch, seconds(&time));
        } while (wait_for(watch.progress, STEP_MILLISECONDS));
    }
    hide_line(watch.progress);
    pthread_mutex_unlock(&watch.progress->lock);
    return NULL;
}

/* The clock that is put forward at night would not do for waiting. */
static void init_condition(pthread_cond_t *condition) {
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

void progress_start(Progress *progress, size_t files, const char *(*path_at)(const void *context, size_t index),
                    const void *context) {
    progress->files = files;
    progress->path_at = path_at;
    progress->context = context;
    pthread_mutex_init(&progress->lock, NULL);
    init_condition(&progress->stops);
    progress->is_running = pthread_create(&progress->thread, NULL, watch_over, progress) == 0;
    if (!progress->is_running) {
        pthread_cond_destroy(&progress->stops);
        pthread_mutex_destroy(&progress->lock);
    }
}

void progress_pause(Progress *progress) {
    if (progress->is_running) {
        pthread_mutex_lock(&progress->lock);
        hide_line(progress);
    }
}

void progress_go_on(Progress *progress) {
    if (progress->is_running) {
        pthread_mutex_unlock(&progress->lock);
    }
}

void progress_stop(Progress *progress) {
    if (!progress->is_running) {
        return;
    }
    pthread_mutex_lock(&progress->lock);
    progress->is_stopping = true;
    pthread_cond_signal(&progress->stops);
    pthread_mutex_unlock(&progress->lock);
    pthread_join(progress->thread, NULL);
    pthread_cond_destroy(&progress->stops);
    pthread_mutex_destroy(&progress->lock);
    progress->is_running = false;
}
