#include "emit/output.h"

/* A new output is a function in a file of its own and a line here. */
static const Output outputs[] = {
    {"tables", "who reads what from where into what, for a terminal", emit_tables},
    {"json", "the whole model (docs/emit-json.md)", emit_json},
    {"dot", "the flows as a graph for Graphviz", emit_dot},
    {"postgres", "SQL for PostgreSQL's side: publications, grants, monitoring", emit_postgres},
    {"pipeline", "YAML pipelines of Flink CDC 3 that do the script's work", emit_pipeline},
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
