#include "emit/pipeline_options.h"

#include <stdlib.h>

/* ---- Keys ---------------------------------------------------------------------------------------------------------
 */

/* Debezium's names for what the connector has an option of its own for; they go before it (see running_value()). */
static const struct {
    Str debezium, own;
} folded[] = {
    {STR("debezium.database.hostname"), STR("hostname")},
    {STR("debezium.database.port"), STR("port")},
    {STR("debezium.database.user"), STR("username")},
    {STR("debezium.database.password"), STR("password")},
    {STR("debezium.plugin.name"), STR("decoding.plugin.name")},
    {STR("debezium.heartbeat.interval.ms"), STR("heartbeat.interval.ms")},
};

enum { FOLDED_COUNT = sizeof folded / sizeof *folded };

/* The pipeline has these elsewhere: in tables, in routes, in its one slot. */
static bool is_placed_elsewhere(Str key) {
    static const Str keys[] = {STR("connector"),
                               STR("database-name"),
                               STR("schema-name"),
                               STR("table-name"),
                               STR("slot.name"),
                               STR("debezium.slot.name"),
                               STR("debezium.database.dbname")};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (str_equal(key, keys[i])) {
            return true;
        }
    }
    return false;
}

static bool is_source(const PipelineOptions *options) { return options->sql->family == FAMILY_CDC; }

/* A pipeline always does what the option asks for: it reads snapshots incrementally (aliases.tsv), hands updates on
 * with both rows, and its StarRocks sink is at-least-once and loads JSON (StarRocksDataSinkFactory). */
static bool is_inherent(const PipelineOptions *options, const PlannedOption *option) {
    static const struct {
        bool of_source;
        Str key, value;
    } inherent[] = {
        {true, STR("scan.incremental.snapshot.enabled"), STR("true")},
        {true, STR("changelog-mode"), STR("all")},
        {false, STR("sink.semantic"), STR("at-least-once")},
        {false, STR("sink.properties.format"), STR("json")},
        {false, STR("sink.properties.strip_outer_array"), STR("true")},
        {false, STR("sink.properties.ignore_json_size"), STR("true")},
    };
    for (size_t i = 0; i < sizeof inherent / sizeof *inherent; i++) {
        if (inherent[i].of_source == is_source(options) && str_equal(option->key, inherent[i].key)) {
            return str_equal_ignore_case(str_trim(option->value), inherent[i].value);
        }
    }
    return false;
}

/* The sink sets these itself, or they are about CSV. */
static bool is_overwritten(const PipelineOptions *options, Str key) {
    static const Str keys[] = {STR("sink.properties.format"), STR("sink.properties.strip_outer_array"),
                               STR("sink.properties.ignore_json_size"), STR("sink.properties.column_separator"),
                               STR("sink.properties.row_delimiter")};
    for (size_t i = 0; !is_source(options) && i < sizeof keys / sizeof *keys; i++) {
        if (str_equal(key, keys[i])) {
            return true;
        }
    }
    return false;
}

/* The connector's own key for a Debezium one; key itself otherwise. Empty when the Debezium one goes before it. */
static Str fold(const PipelineOptions *options, const Plan *plan, Str key) {
    for (size_t i = 0; i < FOLDED_COUNT; i++) {
        if (str_equal(key, folded[i].debezium)) {
            return folded[i].own;
        }
        if (str_equal(key, folded[i].own) && plan_option(options->request->plans, plan, folded[i].debezium) != NULL) {
            return STR("");
        }
    }
    return key;
}

static bool is_taken(const PipelineOptions *options, Str key) {
    OptionStatus status = catalogue_option(options->connector, key, options->request->release).status;
    return status == OPTION_KNOWN || status == OPTION_PREFIXED;
}

/* The pipeline's key; empty when it has none. */
static Str pipeline_key(const PipelineOptions *options, Str key) {
    if (is_overwritten(options, key)) {
        return STR("");
    }
    if (is_taken(options, key)) {
        return key;
    }
    RightName name = catalogue_right_name(options->connector, key, options->request->release);
    Str right = name.found ? right_name_text(options->request->arena, name) : STR("");
    return right.size > 0 && is_taken(options, right) ? right : STR("");
}

/* ---- Gathering ----------------------------------------------------------------------------------------------------
 */

static bool is_chunk_key(Str key) { return str_equal(key, STR("scan.incremental.snapshot.chunk.key-column")); }

static void gather(PipelineOptions *options, const Plan *plan, const PlannedOption *option, Str id) {
    Arena *arena = options->request->arena;
    Str own = fold(options, plan, option->key);
    if (is_placed_elsewhere(option->key) || is_inherent(options, option) || own.size == 0) {
        return;
    }
    GatheredOption item = {.key = pipeline_key(options, own), .value = option->value, .plan = plan, .option = option};
    if (item.key.size == 0) {
        item.key = own;
        item.order = options->refused.count;
        *vector_add(arena, &options->refused) = item;
        return;
    }
    if (is_chunk_key(item.key) && id.size > 0) {
        item.value = arena_format(arena, "%.*s:%.*s", TEXT(id), TEXT(option->value));
    }
    item.order = options->gathered.count;
    *vector_add(arena, &options->gathered) = item;
}

