/* YAML by libyaml: one document at a time, from texts that are all made before, so that nothing leaves between
 * yaml_start() and yaml_finish(). */
#ifndef SMTPATCH_YAML_H
#define SMTPATCH_YAML_H

#include <yaml.h>

#include "buffer.h"

typedef struct Yaml {
    yaml_emitter_t emitter;
    Buffer *out;
    bool failed;       /* memory ended, or a text was refused */
    bool refused_text; /* it was no UTF-8 */
} Yaml;

void yaml_start(Yaml *yaml, Buffer *out);

/* False when the document could not be written; out may then end in a part of it. */
bool yaml_finish(Yaml *yaml);

void yaml_begin_map(Yaml *yaml);
void yaml_end_map(Yaml *yaml);
void yaml_begin_list(Yaml *yaml);
void yaml_end_list(Yaml *yaml);

/* A key, or a value: plain where every reader of YAML takes it for this very text, a whole number or true or false,
 * else in quotes. */
void yaml_text(Yaml *yaml, Str text);

static inline void yaml_pair(Yaml *yaml, Str key, Str value) {
    yaml_text(yaml, key);
    yaml_text(yaml, value);
}

#endif
