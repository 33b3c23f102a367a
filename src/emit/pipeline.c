#include "emit/pipeline.h"

#include <stdlib.h>

#include "emit/comment.h"
#include "emit/yaml.h"
#include "postgres/name_index.h"

typedef struct Pipelines {
    const OutputRequest *request;
    Copies copies;
    VECTOR(Document) documents;
    NameIndex *slots; /* that a document has, or the script had */
    Str name;         /* pipeline.name, or empty */
    Str time_zone;
    Str parallelism;
    Names settings; /* that belong into Flink's configuration */
} Pipelines;

/* ---- Documents ---------------------------------------------------------------------------------------------------- */

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

/* ---- One source, several sinks ------------------------------------------------------------------------------------ */

static int compare_ids(const void *a, const void *b) {
    const Copy *left = *(Copy *const *)a, *right = *(Copy *const *)b;
    int order = str_compare(left->id, right->id);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static void leave_out(const OutputRequest *request, Copy *copy) {
    Span place = copy->flow->insert ? copy->flow->insert->target : copy->flow->statement->table->name;
    copy->is_left_out = copy->is_again = true;
    say(request, SEVERITY_ERROR, place, STR("a pipeline changes the rows of a table in one way only, and an INSERT before this one reads it too"),
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

/* ---- The slot ----------------------------------------------------------------------------------------------------- */

static bool is_postgres(const Document *document) {
    return str_equal(document->copies->source.connector, STR("postgres-cdc"));
}

static Str slot_of(const OutputRequest *request, const Copy *copy) {
    return running_value(request, copy->source.plan, "debezium.slot.name", "slot.name", STR(""));
}

static Str slot_key(Pipelines *pipelines, const Document *document, Str slot) {
    const Upstream *source = &document->copies->source;
    return arena_format(pipelines->request->arena, "%.*s:%.*s %.*s", TEXT(source->host), TEXT(source->port), TEXT(slot));
}

static int compare_slots(const void *a, const void *b) { return str_compare(*(const Str *)a, *(const Str *)b); }

/* The different slots of the document, in the order of their names. */
static void find_old_slots(Pipelines *pipelines, Document *document) {
    Names all = {0};
    for (size_t i = 0; i < document->count; i++) {
        Str slot = slot_of(pipelines->request, &document->copies[i]);
        if (slot.size > 0) {
            *vector_add(pipelines->request->arena, &all) = slot;
        }
    }
    if (all.count > 1) {
        qsort(all.items, all.count, sizeof *all.items, compare_slots);
    }
    for (size_t i = 0; i < all.count; i++) {
        if (i == 0 || !str_equal(all.items[i], all.items[i - 1])) {
            *vector_add(pipelines->request->arena, &document->old_slots) = all.items[i];
        }
    }
}

/* What all slots begin with: the names are in order, so the first and the last tell. */
static Str common_start(const Names *slots) {
    Str first = slots->items[0], last = slots->items[slots->count - 1];
    size_t size = 0;
    while (size < first.size && size < last.size && first.data[size] == last.data[size]) {
        size++;
    }
    while (size > 0 && first.data[size - 1] == '_') {
        size--;
    }
    return (Str){first.data, size};
}

/* The script's name up to its first dot. */
static Str file_stem(const Script *script) {
    Str name = script_file_name(script);
    const char *dot = memchr(name.data, '.', name.size);
    bool is_stdin = str_has_prefix(name, STR("<"));
    return is_stdin ? STR("flink") : dot ? (Str){name.data, (size_t)(dot - name.data)} : name;
}

/* A slot belongs to a whole server, so the database is a part of its name; a number at the end would make it look like
 * that of a snapshot reader of another slot (PostgresSourceConfig.getSlotNameForBackfillTask). */
static Str new_slot(Pipelines *pipelines, const Document *document) {
    enum { LEAST = 3, ROOM = 50 };
    Arena *arena = pipelines->request->arena;
    Str start = document->old_slots.count > 1 ? common_start(&document->old_slots) : STR("");
    start = start.size >= LEAST ? start : file_stem(pipelines->request->script);
    Str database = document->copies->source.database;
    Str name = slot_name(arena_format(arena, "%.*s_%.*s", TEXT(start), TEXT(database)), ROOM, arena);
    Str slot = is_digit(name.data[name.size - 1]) ? arena_format(arena, "%.*s_cdc", TEXT(name)) : name;
    for (char letter = 'b'; letter < 'z' && name_index_get(pipelines->slots, slot_key(pipelines, document, slot)) != SIZE_MAX; letter++) {
        slot = arena_format(arena, "%.*s_%c", TEXT(name), letter);
    }
    return slot;
}

static void choose_slot(Pipelines *pipelines, Document *document) {
    const Names *old = &document->old_slots;
    size_t number = (size_t)(document - pipelines->documents.items);
    bool is_shared = old->count == 1;
    if (is_shared) {
        size_t taken_by = name_index_get(pipelines->slots, slot_key(pipelines, document, old->items[0]));
        is_shared = taken_by == SIZE_MAX || taken_by == number;
    }
    document->slot = is_shared ? old->items[0] : new_slot(pipelines, document);
    name_index_set(pipelines->slots, slot_key(pipelines, document, document->slot), number, pipelines->request->arena);
}

/* Old names are taken, so that no new one is among them; the one of a document that has no other stays its own. */
static void choose_slots(Pipelines *pipelines) {
    pipelines->slots = name_index_new(pipelines->request->arena);
    for (size_t i = 0; i < pipelines->documents.count; i++) {
        Document *document = &pipelines->documents.items[i];
        if (!is_postgres(document)) {
            continue;
        }
        find_old_slots(pipelines, document);
        for (size_t j = 0; j < document->old_slots.count; j++) {
            Str key = slot_key(pipelines, document, document->old_slots.items[j]);
            if (name_index_get(pipelines->slots, key) == SIZE_MAX) {
                name_index_set(pipelines->slots, key, i, pipelines->request->arena);
            }
        }
    }
    for (size_t i = 0; i < pipelines->documents.count; i++) {
        if (is_postgres(&pipelines->documents.items[i])) {
            choose_slot(pipelines, &pipelines->documents.items[i]);
        }
    }
}

/* ---- Options ------------------------------------------------------------------------------------------------------ */

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
                     arena_format(request->arena, "pipelines have the source '%.*s' since Flink CDC %.*s", TEXT(connector->name), TEXT(since)), STR(""));
    }
}

