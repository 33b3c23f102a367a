#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "huge_pages.h"

void buffer_free(Buffer *buffer) {
    free(buffer->data);
    *buffer = (Buffer){0};
}

void buffer_clear(Buffer *buffer) {
    buffer->size = 0;
    buffer->failed = false;
}

Str buffer_take(Buffer *buffer, Arena *arena) {
    Buffer taken = *buffer;
    *buffer = (Buffer){0};
    char *copy = taken.failed || taken.size == SIZE_MAX ? NULL : arena_try(arena, taken.size + 1);
    if (copy != NULL && taken.size > 0) {
        memcpy(copy, taken.data, taken.size);
    }
    size_t size = taken.size;
    buffer_free(&taken);
    if (copy == NULL) {
        guard_leave(arena->guard);
    }
    return (Str){copy, size};
}

bool buffer_reserve(Buffer *buffer, size_t more) {
    if (buffer->failed || more > SIZE_MAX / 2 - buffer->size) {
        buffer->failed = true;
        return false;
    }
    size_t wanted = buffer->size + more;
    if (wanted <= buffer->capacity) {
        return true;
    }
    size_t larger = buffer->capacity + buffer->capacity / 2;
    larger = larger < wanted ? wanted : larger;
    larger = larger < 256 ? 256 : larger;
    char *data = realloc(buffer->data, larger);
    if (data == NULL) {
        buffer->failed = true;
        return false;
    }
    want_huge_pages(data, larger);
    buffer->data = data;
    buffer->capacity = larger;
    return true;
}

void buffer_add_repeated(Buffer *buffer, char c, size_t count) {
    if (count > 0 && buffer_reserve(buffer, count)) {
        memset(buffer->data + buffer->size, c, count);
        buffer->size += count;
    }
}

void buffer_format(Buffer *buffer, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (size < 0 || !buffer_reserve(buffer, (size_t)size + 1)) {
        buffer->failed = true;
        return;
    }
    va_start(arguments, format);
    vsnprintf(buffer->data + buffer->size, (size_t)size + 1, format, arguments);
    va_end(arguments);
    buffer->size += (size_t)size;
}
