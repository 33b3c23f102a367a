/* replay CALLS LIST WORKER WORKERS MOST: what the program was called with in the tests (mutant.c keeps it below CALLS), called
 * again for each mutant of LIST (lines of "ID FIRST LAST"; for a text of a table the first and the last mutant of its file,
 * else zeros), up to the first call that prints something else, and at most MOST calls. It is the program itself, forked for
 * each call: that takes a tenth of the time of a test. Prints a line for each mutant: its number, and the case that killed
 * it, "survived" or "never differs".
 *
 * Only what the test looks at is compared: the environment's MUTANT_ONLY is the check whose findings it keeps. */
#include "mutant.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
int program_main(int argc, char **argv);

typedef struct Text {
    char *data;
    size_t size;
} Text;

typedef struct Call {
    char *folder, **arguments, **environment;
    const char *name, *only; /* only: NULL when all is compared */
    int argument_count, status;
    bool is_status_told;
    Text output, messages;
    char *marks;
    double milliseconds;
} Call;

static Call calls[20000];
static size_t call_count;
static size_t most_calls;
static int output, messages; /* files in memory */

static Text read_all(int descriptor) {
    struct stat status;
    fstat(descriptor, &status);
    Text text = {malloc((size_t)status.st_size + 1), (size_t)status.st_size};
    text.size = pread(descriptor, text.data, text.size, 0) == (ssize_t)text.size ? text.size : 0;
    text.data[text.size] = '\0';
    return text;
}

/* /proc has files without a size, but these are copies. */
static char **words(const char *folder, const char *name, int *count) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int descriptor = open(path, O_RDONLY);
    Text text = read_all(descriptor);
    close(descriptor);
    char **all = calloc(text.size + 1, sizeof *all);
    *count = 0;
    for (char *at = text.data; at < text.data + text.size; at += strlen(at) + 1) {
        all[(*count)++] = at;
    }
    return all;
}

static const char *variable(const Call *call, const char *name) {
    for (char **at = call->environment; *at; at++) {
        if (strncmp(*at, name, strlen(name)) == 0 && (*at)[strlen(name)] == '=') {
            return *at + strlen(name) + 1;
        }
    }
    return NULL;
}

/* ---- One call ---- */

static void be_program(const Call *call, int mutant) {
    char path[4096];
    snprintf(path, sizeof path, "%s/stdin", call->folder);
    int in = open(path, O_RDONLY);
    dup2(in, 0);
    dup2(output, 1);
    dup2(messages, 2);
    close(in);
    snprintf(path, sizeof path, "%s/files", call->folder);
    if (chdir(path) != 0) {
        _exit(127);
    }
    environ = call->environment;
    mutant_choose(mutant);
    exit(program_main(call->argument_count, call->arguments));
}

static int run_call(const Call *call, int mutant) {
    (void)!ftruncate(output, 0);
    (void)!ftruncate(messages, 0);
    lseek(output, 0, SEEK_SET);
    lseek(messages, 0, SEEK_SET);
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        be_program(call, mutant);
    }
    waitpid(child, &status, 0);
    return status;
}

/* As tests/checks.t does: a finding is a line with its id at the end and the lines up to the next message. */
static bool is_of_other(const char *line, const char *next, const char *tail) {
    size_t size = (size_t)(next - line), wanted = strlen(tail);
    bool is_finding = size > 2 && next[-2] == ']';
    return is_finding && (size < wanted || memcmp(next - wanted, tail, wanted) != 0);
}

static void keep_only(Text *text, const char *id) {
    char tail[256], *to = text->data, *end = text->data + text->size;
    snprintf(tail, sizeof tail, " [%s]\n", id);
    bool is_kept = true;
    for (char *at = text->data, *next; at < end; at = next) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        next = newline ? newline + 1 : end;
        is_kept = *at == ' ' || *at == '\n' ? is_kept : !is_of_other(at, next, tail);
        memmove(to, at, is_kept ? (size_t)(next - at) : 0);
        to += is_kept ? next - at : 0;
    }
    text->size = (size_t)(to - text->data);
}

static Text seen_messages(const Call *call) {
    Text text = read_all(messages);
    if (call->only) {
        keep_only(&text, call->only);
    }
    return text;
}

static bool same(Text a, Text b) { return a.size == b.size && memcmp(a.data, b.data, a.size) == 0; }

static bool is_noticed(const Call *call, int mutant) {
    int status = run_call(call, mutant);
    Text now_output = read_all(output), now_messages = seen_messages(call);
    bool noticed = (call->is_status_told && status != call->status) || (!call->only && !same(now_output, call->output)) ||
                   !same(now_messages, call->messages);
    free(now_output.data);
    free(now_messages.data);
    return noticed;
}

/* ---- All calls ---- */

static bool is_in_place(const Call *call) {
    for (int i = 1; i < call->argument_count; i++) {
        const char *word = call->arguments[i];
        if (strncmp(word, "--in-p", 6) == 0 || (word[0] == '-' && word[1] != '-' && strchr(word, 'i'))) {
            return true;
        }
    }
    return false;
}

