#include "cli/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RESULTS_PER_WORKER = 4 };

typedef struct Pool {
    const PoolTask *task;
    pthread_mutex_t lock;
    pthread_cond_t has_turn, is_next_ready; /* the first for workers, one at a time; the second for who finishes */
    size_t next, finished;                  /* items taken up, items done with */
    size_t turns;                           /* of items that are worked on now */
    size_t slots;                           /* of the ring of results */
    char *results;
    bool *is_ready;
} Pool;

typedef struct Worker {
    Pool *pool;
    pthread_t thread;
    void *memory;
} Worker;

struct PoolTurn {
    Pool *pool; /* NULL when there is but one thread */
    bool is_over;
};

void pool_end_turn(PoolTurn *turn) {
    Pool *pool = turn->pool;
    if (pool != NULL && !turn->is_over) {
        pthread_mutex_lock(&pool->lock);
        pool->turns--;
        turn->is_over = true;
        pthread_cond_signal(&pool->has_turn);
        pthread_mutex_unlock(&pool->lock);
    }
}

static void *slot_of(const Pool *pool, size_t number) {
    return pool->results + number % pool->slots * pool->task->result_size;
}

static void *work(void *context) {
    Worker *worker = context;
    Pool *pool = worker->pool;
    pthread_mutex_lock(&pool->lock);
    while (pool->next < pool->task->count) {
        if (pool->next >= pool->finished + pool->slots || pool->turns == pool->task->at_once) {
            pthread_cond_wait(&pool->has_turn, &pool->lock);
            continue;
        }
        size_t number = pool->next++;
        PoolTurn turn = {.pool = pool};
        pool->turns++;
        pthread_mutex_unlock(&pool->lock);
        pool->task->work(pool->task->context, number, slot_of(pool, number), worker->memory, &turn);
        pool_end_turn(&turn);
        pthread_mutex_lock(&pool->lock);
        pool->is_ready[number % pool->slots] = true;
        if (number == pool->finished) {
            pthread_cond_signal(&pool->is_next_ready);
        }
    }
    pthread_cond_broadcast(&pool->has_turn); /* nobody needs to wait for it any more */
    pthread_mutex_unlock(&pool->lock);
    pool->task->forget(worker->memory);
    return NULL;
}

static void finish_in_order(Pool *pool) {
    pthread_mutex_lock(&pool->lock);
    while (pool->finished < pool->task->count) {
        size_t number = pool->finished;
        if (!pool->is_ready[number % pool->slots]) {
            pthread_cond_wait(&pool->is_next_ready, &pool->lock);
            continue;
        }
        pthread_mutex_unlock(&pool->lock);
        pool->task->finish(pool->task->context, number, slot_of(pool, number));
        pthread_mutex_lock(&pool->lock);
        memset(slot_of(pool, number), 0, pool->task->result_size);
        pool->is_ready[number % pool->slots] = false;
        pool->finished++;
        pthread_cond_signal(&pool->has_turn);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* False when not even one worker could be had; then nothing was done. */
static bool run_threads(Pool *pool, Worker *workers, size_t count) {
    size_t started = 0;
    while (started < count && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0) {
        started++;
    }
    if (started > 0) {
        finish_in_order(pool);
    }
    for (size_t i = 0; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
    return started > 0;
}

static bool run_together(const PoolTask *task, size_t count) {
    Pool pool = {.task = task, .slots = count * RESULTS_PER_WORKER};
    Worker *workers = calloc(count, sizeof *workers);
    char *memories = calloc(count, task->memory_size);
    pool.results = calloc(pool.slots, task->result_size);
    pool.is_ready = calloc(pool.slots, sizeof *pool.is_ready);
    bool is_done = false;
    if (workers != NULL && memories != NULL && pool.results != NULL && pool.is_ready != NULL) {
        pthread_mutex_init(&pool.lock, NULL);
        pthread_cond_init(&pool.has_turn, NULL);
        pthread_cond_init(&pool.is_next_ready, NULL);
        for (size_t i = 0; i < count; i++) {
            workers[i] = (Worker){.pool = &pool, .memory = memories + i * task->memory_size};
        }
        is_done = run_threads(&pool, workers, count);
        pthread_cond_destroy(&pool.is_next_ready);
        pthread_cond_destroy(&pool.has_turn);
        pthread_mutex_destroy(&pool.lock);
    }
    free(workers);
    free(memories);
    free(pool.results);
    free(pool.is_ready);
    return is_done;
}

static bool run_alone(const PoolTask *task) {
    void *result = calloc(1, task->result_size), *memory = calloc(1, task->memory_size);
    bool has_room = result != NULL && memory != NULL;
    for (size_t i = 0; has_room && i < task->count; i++) {
        PoolTurn turn = {0};
        memset(result, 0, task->result_size);
        task->work(task->context, i, result, memory, &turn);
        task->finish(task->context, i, result);
    }
    if (has_room) {
        task->forget(memory);
    }
    free(result);
    free(memory);
    return has_room;
}

bool pool_run(const PoolTask *task) {
    size_t workers = task->at_once + task->waiting;
    workers = workers < task->count ? workers : task->count;
    return (workers > 1 && run_together(task, workers)) || run_alone(task);
}

size_t pool_processors(void) {
    cpu_set_t set;
    long count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : sysconf(_SC_NPROCESSORS_ONLN);
    return count > 1 ? (size_t)count : 1;
}
