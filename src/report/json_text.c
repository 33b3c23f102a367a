#include "report/json_text.h"

static int add_chunk(const char *chunk, size_t size, void *buffer) {
    buffer_add(buffer, (Str){chunk, size});
    return ((Buffer *)buffer)->failed ? -1 : 0;
}

void buffer_add_json(Buffer *buffer, json_t *document) {
    if (document == NULL || json_dump_callback(document, add_chunk, buffer, JSON_INDENT(2)) != 0) {
        buffer->failed = true;
    }
    buffer_add_char(buffer, '\n');
    json_decref(document);
}

typedef struct Indented {
    Buffer *buffer;
    size_t indent;
} Indented;

/* A line end is never part of a string: there it is escaped. */
static int add_indented(const char *chunk, size_t size, void *context) {
    const Indented *indented = context;
    Str rest = {chunk, size};
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t line = end != NULL ? (size_t)(end - rest.data) + 1 : rest.size;
        buffer_add(indented->buffer, (Str){rest.data, line});
        buffer_add_repeated(indented->buffer, ' ', end != NULL ? indented->indent : 0);
        rest = str_from(rest, line);
    }
    return indented->buffer->failed ? -1 : 0;
}

void buffer_add_json_value(Buffer *buffer, const json_t *value, size_t indent) {
    Indented indented = {buffer, indent};
    if (value == NULL || json_dump_callback(value, add_indented, &indented, JSON_INDENT(2) | JSON_ENCODE_ANY) != 0) {
        buffer->failed = true;
    }
}