static void fill_options(Pipelines *pipelines, Document *document) {
    static const char *const given_to_source[] = {"tables", "slot.name", NULL}, *const given_to_sink[] = {NULL};
    const OutputRequest *request = pipelines->request;
    const Copy *first = document->copies;
    document->source = (PipelineOptions){.request = request,
                                         .connector = catalogue_pipeline_connector(is_postgres(document) ? STR("postgres") : STR("mysql")),
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
                         : metadata == METADATA_OP_TS                      ? STR("op_ts")
                         : metadata == METADATA_DATABASE                   ? STR("database_name")
                                                                           : STR("");
}

/* ---- The rest of the script --------------------------------------------------------------------------------------- */

static void take_setting(Pipelines *pipelines, const Statement *statement) {
    static const Str own[] = {STR("parallelism.default"), STR("pipeline.name"), STR("table.local-time-zone")};
    const OutputRequest *request = pipelines->request;
    Str key = setting_key(request->script, statement, request->arena);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (str_equal(key, own[i])) {
            return;
        }
    }
    if (str_has_prefix(key, STR("sql-client."))) {
        return; /* how the client shows things */
    }
    say(request, SEVERITY_INFO, statement->span,
        arena_format(request->arena, "a pipeline has no place for '%.*s': set it in Flink's configuration", TEXT(key)), STR(""));
    *vector_add(request->arena, &pipelines->settings) = key;
}

/* Statements that say nothing about the data of a pipeline. */
static bool is_idle(const OutputRequest *request, const Statement *statement) {
    static const Str starts[] = {STR("CREATE DATABASE"), STR("USE"),  STR("SHOW"),    STR("DESC"),    STR("EXPLAIN"), STR("DROP"),
                                 STR("CREATE CATALOG"),  STR("HELP"), STR("ANALYZE"), STR("RESET"), STR("SET")};
    Str text = source_slice(request->script->source, statement->span);
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        Str start = {text.data, starts[i].size < text.size ? starts[i].size : text.size};
        if (str_equal_ignore_case(start, starts[i])) {
            return true;
        }
    }
    return false;
}

static void look_at_statement(Pipelines *pipelines, const Statement *statement) {
    const OutputRequest *request = pipelines->request;
    switch (statement->kind) {
    case STATEMENT_SET:
        take_setting(pipelines, statement);
        break;
    case STATEMENT_QUERY:
        say(request, SEVERITY_ERROR, statement->span, STR("a pipeline has no place for a query that writes nowhere"), STR(""));
        break;
    case STATEMENT_MATERIALIZED_TABLE:
        say(request, SEVERITY_ERROR, statement->name, STR("a pipeline cannot do this: a materialized table"), STR(""));
        break;
    case STATEMENT_OTHER:
    case STATEMENT_WITH_OPTIONS:
        if (!is_idle(request, statement)) {
            Token first = {statement->span.start, statement->span.end, 0};
            say(request, SEVERITY_ERROR, token_span(first), STR("a pipeline has no place for this statement"), STR(""));
        }
        break;
    default:
        break;
    }
}

static int compare_plans(const void *a, const void *b) {
    const Plan *left = *(const Plan *const *)a, *right = *(const Plan *const *)b;
    return (left > right) - (left < right);
}

