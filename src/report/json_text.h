/* JSON documents as text, for every output that prints one. */
#ifndef SMTPATCH_JSON_TEXT_H
#define SMTPATCH_JSON_TEXT_H

#include <jansson.h>

#include "buffer.h"

/* Appends the document, indented, with a line end; takes it over. NULL (memory ended while it was made) and anything
 * else that goes wrong set buffer->failed. */
void buffer_add_json(Buffer *buffer, json_t *document);

#endif
