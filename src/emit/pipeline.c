#include "emit/pipeline.h"

#include <stdlib.h>

#include "emit/comment.h"
#include "emit/yaml.h"

/* ---- Documents ----------------------------------------------------------------------------------------------------
 */

static int compare_groups(const Copy *a, const Copy *b) {
    const Str left[] = {a->source.connector, a->source.host, a->source.port, a->source.database, a->load_url};
    const Str right[] = {b->source.connector, b->source.host, b->source.port, b->source.database, b->load_url};
    int order = 0;
    for (size_t i = 0; order == 0 && i < sizeof left / sizeof *left; i++) {
        order = str_compare(left[i], right[i]);
    }
    return order;
}

static int compare_copies(const void *a, const void *b) {
    const Copy *left = a, *right = b;
    int order = compare_groups(left, right);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static int compare_documents(const void *a, const void *b) {
    const Document *left = a, *right = b;
    return (left->copies->order > right->copies->order) - (left->copies->order < right->copies->order);
}

static void group(Pipelines *pipelines) {
    Copies *copies = &pipelines->copies;
    if (copies->count > 1) {
        qsort(copies->items, copies->count, sizeof *copies->items, compare_copies);
    }
    for (size_t i = 0; i < copies->count; i++) {
        if (i == 0 || compare_groups(&copies->items[i - 1], &copies->items[i]) != 0) {
            *vector_add(pipelines->request->arena, &pipelines->documents) = (Document){.copies = &copies->items[i]};
        }
        pipelines->documents.items[pipelines->documents.count - 1].count++;
    }
    if (pipelines->documents.count > 1) {
        qsort(pipelines->documents.items, pipelines->documents.count, sizeof(Document), compare_documents);
    }
}

/* ---- One source, several sinks ------------------------------------------------------------------------------------
 */

static int compare_ids(const void *a, const void *b) {
    const Copy *left = *(Copy *const *)a, *right = *(Copy *const *)b;
    int order = str_compare(left->id, right->id);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static void leave_out(const OutputRequest *request, Copy *copy) {
    Span place = copy->flow->insert ? copy->flow->insert->target : copy->flow->statement->table->name;
    copy->is_left_out = copy->is_again = true;
    say(request, SEVERITY_ERROR, place,
        STR("a pipeline changes the rows of a table in one way only, and an INSERT before this one reads it too"),
        STR(""));
}

/* Copies of one source: a route for each, but only one transform (docs/core-concept/transform: only the first that
 * matches applies). */
static void relate(const OutputRequest *request, Copy **copies, size_t count) {
    size_t left_out = 0;
    for (size_t i = 1; i < count; i++) {
        copies[i]->is_again = true;
        if (!transform_equal(&copies[i]->transform, &copies[0]->transform)) {
            leave_out(request, copies[i]);
            left_out++;
        }
    }
    for (size_t i = 0; i < count; i++) {
        bool is_alone = count - left_out == 1;
        copies[i]->needs_route = !copies[i]->is_left_out && !(is_alone && str_equal(copies[i]->id, copies[i]->target));
    }
}

static void relate_all(const OutputRequest *request, Document *document) {
    Copy **copies = arena_array(request->arena, document->count, sizeof *copies);
    for (size_t i = 0; i < document->count; i++) {
        copies[i] = &document->copies[i];
    }
    qsort(copies, document->count, sizeof(Copy *), compare_ids);
    for (size_t i = 0, j; i < document->count; i = j) {
        for (j = i; j < document->count && str_equal(copies[j]->id, copies[i]->id); j++) {
        }
        relate(request, copies + i, j - i);
    }
}

/* ---- Options ------------------------------------------------------------------------------------------------------
 */

static Str merged_value(const PipelineOptions *options, Str key) {
    for (size_t i = 0; i < options->merged.count; i++) {
        if (str_equal(options->merged.items[i].key, key)) {
            return options->merged.items[i].value;
        }
    }
    return STR("");
}

static void check_release(Pipelines *pipelines, const Document *document, const Connector *connector) {
    const OutputRequest *request = pipelines->request;
    Release release = request->release.number > 0 ? request->release : release_newest(LINE_FLINK_CDC);
    if (release.number < connector->since) {
        Str since = release_text(request->arena, LINE_FLINK_CDC, connector->since);
        say_at_table(request, SEVERITY_ERROR, document->copies->source.plan,
                     arena_format(request->arena, "pipelines have the source '%.*s' since Flink CDC %.*s",
                                  TEXT(connector->name), TEXT(since)),
                     STR(""));
    }
}

static void fill_options(Pipelines *pipelines, Document *document) {
    static const char *const given_to_source[] = {"tables", "slot.name", NULL}, *const given_to_sink[] = {NULL};
    const OutputRequest *request = pipelines->request;
    const Copy *first = document->copies;
    document->source = (PipelineOptions){
        .request = request,
        .connector = catalogue_pipeline_connector(is_postgres_document(document) ? STR("postgres") : STR("mysql")),
        .sql = catalogue_connector(first->source.connector)};
    document->sink = (PipelineOptions){.request = request,
                                       .connector = catalogue_pipeline_connector(STR("starrocks")),
                                       .sql = catalogue_connector(STR("starrocks"))};
    unsigned metadata = 0;
    for (size_t i = 0; i < document->count; i++) {
        if (first[i].is_left_out) {
            continue;
        }
        metadata |= first[i].transform.metadata;
        if (!first[i].is_again) {
            pipeline_gather(&document->source, first[i].source.plan, first[i].captured);
        }
        pipeline_gather(&document->sink, first[i].sink, STR(""));
    }
    check_release(pipelines, document, document->source.connector);
    pipeline_merge(&document->source, given_to_source);
    pipeline_merge(&document->sink, given_to_sink);
    document->publication = merged_value(&document->source, STR("debezium.publication.name"));
    document->metadata = metadata == (METADATA_OP_TS | METADATA_DATABASE) ? STR("op_ts,database_name")
                         : metadata == METADATA_OP_TS                     ? STR("op_ts")
                         : metadata == METADATA_DATABASE                  ? STR("database_name")
                                                                          : STR("");
}

/* ---- Comments -----------------------------------------------------------------------------------------------------
 */

static Str list_of(const Names *names, Arena *arena) {
    Buffer text = {0};
    for (size_t i = 0; i < names->count; i++) {
        buffer_add(&text, i > 0 ? STR(", ") : STR(""));
        buffer_add(&text, names->items[i]);
    }
    return buffer_take(&text, arena);
}

static void explain_slot(const Document *document, Arena *arena, Buffer *out) {
    const Names *old = &document->old_slots;
    if (old->count == 1 && str_equal(old->items[0], document->slot)) {
        comment_write(
            out, "#",
            arena_format(arena, "The slot %.*s is the one that the script's sources share.", TEXT(document->slot)));
    } else if (old->count == 0) {
        comment_write(out, "#",
                      arena_format(arena,
                                   "The script names no replication slot; %.*s is made of its name and the database's.",
                                   TEXT(document->slot)));
    } else {
        Str names = list_of(old, arena);
        comment_write(
            out, "#",
            arena_format(
                arena,
                "One slot, %.*s, stands for the script's: %.*s. It begins with a new snapshot. When the script's "
                "job is gone drop those (SELECT pg_drop_replication_slot('...')), or they keep the WAL.",
                TEXT(document->slot), TEXT(names)));
    }
}

static void explain(const Pipelines *pipelines, const Document *document) {
    const OutputRequest *request = pipelines->request;
    Arena *arena = request->arena;
    Str file = script_file_name(request->script);
    const Upstream *source = &document->copies->source;
    comment_write(request->out, "#",
                  arena_format(arena, "%.*s as a pipeline: %.*s %.*s:%.*s, database %.*s, into StarRocks %.*s",
                               TEXT(file), TEXT(document->source.connector->name), TEXT(source->host),
                               TEXT(source->port), TEXT(source->database), TEXT(document->copies->load_url)));
    if (pipelines->documents.count > 1) {
        comment_write(request->out, "#",
                      arena_format(arena, "Document %zu of %zu. flink-cdc.sh takes one document a file.",
                                   (size_t)(document - pipelines->documents.items) + 1, pipelines->documents.count));
    }
    if (is_postgres_document(document)) {
        explain_slot(document, arena, request->out);
    }
    if (document->publication.size > 0) {
        comment_write(
            request->out, "#",
            arena_format(
                arena,
                "The publication %.*s must hold all of these tables; smtpatch --emit postgres prints what makes it.",
                TEXT(document->publication)));
    }
    if (pipelines->settings.count > 0) {
        Str names = list_of(&pipelines->settings, arena);
        comment_write(
            request->out, "#",
            arena_format(arena, "The script also sets what belongs into Flink's configuration: %.*s.", TEXT(names)));
    }
    comment_write(request->out, "#",
                  STR("The passwords of the script are in here: keep this file as safe as that one."));
}

/* ---- Writing ------------------------------------------------------------------------------------------------------
 */

static void write_options(Yaml *yaml, const PipelineOptions *options) {
    for (size_t i = 0; i < options->merged.count; i++) {
        yaml_pair(yaml, options->merged.items[i].key, options->merged.items[i].value);
    }
}

static void write_source(Yaml *yaml, const Document *document, Str tables) {
    yaml_text(yaml, STR("source"));
    yaml_begin_map(yaml);
    yaml_pair(yaml, STR("type"), document->source.connector->name);
    yaml_pair(yaml, STR("tables"), tables);
    if (document->slot.size > 0) {
        yaml_pair(yaml, STR("slot.name"), document->slot);
    }
    if (document->metadata.size > 0) {
        yaml_pair(yaml, STR("metadata.list"), document->metadata);
    }
    write_options(yaml, &document->source);
    yaml_end_map(yaml);
}

static void write_sink(Yaml *yaml, const Document *document) {
    yaml_text(yaml, STR("sink"));
    yaml_begin_map(yaml);
    yaml_pair(yaml, STR("type"), document->sink.connector->name);
    write_options(yaml, &document->sink);
    yaml_end_map(yaml);
}

static void write_pair_if(Yaml *yaml, Str key, Str value) {
    if (value.size > 0) {
        yaml_pair(yaml, key, value);
    }
}

static void write_transforms(Yaml *yaml, const Document *document) {
    bool is_open = false;
    for (size_t i = 0; i < document->count; i++) {
        const Copy *copy = &document->copies[i];
        if (copy->is_again || transform_is_empty(&copy->transform)) {
            continue;
        }
        if (!is_open) {
            yaml_text(yaml, STR("transform"));
            yaml_begin_list(yaml);
            is_open = true;
        }
        yaml_begin_map(yaml);
        yaml_pair(yaml, STR("source-table"), copy->id);
        write_pair_if(yaml, STR("projection"), copy->transform.projection);
        write_pair_if(yaml, STR("filter"), copy->transform.filter);
        write_pair_if(yaml, STR("primary-keys"), copy->transform.keys);
        yaml_end_map(yaml);
    }
    if (is_open) {
        yaml_end_list(yaml);
    }
}

static void write_routes(Yaml *yaml, const Document *document) {
    bool is_open = false;
    for (size_t i = 0; i < document->count; i++) {
        const Copy *copy = &document->copies[i];
        if (!copy->needs_route) {
            continue;
        }
        if (!is_open) {
            yaml_text(yaml, STR("route"));
            yaml_begin_list(yaml);
            is_open = true;
        }
        yaml_begin_map(yaml);
        yaml_pair(yaml, STR("source-table"), copy->id);
        yaml_pair(yaml, STR("sink-table"), copy->target);
        yaml_end_map(yaml);
    }
    if (is_open) {
        yaml_end_list(yaml);
    }
}

static void write_pipeline(Yaml *yaml, const Pipelines *pipelines, Str name) {
    yaml_text(yaml, STR("pipeline"));
    yaml_begin_map(yaml);
    yaml_pair(yaml, STR("name"), name);
    yaml_pair(yaml, STR("parallelism"), pipelines->parallelism);
    write_pair_if(yaml, STR("local-time-zone"), pipelines->time_zone);
    yaml_end_map(yaml);
}

static Str tables_of(const Document *document, Arena *arena) {
    Buffer text = {0};
    for (size_t i = 0; i < document->count; i++) {
        if (!document->copies[i].is_again) {
            buffer_add(&text, text.size > 0 ? STR(", ") : STR(""));
            buffer_add(&text, document->copies[i].captured);
        }
    }
    return buffer_take(&text, arena);
}

static void write_document(const Pipelines *pipelines, const Document *document) {
    const OutputRequest *request = pipelines->request;
    size_t start = request->out->size;
    Str tables = tables_of(document, request->arena);
    Str name = pipelines->name.size > 0
                   ? pipelines->name
                   : arena_format(request->arena, "%.*s %.*s to StarRocks", TEXT(document->source.connector->name),
                                  TEXT(document->copies->source.database));
    Yaml yaml;
    explain(pipelines, document);
    yaml_start(&yaml, request->out);
    yaml_begin_map(&yaml);
    write_source(&yaml, document, tables);
    write_sink(&yaml, document);
    write_transforms(&yaml, document);
    write_routes(&yaml, document);
    write_pipeline(&yaml, pipelines, name);
    yaml_end_map(&yaml);
    if (yaml_finish(&yaml)) {
        return;
    }
    if (!yaml.refused_text) {
        request->out->failed = true; /* memory ended */
        return;
    }
    request->out->size = start;
    say_at_table(request, SEVERITY_ERROR, document->copies->source.plan,
                 STR("the pipeline of this table cannot be written: its texts are not all UTF-8"), STR(""));
}

void emit_pipeline(const OutputRequest *request) {
    size_t findings = request->findings->list.count;
    Pipelines pipelines = {.request = request, .copies = pipeline_copies(request)};
    group(&pipelines);
    pipeline_look_at_script(&pipelines);
    for (size_t i = 0; i < pipelines.documents.count; i++) {
        relate_all(request, &pipelines.documents.items[i]);
        fill_options(&pipelines, &pipelines.documents.items[i]);
    }
    pipeline_slots(&pipelines);
    for (size_t i = 0; i < pipelines.documents.count; i++) {
        write_document(&pipelines, &pipelines.documents.items[i]);
    }
    findings_sort(request->findings, findings);
}
