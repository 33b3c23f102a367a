#include "emit/output.h"

#include "emit/pipeline.h"
#include "emit/postgres.h"

/* A new output is a function in a file of its own and a line here. */
static const Output outputs[] = {
    {"postgres", "SQL for PostgreSQL's side: publications, grants, monitoring", print_postgres},
    {"pipeline", "YAML pipelines of Flink CDC 3 that do the script's work", print_pipeline},
    {NULL, NULL, NULL}, /* the end */
};

const Output *output_at(size_t index) { return outputs[index].name != NULL ? &outputs[index] : NULL; }

const Output *output_find(const char *name) {
    for (const Output *output = outputs; output->name != NULL; output++) {
        if (strcmp(output->name, name) == 0) {
            return output;
        }
    }
    return NULL;
}
