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
