/* Memory by lifetime: everything made in an arena lives until the arena is freed. One arena serves a
 * run's rules, one each file. Not for sharing between threads. */
#ifndef SMTPATCH_ARENA_H
#define SMTPATCH_ARENA_H

#include "guard.h"
#include "text.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *block; /* the newest; older ones hang from it */
    size_t block_count;
    size_t next_size;  /* of the next block */
    Guard *guard;
} Arena;

/* guard: where to go when memory ends; it must be inside guard_run() whenever the arena is asked. */
void arena_init(Arena *arena, Guard *guard);

/* Gives all memory back. The arena may be used again. */
void arena_free(Arena *arena);

/* Runs work(context) with a guard of its own in the arena's place: for a frame that holds something which must be
 * released even when memory ends, and cannot be left by a jump. False when memory ended. */
bool arena_run(Arena *arena, void (*work)(void *context), void *context);

/* `size` zeroed bytes, aligned for any type. Never NULL: leaves through the guard instead. */
void *arena_alloc(Arena *arena, size_t size);

/* The same with the bytes as they are, for what is written over at once. */
void *arena_alloc_raw(Arena *arena, size_t size);

/* As arena_alloc(), but NULL when memory ends: for a caller that holds memory of its own. */
void *arena_try(Arena *arena, size_t size);

/* As arena_alloc() for `count` items, the product checked. */
void *arena_array(Arena *arena, size_t count, size_t item_size);

#define arena_new(arena, Type) ((Type *)arena_alloc((arena), sizeof(Type)))

/* A point to go back to: arena_release() gives back all that was made since arena_mark(). */
typedef struct ArenaMark {
    ArenaBlock *block;
    size_t block_count, used;
} ArenaMark;

ArenaMark arena_mark(const Arena *arena);
void arena_release(Arena *arena, ArenaMark mark);

/* A copy of text, with a NUL after it (not counted). */
Str arena_copy(Arena *arena, Str text);

/* Three texts in one, with a NUL after it (not counted). */
Str arena_join(Arena *arena, Str first, Str second, Str third);

/* printf into the arena, with a NUL after it (not counted). */
Str arena_format(Arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A growing array in an arena. VECTOR(T) declares its type; all zero is the empty vector. */
#define VECTOR(Type)            \
    struct {                    \
        Type *items;            \
        size_t count, capacity; \
    }

/* A pointer to one more item at the end, zeroed. Pointers to earlier items may move. */
#define vector_add(arena, vector)                                                                      \
    ((vector)->items = arena_make_room((arena), (vector)->items, (vector)->count, &(vector)->capacity, \
                                       sizeof *(vector)->items),                                       \
     &(vector)->items[(vector)->count++])

/* Behind vector_add: the items with room for more of them, perhaps moved. The room is not zeroed. A large array has a
 * block of its own, so that growing it neither copies it nor leaves the old one behind. */
void *arena_grow(Arena *arena, void *items, size_t *capacity, size_t item_size);

/* The items with room for one more behind `count` of them, zeroed. */
static inline void *arena_make_room(Arena *arena, void *items, size_t count, size_t *capacity, size_t item_size) {
    if (items == NULL || count == *capacity) {
        items = arena_grow(arena, items, capacity, item_size);
    }
    memset((char *)items + count * item_size, 0, item_size);
    return items;
}

#endif
