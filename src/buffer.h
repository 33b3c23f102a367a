/* A growing text with a sticky error: appends need no check of their own, the one at the end tells. */
#ifndef SMTPATCH_BUFFER_H
#define SMTPATCH_BUFFER_H

#include "arena.h"

typedef struct Buffer {
    char *data;
    size_t size, capacity;
    bool failed; /* memory ended; everything since then was dropped */
} Buffer;

/* All zero is an empty buffer. Frees the text and makes it empty again. */
void buffer_free(Buffer *buffer);

/* Keeps the memory for the next text. */
void buffer_clear(Buffer *buffer);

static inline void buffer_add(Buffer *buffer, Str text);
static inline void buffer_add_char(Buffer *buffer, char c) { buffer_add(buffer, (Str){&c, 1}); }
void buffer_add_repeated(Buffer *buffer, char c, size_t count);
void buffer_format(Buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text as arena's, with a NUL after it; the buffer is freed. Leaves through the arena's guard if it failed. */
Str buffer_take(Buffer *buffer, Arena *arena);

/* Room for `more` bytes; false (and failed) when there is none. */
bool buffer_reserve(Buffer *buffer, size_t more);

static inline void buffer_add(Buffer *buffer, Str text) {
    bool has_room = buffer->data != NULL && text.size <= buffer->capacity - buffer->size && !buffer->failed;
    if (text.size > 0 && (has_room || buffer_reserve(buffer, text.size))) {
        memcpy(buffer->data + buffer->size, text.data, text.size);
        buffer->size += text.size;
    }
}

/* What the buffer holds; valid until it changes. */
static inline Str buffer_str(const Buffer *buffer) { return (Str){buffer->data, buffer->size}; }

#endif
