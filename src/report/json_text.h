/* JSON documents as text, for every output that prints one. */
#ifndef SMTPATCH_JSON_TEXT_H
#define SMTPATCH_JSON_TEXT_H

#include <jansson.h>

#include "buffer.h"

/* Appends the document, indented, with a line end; takes it over. NULL (memory ended while it was made) and anything
 * else that goes wrong set buffer->failed. */
void buffer_add_json(Buffer *buffer, json_t *document);

/* Appends a value of a larger document: no line end, and each of its lines but the first begins with `indent` blanks. The
 * value stays the caller's. */
void buffer_add_json_value(Buffer *buffer, const json_t *value, size_t indent);

#endif
