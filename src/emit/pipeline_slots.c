#include <stdlib.h>

#include "emit/pipeline.h"
#include "name_index.h"

typedef struct Chooser {
    const Pipelines *pipelines;
    Arena *arena;
    NameIndex *taken; /* slots that a document has, or the script had */
} Chooser;

bool is_postgres_document(const Document *document) {
    return str_equal(document->copies->source.connector, STR("postgres-cdc"));
}

static Str slot_key(Chooser *chooser, const Document *document, Str slot) {
    const Upstream *source = &document->copies->source;
    return arena_format(chooser->arena, "%.*s:%.*s %.*s", TEXT(source->host), TEXT(source->port), TEXT(slot));
}

static int compare_slots(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* The different slots of the document, in the order of their names. */
static void find_old_slots(Chooser *chooser, Document *document) {
    Names all = {0};
    for (size_t i = 0; i < document->count; i++) {
        Str slot = running_slot(chooser->pipelines->request, document->copies[i].source.plan);
        if (slot.size > 0) {
            *vector_add(chooser->arena, &all) = slot;
        }
    }
    if (all.count > 1) {
        qsort(all.items, all.count, sizeof *all.items, compare_slots);
    }
    for (size_t i = 0; i < all.count; i++) {
        if (i == 0 || !str_equal(all.items[i], all.items[i - 1])) {
            *vector_add(chooser->arena, &document->old_slots) = all.items[i];
        }
    }
}

/* What all slots begin with: the names are in order, so the first and the last tell. */
static Str common_start(const Names *slots) {
    Str first = slots->items[0], last = slots->items[slots->count - 1];
    size_t size = 0;
    while (size < first.size && size < last.size && first.data[size] == last.data[size]) {
        size++;
    }
    while (size > 0 && first.data[size - 1] == '_') {
        size--;
    }
    return (Str){first.data, size};
}

/* The script's name up to its first dot. */
static Str file_stem(const Script *script) {
    Str name = script_file_name(script);
    const char *dot = memchr(name.data, '.', name.size);
    bool is_stdin = str_has_prefix(name, STR("<"));
    return is_stdin ? STR("flink") : dot ? (Str){name.data, (size_t)(dot - name.data)} : name;
}

/* A slot belongs to a whole server, so the database is a part of its name; a number at the end would make it look like
 * that of a snapshot reader of another slot (PostgresSourceConfig.getSlotNameForBackfillTask). */
static Str new_slot(Chooser *chooser, const Document *document) {
    enum { LEAST = 3, ROOM = 50 };
    Arena *arena = chooser->arena;
    Str start = document->old_slots.count > 1 ? common_start(&document->old_slots) : STR("");
    start = start.size >= LEAST ? start : file_stem(chooser->pipelines->request->script);
    Str database = document->copies->source.database;
    Str name = slot_name(arena_format(arena, "%.*s_%.*s", TEXT(start), TEXT(database)), ROOM, arena);
    Str slot = is_digit(name.data[name.size - 1]) ? arena_format(arena, "%.*s_cdc", TEXT(name)) : name;
    for (char letter = 'b';
         letter < 'z' && name_index_get(chooser->taken, slot_key(chooser, document, slot)) != SIZE_MAX; letter++) {
        slot = arena_format(arena, "%.*s_%c", TEXT(name), letter);
    }
    return slot;
}

static void choose_slot(Chooser *chooser, Document *document) {
    const Names *old = &document->old_slots;
    size_t number = (size_t)(document - chooser->pipelines->documents.items);
    bool is_shared = old->count == 1;
    if (is_shared) {
        size_t taken_by = name_index_get(chooser->taken, slot_key(chooser, document, old->items[0]));
        is_shared = taken_by == SIZE_MAX || taken_by == number;
    }
    document->slot = is_shared ? old->items[0] : new_slot(chooser, document);
    name_index_set(chooser->taken, slot_key(chooser, document, document->slot), number, chooser->arena);
}

/* Old names are taken, so that no new one is among them; the one of a document that has no other stays its own. */
static void take_old_slots(Chooser *chooser) {
    for (size_t i = 0; i < chooser->pipelines->documents.count; i++) {
        Document *document = &chooser->pipelines->documents.items[i];
        if (!is_postgres_document(document)) {
            continue;
        }
        find_old_slots(chooser, document);
        for (size_t j = 0; j < document->old_slots.count; j++) {
            Str key = slot_key(chooser, document, document->old_slots.items[j]);
            if (name_index_get(chooser->taken, key) == SIZE_MAX) {
                name_index_set(chooser->taken, key, i, chooser->arena);
            }
        }
    }
}

void pipeline_slots(Pipelines *pipelines) {
    Arena *arena = pipelines->request->arena;
    Chooser chooser = {.pipelines = pipelines, .arena = arena, .taken = name_index_new(arena)};
    take_old_slots(&chooser);
    for (size_t i = 0; i < pipelines->documents.count; i++) {
        if (is_postgres_document(&pipelines->documents.items[i])) {
            choose_slot(&chooser, &pipelines->documents.items[i]);
        }
    }
}