/* CDC sources that no flow reads: the script would not read them either. */
static void say_unread(Pipelines *pipelines) {
    const OutputRequest *request = pipelines->request;
    const Model *model = request->plans->model;
    VECTOR(const Plan *) read = {0};
    for (size_t i = 0; i < model->flow_count; i++) {
        for (size_t j = 0; j < model->flows[i].source_count; j++) {
            *vector_add(request->arena, &read) = &request->plans->items[model->flows[i].sources[j] - model->tables];
        }
    }
    if (read.count > 1) {
        qsort(read.items, read.count, sizeof *read.items, compare_plans);
    }
    for (size_t i = 0; i < model->table_count; i++) {
        const Plan *plan = &request->plans->items[i];
        bool is_cdc = str_has_suffix(plan_value(request->plans, plan, STR("connector")), STR("-cdc"));
        if (is_cdc && (read.count == 0 || bsearch(&plan, read.items, read.count, sizeof plan, compare_plans) == NULL)) {
            say_at_table(request, SEVERITY_WARNING, plan, STR("no INSERT reads this source: it is in no pipeline"), STR(""));
        }
    }
}

static void look_at_script(Pipelines *pipelines) {
    const OutputRequest *request = pipelines->request;
    for (size_t i = 0; i < request->script->statement_count; i++) {
        look_at_statement(pipelines, &request->script->statements[i]);
    }
    say_unread(pipelines);
    pipelines->name = script_setting(request->script, STR("pipeline.name"), request->arena);
    pipelines->time_zone = script_setting(request->script, STR("table.local-time-zone"), request->arena);
    pipelines->parallelism = arena_format(request->arena, "%zu", script_parallelism(request));
    if (pipelines->documents.count == 0) {
        finding_add(request->findings,
                    (Finding){.severity = SEVERITY_ERROR,
                              .file = request->script->source->name,
                              .message = STR("nothing is copied from PostgreSQL or MySQL into StarRocks: there is no pipeline")});
    }
}

/* ---- Comments ----------------------------------------------------------------------------------------------------- */

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
        comment_write(out, "#", arena_format(arena, "The slot %.*s is the one that the script's sources share.", TEXT(document->slot)));
    } else if (old->count == 0) {
        comment_write(out, "#", arena_format(arena, "The script names no replication slot; %.*s is made of its name and the database's.", TEXT(document->slot)));
    } else {
        Str names = list_of(old, arena);
        comment_write(out, "#",
                      arena_format(arena,
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
                  arena_format(arena, "%.*s as a pipeline: %.*s %.*s:%.*s, database %.*s, into StarRocks %.*s", TEXT(file),
                               TEXT(document->source.connector->name), TEXT(source->host), TEXT(source->port), TEXT(source->database),
                               TEXT(document->copies->load_url)));
    if (pipelines->documents.count > 1) {
        comment_write(request->out, "#",
                      arena_format(arena, "Document %zu of %zu. flink-cdc.sh takes one document a file.",
                                   (size_t)(document - pipelines->documents.items) + 1, pipelines->documents.count));
    }
    if (is_postgres(document)) {
        explain_slot(document, arena, request->out);
    }
    if (document->publication.size > 0) {
        comment_write(request->out, "#",
                      arena_format(arena, "The publication %.*s must hold all of these tables; smtpatch --emit postgres prints what makes it.",
                                   TEXT(document->publication)));
    }
    if (pipelines->settings.count > 0) {
        Str names = list_of(&pipelines->settings, arena);
        comment_write(request->out, "#", arena_format(arena, "The script also sets what belongs into Flink's configuration: %.*s.", TEXT(names)));
    }
    comment_write(request->out, "#", STR("The passwords of the script are in here: keep this file as safe as that one."));
}

/* ---- Writing ------------------------------------------------------------------------------------------------------ */

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
    Str name = pipelines->name.size > 0 ? pipelines->name
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
    if (!yaml_finish(&yaml) && !request->out->failed) {
        request->out->size = start;
        say_at_table(request, SEVERITY_ERROR, document->copies->source.plan,
                     STR("the pipeline of this table cannot be written: its texts are not all UTF-8"), STR(""));
    }
}

void emit_pipeline(const OutputRequest *request) {
    size_t findings = request->findings->list.count;
    Pipelines pipelines = {.request = request, .copies = pipeline_copies(request)};
    group(&pipelines);
    look_at_script(&pipelines);
    for (size_t i = 0; i < pipelines.documents.count; i++) {
        relate_all(request, &pipelines.documents.items[i]);
        fill_options(&pipelines, &pipelines.documents.items[i]);
    }
    choose_slots(&pipelines);
    for (size_t i = 0; i < pipelines.documents.count; i++) {
        write_document(&pipelines, &pipelines.documents.items[i]);
    }
    findings_sort(request->findings, findings);
}