/* The plan's options that run, and those that LIKE brings. */
void pipeline_gather(PipelineOptions *options, const Plan *plan, Str id) {
    const Plans *plans = options->request->plans;
    for (const Table *table = plan->table; table != NULL; table = table->like) {
        const Plan *owner = &plans->items[table - plans->model->tables];
        for (size_t i = 0; i < owner->count; i++) {
            const PlannedOption *option = &owner->options[i];
            if (!option->is_removed && plan_option(plans, plan, option->key) == option) {
                gather(options, plan, option, id);
            }
        }
    }
    options->first = options->table_count == 0 ? plan : options->first;
    options->table_count++;
}

/* ---- Saying -------------------------------------------------------------------------------------------------------
 */

static int compare_gathered(const void *a, const void *b) {
    const GatheredOption *left = a, *right = b;
    int order = str_compare(left->key, right->key);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

static void sort(GatheredOption *items, size_t count) {
    if (count > 1) {
        qsort(items, count, sizeof *items, compare_gathered);
    }
}

static size_t run_length(const GatheredOption *items, size_t count) {
    size_t length = 1;
    while (length < count && str_equal(items[length].key, items[0].key)) {
        length++;
    }
    return length;
}

/* What a sink lacks are limits and retries, but a source would read other data. */
static Severity refused_severity(const PipelineOptions *options, Str key) {
    bool is_harmless = is_source(options) ? str_equal(key, STR("scan.incremental.snapshot.enabled"))
                                          : !str_equal(key, STR("sink.semantic"));
    return is_harmless ? SEVERITY_WARNING : SEVERITY_ERROR;
}

static Str refused_hint(const PipelineOptions *options, Str key) {
    const OutputRequest *request = options->request;
    OptionFound found = catalogue_option(options->connector, key, request->release);
    if (is_overwritten(options, key)) {
        return STR("it always loads JSON");
    }
    if (found.status == OPTION_NOT_YET) {
        Str release = release_text(request->arena, options->connector->line, found.number);
        return arena_format(request->arena, "it has it since Flink CDC %.*s", TEXT(release));
    }
    RightName name = catalogue_right_name(options->connector, key, request->release);
    return name.found ? name.reason : STR("");
}

/* Once for each key. */
static void say_refused(PipelineOptions *options) {
    const OutputRequest *request = options->request;
    sort(options->refused.items, options->refused.count);
    for (size_t i = 0, length; i < options->refused.count; i += length) {
        const GatheredOption *item = &options->refused.items[i];
        length = run_length(item, options->refused.count - i);
        Str more = length > 1
                       ? arena_format(request->arena, " (nor for %zu more table%s)", length - 1, length > 2 ? "s" : "")
                       : STR("");
        say_at_option(request, refused_severity(options, item->key), item->plan, item->option,
                      arena_format(request->arena, "a pipeline's %.*s has nothing for '%.*s'%.*s",
                                   TEXT(options->connector->name), TEXT(item->option->key), TEXT(more)),
                      refused_hint(options, item->key));
    }
}

/* Whether the value of another table changes what is read or how it is written, not only how fast. */
static bool decides_data(Str key) {
    static const Str prefixes[] = {STR("scan.startup."),    STR("debezium."),
                                   STR("jdbc.properties."), STR("sink.properties."),
                                   STR("server-time-zone"), STR("username"),
                                   STR("password"),         STR("scan.newly-added"),
                                   STR("scan.binlog."),     STR("scan.incremental.snapshot.backfill.skip")};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (str_has_prefix(key, prefixes[i])) {
            return true;
        }
    }
    return false;
}

static void say_different(const PipelineOptions *options, const GatheredOption *taken, const GatheredOption *other) {
    const OutputRequest *request = options->request;
    Str table = taken->plan->table->name.table;
    bool is_server_id = str_equal(taken->key, STR("server-id"));
    Severity severity = is_server_id ? SEVERITY_INFO : decides_data(taken->key) ? SEVERITY_ERROR : SEVERITY_WARNING;
    say_at_option(request, severity, other->plan, other->option,
                  arena_format(request->arena, "a pipeline has one '%.*s' for all tables: that of %.*s is taken",
                               TEXT(taken->key), TEXT(table)),
                  STR(""));
}

/* Tables that do not set what others set have the default. False when that stays, because it is the first table's and
 * decides over the data. */
