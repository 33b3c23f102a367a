/* measure COMMAND [ARGUMENT ...]: runs it with its output thrown away and prints what it took, on one line:
 * seconds of wall time, seconds of processor time, peak memory in KiB, exit status. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

static void become(char **command) {
    int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execvp(command[0], command);
    _exit(127);
}

int main(int count, char **arguments) {
    struct rusage usage;
    int status;
    if (count < 2) {
        fprintf(stderr, "usage: measure COMMAND [ARGUMENT ...]\n");
        return 2;
    }
    double start = now();
    pid_t child = vfork(); /* the time of a fork would grow with this program, not with that one */
    if (child == 0) {
        become(arguments + 1);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) < 0) {
        perror("measure");
        return 2;
    }
    printf("%.6f %.6f %ld %d\n", now() - start, seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss,
           WIFEXITED(status) ? WEXITSTATUS(status) : 255);
    return 0;
}
