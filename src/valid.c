#include "valid.h"

#include "width.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* The bytes of the first character, and whether it may stay. */
static size_t take_character(Str text, bool takes_controls, bool *stays) {
    unsigned columns;
    size_t size = next_character(text, &columns);
    bool is_broken = size == 1 && (unsigned char)text.data[0] >= 0x80;
    *stays = is_printable_character(text, size) || (takes_controls && !is_broken);
    return size;
}

static size_t count_replaced(Str text, bool takes_controls) {
    size_t count = 0;
    while (text.size > 0) {
        bool stays;
        text = str_from(text, take_character(text, takes_controls, &stays));
        count += !stays;
    }
    return count;
}

static Str replaced(Str text, bool takes_controls, Arena *arena) {
    size_t count = count_replaced(text, takes_controls), size = 0;
    if (count == 0) {
        return text;
    }
    char *copy = arena_alloc(arena, text.size + count * (sizeof REPLACEMENT - 1));
    while (text.size > 0) {
        bool stays;
        size_t more = take_character(text, takes_controls, &stays);
        Str character = stays ? (Str){text.data, more} : STR(REPLACEMENT);
        memcpy(copy + size, character.data, character.size);
        size += character.size;
        text = str_from(text, more);
    }
    return (Str){copy, size};
}

Str valid_text(Str text, Arena *arena) { return replaced(text, true, arena); }

Str printable_text(Str text, Arena *arena) { return replaced(text, false, arena); }