static bool settle_partial(const PipelineOptions *options, const GatheredOption *taken, size_t count) {
    const OutputRequest *request = options->request;
    const CatalogueOption *option = catalogue_option(options->sql, taken->option->key, request->release).option;
    Str standard = STR("");
    bool is_default = option != NULL && option_default(options->sql, option, request->release, &standard) &&
                      str_equal(standard, taken->value);
    bool is_left_out = decides_data(taken->key) && taken->plan != options->first;
    if (is_default || str_equal(taken->key, STR("server-id"))) {
        return true;
    }
    say_at_option(request, decides_data(taken->key) ? SEVERITY_ERROR : SEVERITY_WARNING, taken->plan, taken->option,
                  arena_format(request->arena,
                               "a pipeline has one '%.*s' for all tables, and %zu of %zu do not set it%s",
                               TEXT(taken->key), options->table_count - count, options->table_count,
                               is_left_out ? ": it is left out" : ""),
                  STR(""));
    return !is_left_out;
}

/* ---- Merging ------------------------------------------------------------------------------------------------------
 */

static Str join_values(const GatheredOption *items, size_t count, Arena *arena) {
    Buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_add(&text, i > 0 ? STR(";") : STR(""));
        buffer_add(&text, items[i].value);
    }
    return buffer_take(&text, arena);
}

static void add_merged(PipelineOptions *options, Str key, Str value) {
    *vector_add(options->request->arena, &options->merged) = (PipelineOption){key, value};
}

static const GatheredOption *find_different(const GatheredOption *items, size_t count) {
    for (size_t i = 1; i < count; i++) {
        if (!str_equal(items[i].value, items->value)) {
            return &items[i];
        }
    }
    return NULL;
}

static void merge_run(PipelineOptions *options, const GatheredOption *items, size_t count) {
    if (is_chunk_key(items->key)) {
        add_merged(options, items->key, join_values(items, count, options->request->arena));
        return;
    }
    const GatheredOption *different = find_different(items, count);
    if (different != NULL) {
        say_different(options, items, different);
    }
    if (different != NULL || count == options->table_count || settle_partial(options, items, count)) {
        add_merged(options, items->key, items->value);
    }
}

static bool is_merged(const PipelineOptions *options, Str key) {
    for (size_t i = 0; i < options->merged.count; i++) {
        if (str_equal(options->merged.items[i].key, key)) {
            return true;
        }
    }
    return false;
}

static bool is_given(Str key, const char *const *given) {
    for (; *given != NULL; given++) {
        if (str_equal(key, str_of(*given))) {
            return true;
        }
    }
    return false;
}

/* What nobody set: what cannot be left out, and of a source the script's default where the pipeline's is another.
 * pgoutput stays: the other default, decoderbufs, would pass the publication over. */
static void add_unset(PipelineOptions *options, const CatalogueOption *option) {
    const OutputRequest *request = options->request;
    Str ours = STR(""), theirs = STR("");
    const CatalogueOption *in_sql = catalogue_option(options->sql, option->key, request->release).option;
    bool has_default = is_source(options) && in_sql != NULL && !str_equal(option->key, STR("decoding.plugin.name")) &&
                       option_default(options->sql, in_sql, request->release, &ours) &&
                       option_default(options->connector, option, request->release, &theirs);
    if (has_default && !str_equal(ours, theirs)) {
        add_merged(options, option->key, ours);
    } else if (option_required(options->connector, option, request->release)) {
        say_at_table(
            request, SEVERITY_ERROR, options->first,
            arena_format(request->arena, "a pipeline needs '%.*s', and the script does not set it", TEXT(option->key)),
            STR(""));
    }
}

typedef struct OrderedOption {
    size_t order;
    PipelineOption option;
} OrderedOption;

static int compare_ordered(const void *a, const void *b) {
    const OrderedOption *left = a, *right = b;
    if (left->order != right->order) {
        return left->order < right->order ? -1 : 1;
    }
    return str_compare(left->option.key, right->option.key);
}

static size_t order_of(const Connector *connector, Str key) {
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        if (str_equal(option->key, key)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void sort_merged(PipelineOptions *options) {
    size_t count = options->merged.count;
    OrderedOption *ordered = arena_array(options->request->arena, count, sizeof *ordered);
    for (size_t i = 0; i < count; i++) {
        ordered[i] =
            (OrderedOption){order_of(options->connector, options->merged.items[i].key), options->merged.items[i]};
    }
    if (count > 1) {
        qsort(ordered, count, sizeof *ordered, compare_ordered);
    }
    for (size_t i = 0; i < count; i++) {
        options->merged.items[i] = ordered[i].option;
    }
}

void pipeline_merge(PipelineOptions *options, const char *const *given) {
    const CatalogueOption *option;
    sort(options->gathered.items, options->gathered.count);
    for (size_t i = 0, length; i < options->gathered.count; i += length) {
        length = run_length(&options->gathered.items[i], options->gathered.count - i);
        merge_run(options, &options->gathered.items[i], length);
    }
    for (size_t i = 0; (option = catalogue_option_at(options->connector, i)) != NULL; i++) {
        bool holds = option_holds(options->connector, option, options->request->release);
        if (holds && !is_merged(options, option->key) && !is_given(option->key, given)) {
            add_unset(options, option);
        }
    }
    sort_merged(options);
    say_refused(options);
}
