#include "emit/output.h"

/* A new output is a function in a file of its own and a line here. */
static const Output outputs[] = {
    {NULL, NULL, NULL},
};

enum { OUTPUT_COUNT = sizeof outputs / sizeof *outputs - 1 };

const Output *output_at(size_t index) { return index < OUTPUT_COUNT ? &outputs[index] : NULL; }

const Output *output_find(const char *name) {
    for (size_t i = 0; i < OUTPUT_COUNT; i++) {
        if (strcmp(outputs[i].name, name) == 0) {
            return &outputs[i];
        }
    }
    return NULL;
}