static Call read_call(const char *folder) {
    Call call = {.folder = strdup(folder)};
    int count;
    call.arguments = words(folder, "arguments", &call.argument_count);
    call.environment = words(folder, "environment", &count);
    call.name = variable(&call, "MUTANT_CASE");
    call.only = variable(&call, "MUTANT_ONLY");
    call.is_status_told = !call.only || variable(&call, "MUTANT_STATUS");
    return call;
}

static double milliseconds_since(struct timespec start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start.tv_sec) * 1e3 + (double)(now.tv_nsec - start.tv_nsec) / 1e6;
}

/* What it does as it was written, and what it marks. */
static void learn(Call *call, int mutants) {
    struct timespec start;
    memset(mutant_record, 0, (size_t)mutants);
    clock_gettime(CLOCK_MONOTONIC, &start);
    call->status = run_call(call, 0);
    call->milliseconds = milliseconds_since(start);
    call->output = read_all(output);
    call->messages = seen_messages(call);
    /* Shared: no fork copies it. */
    call->marks = mmap(NULL, (size_t)mutants, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    memcpy(call->marks, mutant_record, (size_t)mutants);
}

static void add_call(const char *folder, int mutants) {
    Call call = read_call(folder);
    if (!call.name || is_in_place(&call)) {
        return;
    }
    learn(&call, mutants);
    if (is_noticed(&call, 0)) {
        fprintf(stderr, "replay: %s is not the same twice\n", call.name);
        return;
    }
    calls[call_count++] = call;
}

static void read_calls(const char *below, int mutants) {
    mutant_record = mmap(NULL, (size_t)mutants, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    DIR *directory = opendir(below);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", below, entry->d_name);
        if (entry->d_name[0] != '.') {
            add_call(path, mutants);
        }
    }
    closedir(directory);
    mutant_record = NULL;
}

/* ---- Mutants ---- */

typedef struct Candidate {
    const Call *call;
    double interest;
} Candidate;

static int by_interest(const void *a, const void *b) {
    double one = ((const Candidate *)a)->interest, other = ((const Candidate *)b)->interest;
    return (one < other) - (one > other);
}

static double weight[MUTANTS_MAX]; /* of a mark: less when many calls have it */

static void weigh_marks(int mutants) {
    for (int id = 0; id < mutants; id++) {
        int count = 0;
        for (size_t i = 0; i < call_count; i++) {
            count += calls[i].marks[id];
        }
        weight[id] = count > 0 ? 1.0 / count : 0;
    }
}

/* Who marks what few others do, round about, looks closely there. */
static double interest(const Call *call, int from, int to) {
    double sum = 0;
    for (int id = from; id <= to; id++) {
        sum += call->marks[id] ? weight[id] : 0;
    }
    return sum;
}

typedef struct Wanted {
    int id, first, last;
} Wanted;

static size_t find_candidates(const Wanted *wanted, int mutants, const Call *killer, Candidate *candidates) {
    int id = wanted->id, from = wanted->first, to = wanted->last;
    bool is_table = from > 0;
    size_t count = 0;
    from = is_table ? from : id > 20 ? id - 20 : 1;
    to = is_table ? to : id + 20 < mutants ? id + 20 : mutants - 1;
    for (size_t i = 0; i < call_count; i++) {
        double close = interest(&calls[i], from, to);
        if (is_table ? close > 0 : calls[i].marks[id]) {
            bool is_killer = &calls[i] == killer;
            candidates[count++] = (Candidate){&calls[i], is_killer ? MUTANTS_MAX : close / (1 + calls[i].milliseconds)};
        }
    }
    qsort(candidates, count, sizeof *candidates, by_interest);
    return count;
}

static const char *result_of(const Wanted *wanted, int mutants) {
    static Candidate candidates[sizeof calls / sizeof *calls];
    static const Call *killer;
    size_t count = find_candidates(wanted, mutants, killer, candidates);
    for (size_t i = 0; i < count && i < most_calls; i++) {
        if (is_noticed(candidates[i].call, wanted->id)) {
            killer = candidates[i].call;
            return killer->name;
        }
    }
    return count > 0 ? "survived" : "never differs";
}

/* Read at once: children that end would set the file back. */
static Wanted *read_list(const char *file, int *count) {
    Wanted *list = calloc(MUTANTS_MAX, sizeof *list);
    FILE *in = fopen(file, "r");
    *count = 0;
    while (in && fscanf(in, "%d %d %d", &list[*count].id, &list[*count].first, &list[*count].last) == 3) {
        (*count)++;
    }
    fclose(in);
    return list;
}

int main(int argc, char **argv) {
    int mutants = MUTANTS_MAX, count, worker = atoi(argv[3]), workers = atoi(argv[4]);
    Wanted *list = read_list(argv[2], &count);
    most_calls = argc > 5 ? strtoul(argv[5], NULL, 10) : SIZE_MAX;
    output = memfd_create("output", 0);
    messages = memfd_create("messages", 0);
    read_calls(argv[1], mutants);
    weigh_marks(mutants);
    fprintf(stderr, "replay: %zu calls\n", call_count);
    for (int i = 0; i < count; i++) {
        if (i / 10 % workers == worker) {
            printf("%d\t%s\n", list[i].id, result_of(&list[i], mutants));
            fflush(stdout);
        }
    }
}
