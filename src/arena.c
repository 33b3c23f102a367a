#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_STEP = 4 * 1024 * 1024, ALIGNMENT = alignof(max_align_t) };

struct ArenaBlock {
    ArenaBlock *older;
    size_t used, size;
    alignas(max_align_t) char data[];
};

void arena_init(Arena *arena, Guard *guard) { *arena = (Arena){NULL, FIRST_BLOCK, guard}; }

void arena_free(Arena *arena) {
    for (ArenaBlock *block = arena->block; block != NULL;) {
        ArenaBlock *older = block->older;
        free(block);
        block = older;
    }
    arena->block = NULL;
    arena->next_size = FIRST_BLOCK;
}

bool arena_run(Arena *arena, void (*work)(void *context), void *context) {
    Guard guard, *outer = arena->guard;
    arena->guard = &guard;
    bool is_done = guard_run(&guard, work, context);
    arena->guard = outer;
    return is_done;
}

static size_t round_up(size_t size) { return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

/* Blocks double up to LARGEST_STEP, so that a small run stays small and a large one makes few calls. */
static ArenaBlock *add_block(Arena *arena, size_t wanted) {
    size_t size = wanted > arena->next_size ? wanted : arena->next_size;
    ArenaBlock *block = size <= SIZE_MAX - sizeof(ArenaBlock) ? malloc(sizeof(ArenaBlock) + size) : NULL;
    if (block == NULL) {
        return NULL;
    }
    *block = (ArenaBlock){.older = arena->block, .used = 0, .size = size};
    arena->block = block;
    if (arena->next_size < LARGEST_STEP) {
        arena->next_size *= 2;
    }
    return block;
}

/* The bytes as they are, or NULL. */
static void *try_take(Arena *arena, size_t size) {
    if (size > SIZE_MAX - ALIGNMENT) {
        return NULL;
    }
    size_t rounded = round_up(size);
    ArenaBlock *block = arena->block;
    if (block == NULL || block->size - block->used < rounded) {
        block = add_block(arena, rounded);
        if (block == NULL) {
            return NULL;
        }
    }
    void *memory = block->data + block->used;
    block->used += rounded;
    return memory;
}

static void *take(Arena *arena, size_t size) {
    void *memory = try_take(arena, size);
    if (memory == NULL) {
        guard_leave(arena->guard);
    }
    return memory;
}

void *arena_try(Arena *arena, size_t size) {
    void *memory = try_take(arena, size);
    return memory ? memset(memory, 0, size) : NULL;
}

void *arena_alloc(Arena *arena, size_t size) { return memset(take(arena, size), 0, size); }

void *arena_array(Arena *arena, size_t count, size_t item_size) {
    size_t size;
    if (__builtin_mul_overflow(count, item_size, &size)) {
        guard_leave(arena->guard);
    }
    return arena_alloc(arena, size);
}

ArenaMark arena_mark(const Arena *arena) { return (ArenaMark){arena->block, arena->block ? arena->block->used : 0}; }

void arena_release(Arena *arena, ArenaMark mark) {
    while (arena->block != mark.block) {
        ArenaBlock *older = arena->block->older;
        free(arena->block);
        arena->block = older;
    }
    if (arena->block != NULL) {
        arena->block->used = mark.used;
    }
}

Str arena_copy(Arena *arena, Str text) {
    if (text.size == SIZE_MAX) {
        guard_leave(arena->guard);
    }
    char *copy = take(arena, text.size + 1);
    if (text.size > 0) {
        memcpy(copy, text.data, text.size);
    }
    copy[text.size] = '\0';
    return (Str){copy, text.size};
}

Str arena_format(Arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0) {
        guard_leave(arena->guard);
    }
    char *text = take(arena, (size_t)size + 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)size + 1, format, arguments);
    va_end(arguments);
    return (Str){text, (size_t)size};
}

/* The newest allocation can grow where it stands while its block has room. */
static bool grow_in_place(Arena *arena, char *items, size_t old_size, size_t new_size) {
    ArenaBlock *block = arena->block;
    size_t rounded = round_up(old_size);
    if (items == NULL || items + rounded != block->data + block->used) {
        return false;
    }
    size_t more = round_up(new_size) - rounded;
    if (block->size - block->used < more) {
        return false;
    }
    block->used += more;
    return true;
}

void *arena_grow(Arena *arena, void *items, size_t *capacity, size_t wanted, size_t item_size) {
    if (wanted <= *capacity) {
        return items;
    }
    size_t larger, old_size = *capacity * item_size, new_size;
    if (__builtin_mul_overflow(*capacity, 2, &larger)) {
        guard_leave(arena->guard);
    }
    larger = larger < 4 ? 4 : larger;
    if (__builtin_mul_overflow(larger, item_size, &new_size) || new_size > SIZE_MAX - ALIGNMENT) {
        guard_leave(arena->guard);
    }
    if (!grow_in_place(arena, items, old_size, new_size)) {
        char *moved = take(arena, new_size);
        if (old_size > 0) {
            memcpy(moved, items, old_size);
        }
        items = moved;
    }
    memset((char *)items + old_size, 0, new_size - old_size);
    *capacity = larger;
    return items;
}
