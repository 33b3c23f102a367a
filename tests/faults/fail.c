/* Loaded into smtpatch with LD_PRELOAD: makes calls of the C library fail, as the environment says.
 *
 * FAIL_CALL=NAME and FAIL_AT=N: the N-th call (from 1) of malloc, open, read, write, fsync, rename, close, link, fchmod or
 * fstat fails; malloc stands for calloc, realloc, strdup and their like too. FAIL_AT=all: each of them fails.
 * FAIL_WITH=NUMBER: errno; EIO if not given. FAIL_WITH=short: read and write take one byte only.
 * FAIL_COUNT=FILE: the number of such calls is written there at the end.
 *
 * Of read, write, fsync and close only those on files and pipes that the program opened itself or got from its caller
 * count, all of them from its main() on up to its end: what measures coverage at the exit is left in peace. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* What is real: looked up once, before main(). */
static void *(*real_malloc)(size_t size);
static void *(*real_calloc)(size_t count, size_t size);
static void *(*real_realloc)(void *memory, size_t size);
static int (*real_open)(const char *path, int flags, ...);
static ssize_t (*real_read)(int descriptor, void *buffer, size_t size);
static ssize_t (*real_write)(int descriptor, const void *buffer, size_t size);
static ssize_t (*real_writev)(int descriptor, const struct iovec *parts, int count);
static int (*real_fsync)(int descriptor);
static int (*real_rename)(const char *from, const char *to);
static int (*real_close)(int descriptor);
static int (*real_link)(const char *from, const char *to);
static int (*real_fchmod)(int descriptor, mode_t mode);
static int (*real_fstat)(int descriptor, struct stat *status);
static int (*real_mkostemp)(char *template, int flags);

static const char *failing = "", *count_file;
static long fail_at, calls; /* fail_at: -1 for all */
static int fail_errno;
static bool is_short, is_ready;

/* dlsym() may allocate while nothing is looked up yet. */
static _Alignas(16) char early[65536];
static size_t early_size;

static void *early_alloc(size_t size) {
    void *memory = early + early_size;
    early_size += (size + 15) & ~(size_t)15;
    return early_size <= sizeof early ? memory : NULL;
}

static bool is_early(const void *memory) { return (const char *)memory >= early && (const char *)memory < early + sizeof early; }

#define look_up(name) (*(void **)&real_##name = dlsym(RTLD_NEXT, #name))

static void read_environment(void) {
    const char *call = getenv("FAIL_CALL"), *at = getenv("FAIL_AT"), *with = getenv("FAIL_WITH");
    failing = call ? call : "";
    fail_at = at == NULL ? 0 : strcmp(at, "all") == 0 ? -1 : atol(at);
    is_short = with != NULL && strcmp(with, "short") == 0;
    fail_errno = with != NULL && !is_short ? atoi(with) : EIO;
    count_file = getenv("FAIL_COUNT");
}

__attribute__((constructor)) static void start(void) {
    look_up(malloc), look_up(calloc), look_up(realloc), look_up(open), look_up(read), look_up(write), look_up(writev), look_up(fsync);
    look_up(rename), look_up(close), look_up(link), look_up(fchmod), look_up(fstat), look_up(mkostemp);
    read_environment();
    is_ready = true;
}

__attribute__((destructor)) static void stop(void) {
    char text[32];
    is_ready = false;
    int descriptor = count_file ? real_open(count_file, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    int size = snprintf(text, sizeof text, "%ld", calls);
    if (descriptor >= 0 && real_write(descriptor, text, (size_t)size) == size) {
        real_close(descriptor);
    }
}

static void leave_in_peace(void) { is_ready = false; }

/* Whether this call must fail; then errno is set. */
static bool fails(const char *call) {
    if (!is_ready || strcmp(call, failing) != 0) {
        return false;
    }
    if (calls++ == 0) {
        atexit(leave_in_peace);
    }
    bool does = fail_at == -1 || calls == fail_at;
    errno = does ? fail_errno : errno;
    return does;
}

static bool memory_fails(void) {
    int error = errno;
    bool does = fails("malloc");
    errno = does ? ENOMEM : error;
    return does;
}

void *malloc(size_t size) {
    if (real_malloc == NULL) {
        return early_alloc(size);
    }
    return memory_fails() ? NULL : real_malloc(size);
}

void *calloc(size_t count, size_t size) {
    if (real_calloc == NULL) {
        return early_alloc(count * size);
    }
    return memory_fails() ? NULL : real_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    if (real_realloc == NULL || is_early(memory)) {
        void *moved = malloc(size);
        return moved && memory ? memcpy(moved, memory, size) : moved;
    }
    return memory_fails() ? NULL : real_realloc(memory, size);
}

void free(void *memory) {
    static void (*real_free)(void *memory);
    if (memory == NULL || is_early(memory)) {
        return;
    }
    if (real_free == NULL) {
        look_up(free);
    }
    real_free(memory);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return fails("open") ? -1 : real_open(path, flags, mode);
}

int mkostemp(char *template, int flags) { return fails("open") ? -1 : real_mkostemp(template, flags); }

ssize_t read(int descriptor, void *buffer, size_t size) {
    if (fails("read")) {
        return is_short && size > 0 ? real_read(descriptor, buffer, 1) : -1;
    }
    return real_read(descriptor, buffer, size);
}

ssize_t write(int descriptor, const void *buffer, size_t size) {
    if (fails("write")) {
        return is_short && size > 0 ? real_write(descriptor, buffer, 1) : -1;
    }
    return real_write(descriptor, buffer, size);
}

/* A write like the other. */
ssize_t writev(int descriptor, const struct iovec *parts, int count) {
    if (fails("write")) {
        return is_short && count > 0 ? real_write(descriptor, parts[0].iov_base, parts[0].iov_len > 0) : -1;
    }
    return real_writev(descriptor, parts, count);
}

/* The descriptor is gone even when close() tells of an error. */
int close(int descriptor) { return fails("close") ? (real_close(descriptor), errno = fail_errno, -1) : real_close(descriptor); }

int fsync(int descriptor) { return fails("fsync") ? -1 : real_fsync(descriptor); }
int rename(const char *from, const char *to) { return fails("rename") ? -1 : real_rename(from, to); }
int link(const char *from, const char *to) { return fails("link") ? -1 : real_link(from, to); }
int fchmod(int descriptor, mode_t mode) { return fails("fchmod") ? -1 : real_fchmod(descriptor, mode); }
int fstat(int descriptor, struct stat *status) { return fails("fstat") ? -1 : real_fstat(descriptor, status); }
