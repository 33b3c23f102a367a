#include "width.h"

#include <utf8proc.h>

size_t next_character(Str text, unsigned *columns) {
    unsigned char first = (unsigned char)text.data[0];
    *columns = 1;
    if (first < 0x80) {
        return 1;
    }
    utf8proc_int32_t character;
    utf8proc_ssize_t size =
        utf8proc_iterate((const utf8proc_uint8_t *)text.data, (utf8proc_ssize_t)text.size, &character);
    if (size <= 0) {
        return 1;
    }
    int width = utf8proc_charwidth(character);
    *columns = width < 0 ? 1 : (unsigned)width;
    return (size_t)size;
}

bool is_printable_character(Str text, size_t size) {
    unsigned char first = (unsigned char)text.data[0], last = (unsigned char)text.data[size - 1];
    bool is_broken = size == 1 && first >= 0x80;
    return first >= 0x20 && first != 0x7F && !is_broken && (first != 0xC2 || last >= 0xA0);
}

size_t text_columns(Str text) {
    size_t total = 0;
    while (text.size > 0) {
        unsigned columns;
        size_t size = next_character(text, &columns);
        total += columns;
        text = str_from(text, size);
    }
    return total;
}
