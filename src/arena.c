#include "arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "huge_pages.h"

enum {
    FIRST_BLOCK = 16 * 1024,
    LARGE_ARRAY = 64 * 1024,
    LARGEST_STEP = 64 * 1024 * 1024,
    ALIGNMENT = alignof(max_align_t)
};

struct ArenaBlock {
    ArenaBlock *older;
    size_t used, size;
    alignas(max_align_t) char data[];
};

void arena_init(Arena *arena, Guard *guard) { *arena = (Arena){.next_size = FIRST_BLOCK, .guard = guard}; }

void arena_free(Arena *arena) {
    for (ArenaBlock *block = arena->block; block != NULL;) {
        ArenaBlock *older = block->older;
        free(block);
        block = older;
    }
    arena->block = NULL;
    arena->block_count = 0;
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
    want_huge_pages(block, size);
    *block = (ArenaBlock){.older = arena->block, .used = 0, .size = size};
    arena->block = block;
    arena->block_count++;
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

void *arena_alloc_raw(Arena *arena, size_t size) { return take(arena, size); }

void *arena_alloc(Arena *arena, size_t size) { return memset(take(arena, size), 0, size); }

void *arena_array(Arena *arena, size_t count, size_t item_size) {
    size_t size;
    if (__builtin_mul_overflow(count, item_size, &size)) {
        guard_leave(arena->guard);
    }
    return arena_alloc(arena, size);
}

ArenaMark arena_mark(const Arena *arena) {
    return (ArenaMark){arena->block, arena->block_count, arena->block ? arena->block->used : 0};
}

static void free_block(Arena *arena, ArenaBlock **link) {
    ArenaBlock *older = (*link)->older;
    free(*link);
    *link = older;
    arena->block_count--;
}

void arena_release(Arena *arena, ArenaMark mark) {
    while (arena->block != mark.block) {
        free_block(arena, &arena->block);
        if (arena->next_size > FIRST_BLOCK) {
            arena->next_size /= 2; /* else what is made and released again and again would take ever larger blocks */
        }
    }
    if (arena->block == NULL) {
        return;
    }
    while (arena->block_count > mark.block_count) { /* large arrays, see take_large() */
        free_block(arena, &arena->block->older);
    }
    arena->block->used = mark.used;
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

Str arena_join(Arena *arena, Str first, Str second, Str third) {
    Str parts[] = {first, second, third};
    size_t size = 0, limit = SIZE_MAX - 1;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].size > limit - size) {
            guard_leave(arena->guard);
        }
        size += parts[i].size;
    }
    char *text = take(arena, size + 1), *end = text;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].size > 0) {
            end = (char *)memcpy(end, parts[i].data, parts[i].size) + parts[i].size;
        }
    }
    *end = '\0';
    return (Str){text, size};
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
static bool grow_in_place(Arena *arena, const char *items, size_t old_size, size_t new_size) {
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

/* The array that a block holds and nothing else, longer. NULL when items are no such, or memory ends. */
static void *grow_block(Arena *arena, const char *items, size_t old_size, size_t new_size) {
    ArenaBlock **link = &arena->block;
    while (*link != NULL && (*link)->data != items) {
        link = &(*link)->older;
    }
    if (*link == NULL || (*link)->used != round_up(old_size) || old_size < LARGE_ARRAY) {
        return NULL;
    }
    ArenaBlock *block = realloc(*link, sizeof(ArenaBlock) + round_up(new_size));
    if (block == NULL) {
        return NULL;
    }
    block->used = block->size = round_up(new_size);
    *link = block;
    return block->data;
}

/* A large array gets a block behind the newest, whose room is left to what is small. */
static void *take_large(Arena *arena, size_t size) {
    size_t rounded = round_up(size);
    ArenaBlock *block = rounded <= SIZE_MAX - sizeof(ArenaBlock) ? malloc(sizeof(ArenaBlock) + rounded) : NULL;
    if (block == NULL) {
        guard_leave(arena->guard);
    }
    ArenaBlock **link = arena->block != NULL ? &arena->block->older : &arena->block;
    *block = (ArenaBlock){.older = *link, .used = rounded, .size = rounded};
    *link = block;
    arena->block_count++;
    return block->data;
}

static void *move_items(Arena *arena, const void *items, size_t old_size, size_t new_size) {
    char *moved = new_size >= LARGE_ARRAY ? take_large(arena, new_size) : take(arena, new_size);
    if (old_size > 0) {
        memcpy(moved, items, old_size);
    }
    return moved;
}

void *arena_grow(Arena *arena, void *items, size_t *capacity, size_t item_size) {
    size_t larger, old_size = *capacity * item_size, new_size;
    if (__builtin_mul_overflow(*capacity, 2, &larger)) {
        guard_leave(arena->guard);
    }
    larger = larger < 4 ? 4 : larger;
    if (__builtin_mul_overflow(larger, item_size, &new_size) || new_size > SIZE_MAX / 2) {
        guard_leave(arena->guard);
    }
    void *grown = old_size >= LARGE_ARRAY ? grow_block(arena, items, old_size, new_size) : NULL;
    if (grown != NULL) {
        items = grown;
    } else if (!grow_in_place(arena, items, old_size, new_size)) {
        items = move_items(arena, items, old_size, new_size);
    }
    *capacity = larger;
    return items;
}
