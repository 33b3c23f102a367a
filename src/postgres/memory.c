#include "postgres/memory.h"

#include <jansson.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

/* In front of each piece of memory that the libraries have. */
typedef struct PostgresBlock PostgresBlock;
struct PostgresBlock {
    PostgresBlock *previous, *next;
};

/* What one call took. */
typedef struct PostgresMemory {
    Guard guard;
    PostgresBlock *blocks;
} PostgresMemory;

/* The libraries' functions take no context, so a thread knows whose call it runs: set once, as the thread begins; NULL
 * in all other threads. */
static _Thread_local PostgresMemory *current;

/* What libpg_query calls, by the names that the Makefile gives them in its archive. */
void *postgres_malloc(size_t size);
void *postgres_realloc(void *data, size_t size);
void postgres_free(void *data);
char *postgres_strdup(const char *text);
_Noreturn void postgres_exit(int status);
_Noreturn void postgres_abort(void);
int postgres_key_create(pthread_key_t *key, void (*destructor)(void *value));
int postgres_setspecific(pthread_key_t key, const void *value);

static void put_in(PostgresBlock *block) {
    block->previous = NULL;
    block->next = current->blocks;
    if (block->next != NULL) {
        block->next->previous = block;
    }
    current->blocks = block;
}

static void take_out(PostgresBlock *block) {
    if (block->next != NULL) {
        block->next->previous = block->previous;
    }
    if (block->previous != NULL) {
        block->previous->next = block->next;
    } else {
        current->blocks = block->next;
    }
}

static PostgresBlock *block_of(void *data) { return (PostgresBlock *)data - 1; }

void *postgres_malloc(size_t size) {
    PostgresBlock *block = size < SIZE_MAX / 2 ? malloc(sizeof *block + size) : NULL;
    if (block != NULL) {
        put_in(block);
        return block + 1;
    }
    guard_leave(&current->guard);
}

void *postgres_realloc(void *data, size_t size) {
    if (data == NULL) {
        return postgres_malloc(size);
    }
    PostgresBlock *old = block_of(data);
    take_out(old);
    PostgresBlock *block = size < SIZE_MAX / 2 ? realloc(old, sizeof *block + size) : NULL;
    if (block != NULL) {
        put_in(block);
        return block + 1;
    }
    put_in(old);
    guard_leave(&current->guard);
}

void postgres_free(void *data) {
    if (data != NULL) {
        take_out(block_of(data));
        free(block_of(data));
    }
}

char *postgres_strdup(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(postgres_malloc(size), text, size);
}

/* An error that the library cannot tell of, such as a text of more than 1 GiB. */
void postgres_exit(int status) {
    (void)status;
    guard_leave(&current->guard);
}

void postgres_abort(void) { guard_leave(&current->guard); }

/* libpg_query would clean up at the thread's end; here that is done for it. */
int postgres_key_create(pthread_key_t *key, void (*destructor)(void *value)) {
    *key = 0;
    (void)destructor;
    return 0;
}

int postgres_setspecific(pthread_key_t key, const void *value) {
    (void)key;
    (void)value;
    return 0;
}

static void free_blocks(PostgresMemory *memory) {
    while (memory->blocks != NULL) {
        PostgresBlock *block = memory->blocks;
        memory->blocks = block->next;
        free(block);
    }
}

/* jansson also writes the outputs, in other threads. What it makes in one of ours never leaves it. */
static void *json_memory(size_t size) { return current != NULL ? postgres_malloc(size) : malloc(size); }

static void free_json_memory(void *data) {
    if (current != NULL) {
        postgres_free(data);
    } else {
        free(data);
    }
}

void postgres_memory_init(void) { json_set_alloc_funcs(json_memory, free_json_memory); }

typedef struct Call {
    PostgresMemory memory;
    void (*work)(void *context);
    void *context;
    bool is_done;
} Call;

static void *run_guarded(void *context) {
    Call *call = context;
    current = &call->memory;
    call->is_done = guard_run(&call->memory.guard, call->work, call->context);
    free_blocks(&call->memory);
    return NULL;
}

bool postgres_memory_run(size_t stack_size, void (*work)(void *context), void *context) {
    Call call = {.work = work, .context = context};
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    bool is_running = pthread_attr_setstacksize(&attributes, stack_size) == 0 &&
                      pthread_create(&thread, &attributes, run_guarded, &call) == 0;
    pthread_attr_destroy(&attributes);
    return is_running && pthread_join(thread, NULL) == 0 && call.is_done;
}
