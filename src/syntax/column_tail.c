#include "syntax/column_tail.h"

Str column_tail(Str text, uint32_t start) {
    Str rest = str_from(text, start);
    size_t most = rest.size < COLUMN_TAIL_MAX ? rest.size : COLUMN_TAIL_MAX;
    const char *newline = memchr(rest.data, '\n', most);
    if (newline == NULL || newline == rest.data) {
        return STR("");
    }
    const char *comma = newline - 1;
    if (*comma == '\r' && comma > rest.data) {
        comma--;
    }
    return *comma == ',' ? (Str){rest.data, (size_t)(comma - rest.data) + 1} : STR("");
}

/* Types differ in their first letters, their last or their length. */
size_t column_tail_place(Str tail) {
    uint64_t head = 0, end = 0;
    size_t size = tail.size < sizeof head ? tail.size : sizeof head;
    memcpy(&head, tail.data, size);
    memcpy(&end, tail.data + tail.size - size, size);
    uint64_t hash = (head * 31 + end + tail.size) * UINT64_C(0x9E3779B97F4A7C15);
    return hash >> 56;
}
