#include "rules/name_options.h"

enum { PLAIN_NAME_MAX = 48 };

static const Str keys[NAME_KEYS] = {STR("table-name"), STR("schema-name"), STR("database-name"), STR("slot.name"),
                                    STR("sink.label-prefix")};

Str name_key(size_t number) { return keys[number]; }

size_t name_key_number(Str key) {
    size_t number = 0;
    while (number < NAME_KEYS && !str_equal(key, keys[number])) {
        number++;
    }
    return number;
}

bool name_is_plain(Str value) {
    bool is_plain = value.size > 0 && value.size <= PLAIN_NAME_MAX && !is_digit(value.data[0]);
    for (size_t i = 0; i < value.size && is_plain; i++) {
        char c = value.data[i];
        is_plain = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_';
    }
    return is_plain;
}

bool values_are_alike(Str key, Str value, Str other) {
    return str_equal(value, other) ||
           (name_key_number(key) < NAME_KEYS && name_is_plain(value) && name_is_plain(other));
}
