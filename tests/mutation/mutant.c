#include "mutant.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

int mutant_chosen;
char *mutant_record;
static char *tables[MUTANTS_MAX];

/* A mutant that runs in a circle, waits, or takes all memory ends by itself: a test that fails. */
static void limit_mutant(void) {
    setrlimit(RLIMIT_CPU, &(struct rlimit){10, 10});
    setrlimit(RLIMIT_AS, &(struct rlimit){(rlim_t)4 << 30, (rlim_t)4 << 30});
    alarm(30);
}

void mutant_array(int id, char *text) { tables[id] = text; }

void mutant_choose(int id) {
    mutant_chosen = id;
    if (id > 0) {
        limit_mutant();
    }
    if (tables[id]) {
        tables[id][0] = tables[id][0] == '~' ? '!' : '~';
    }
}

/* ---- Keeping what the program was called with ---- */

static const char *kept; /* a folder */

static void copy(const char *from, const char *to) {
    char buffer[1 << 14];
    int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    ssize_t size;
    while (in >= 0 && out >= 0 && (size = read(in, buffer, sizeof buffer)) > 0) {
        size = write(out, buffer, (size_t)size);
    }
    close(in);
    close(out);
}

static int copy_entry(const char *path, const struct stat *status, int kind, struct FTW *at) {
    char name[4096], target[4096] = "";
    (void)status, (void)at;
    snprintf(name, sizeof name, "%s/files/%s", kept, path);
    if (kind == FTW_D) {
        mkdir(name, 0777);
    } else if (kind == FTW_SL || kind == FTW_SLN) {
        return readlink(path, target, sizeof target - 1) > 0 ? symlink(target, name) & 0 : 0;
    } else if (S_ISREG(status->st_mode)) {
        copy(path, name);
    }
    return 0;
}

static const char *in_kept(char *path, size_t size, const char *name) {
    snprintf(path, size, "%s/%s", kept, name);
    return path;
}

/* Only directories that a test made are copied: the others stay. */
static void keep_call(const char *folder) {
    char name[4096], here[4096], to[4096];
    snprintf(name, sizeof name, "%s/XXXXXX", folder);
    kept = mkdtemp(name);
    if (kept == NULL || getcwd(here, sizeof here) == NULL) {
        return;
    }
    copy("/proc/self/cmdline", in_kept(to, sizeof to, "arguments"));
    copy("/proc/self/environ", in_kept(to, sizeof to, "environment"));
    copy("/dev/stdin", in_kept(to, sizeof to, "stdin"));
    in_kept(to, sizeof to, "files");
    if (strncmp(here, "/tmp/", 5) != 0) {
        (void)!symlink(here, to);
    } else if (mkdir(to, 0777) == 0) {
        nftw(".", copy_entry, 16, FTW_PHYS);
    }
}

__attribute__((constructor(102))) static void choose_mutant(void) {
    const char *id = getenv("MUTANT"), *file = getenv("MUTANT_RECORD"), *folder = getenv("MUTANT_CALLS");
    mutant_choose(id ? atoi(id) : 0);
    int descriptor = file ? open(file, O_RDWR) : -1;
    struct stat status;
    if (descriptor >= 0 && fstat(descriptor, &status) == 0) {
        void *memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        mutant_record = memory == MAP_FAILED ? NULL : memory;
    }
    if (folder) {
        keep_call(folder);
    }
}
