#include "name_index.h"

typedef struct Entry {
    Str name; /* data is NULL where nothing stands */
    size_t number;
} Entry;

struct NameIndex {
    Entry *entries;
    size_t count, capacity; /* a power of two, at least twice the count */
};

enum { FIRST_CAPACITY = 16 };

static Entry *slot_of(const NameIndex *index, Str name) {
    uint64_t hash = str_hash(name);
    size_t mask = index->capacity - 1, i = (size_t)(hash ^ (hash >> 32)) & mask;
    while (index->entries[i].name.data != NULL && !str_equal(index->entries[i].name, name)) {
        i = (i + 1) & mask;
    }
    return &index->entries[i];
}

NameIndex *name_index_new(Arena *arena) {
    NameIndex *index = arena_new(arena, NameIndex);
    index->capacity = FIRST_CAPACITY;
    index->entries = arena_array(arena, index->capacity, sizeof *index->entries);
    return index;
}

size_t name_index_get(const NameIndex *index, Str name) {
    const Entry *entry = slot_of(index, name);
    return entry->name.data != NULL ? entry->number : SIZE_MAX;
}

static void grow(NameIndex *index, Arena *arena) {
    NameIndex larger = {.count = index->count, .capacity = index->capacity * 2};
    larger.entries = arena_array(arena, larger.capacity, sizeof *larger.entries);
    for (size_t i = 0; i < index->capacity; i++) {
        if (index->entries[i].name.data != NULL) {
            *slot_of(&larger, index->entries[i].name) = index->entries[i];
        }
    }
    *index = larger;
}

void name_index_set(NameIndex *index, Str name, size_t number, Arena *arena) {
    if (index->count * 2 >= index->capacity) {
        grow(index, arena);
    }
    Entry *entry = slot_of(index, name);
    index->count += entry->name.data == NULL;
    *entry = (Entry){name, number};
}
