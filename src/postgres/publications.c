#include "postgres/publications.h"

#include "postgres/changes.h"

/* ---- Names ------------------------------------------------------------------------------------------------------- */

/* "schema NUL table" in small letters: no name of PostgreSQL holds a NUL. */
Str published_key(Arena *arena, Str schema, Str name) {
    char *key = arena_alloc(arena, schema.size + 1 + name.size);
    for (size_t i = 0; i < schema.size; i++) {
        key[i] = ascii_lower(schema.data[i]);
    }
    for (size_t i = 0; i < name.size; i++) {
        key[schema.size + 1 + i] = ascii_lower(name.data[i]);
    }
    return (Str){key, schema.size + 1 + name.size};
}

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

const Publication *publications_find(const Publications *publications, Str name) {
    size_t number = publications->index ? name_index_get(publications->index, name) : SIZE_MAX;
    return number != SIZE_MAX ? &publications->items.items[number] : NULL;
}

/* shop and shop_pub */
static bool begin_alike(Str a, Str b) {
    enum { SHORTEST = 3 };
    return a.size >= SHORTEST && b.size >= SHORTEST && (str_has_prefix(a, b) || str_has_prefix(b, a));
}

Str publications_nearest(const Publications *publications, Str name) {
    enum { FARTHEST = 4 };
    Str nearest = STR("");
    size_t limit = name.size / 2 < FARTHEST ? name.size / 2 : FARTHEST, best = limit + 1;
    for (size_t i = 0; i < publications->items.count; i++) {
        const Publication *publication = &publications->items.items[i];
        size_t distance = publication->is_dropped             ? SIZE_MAX
                          : begin_alike(name, publication->name) ? 1
                                                                 : str_distance(name, publication->name, limit);
        if (distance < best) {
            best = distance;
            nearest = publication->name;
        }
    }
    return nearest;
}

static bool holds_schema(const Publication *publication, Str schema, Arena *arena) {
    return name_index_get(publication->index, published_key(arena, schema, STR(""))) != SIZE_MAX;
}

static const PublishedTable *find_entry(const Publication *publication, Str key) {
    size_t number = name_index_get(publication->index, key);
    for (; number != SIZE_MAX; number = publication->tables.items[number].same_letters) {
        if (!publication->tables.items[number].is_dropped) {
            return &publication->tables.items[number];
        }
    }
    return NULL;
}

bool publication_holds(const Publication *publication, Str schema, Str name, Arena *arena,
                       const PublishedTable **table) {
    enum { PARENTS_MAX = 64 };
    const Publications *set = publication->set;
    Str key = published_key(arena, schema, name);
    bool takes_only = true; /* whether ONLY before a name is as good: it is for partitions, not for heirs */
    bool is_held = publication->has_all_tables;
    *table = find_entry(publication, key);
    for (size_t i = 0; i < PARENTS_MAX && !is_held; i++) {
        const PublishedTable *entry = find_entry(publication, key);
        size_t number = name_index_get(set->parent_index, key);
        is_held = holds_schema(publication, schema, arena) || (entry != NULL && (takes_only || !entry->is_only));
        if (number == SIZE_MAX) {
            break;
        }
        const TableParent *parent = &set->parents.items[number];
        takes_only = takes_only && parent->is_partition;
        schema = parent->schema;
        key = published_key(arena, parent->schema, parent->table);
    }
    return is_held;
}
