#include "emit/overview.h"

#include <stdlib.h>

#include "secret.h"

typedef struct Making {
    const OutputRequest *request;
    const Plan *plan; /* of the table at hand */
    Arena *arena;
} Making;

/* Where connectors keep these; the first one that a table has counts. */
static const Str server_keys[] = {
    STR("hosts"),        STR("jdbc-url"),    STR("url"),
    STR("load-url"),     STR("scan-url"),    STR("properties.bootstrap.servers"),
    STR("pd-addresses"), STR("fenodes"),     STR("nodes"),
    STR("uri"),          STR("service-url"), STR("bootstrap.servers"),
};
static const Str url_keys[] = {STR("url"), STR("jdbc-url")};
static const Str database_keys[] = {STR("database-name"), STR("database"), STR("database-list")};
static const Str table_keys[] = {
    STR("table-name"), STR("collection"), STR("table-list"),       STR("topic"), STR("topic-pattern"),
    STR("index"),      STR("stream"),     STR("table.identifier"), STR("path"),
};

/* As it may be shown. */
static Str shown_value(const PlannedOption *option) {
    return option == NULL ? STR("") : option->is_secret ? STR(SECRET_MASK) : option->value;
}

static Str value_of(const Making *making, Str key) {
    return shown_value(plan_option(making->request->plans, making->plan, key));
}

static Str first_value(const Making *making, const Str *keys, size_t count) {
    Str value = STR("");
    for (size_t i = 0; i < count && value.size == 0; i++) {
        value = value_of(making, keys[i]);
    }
    return value;
}

#define first_of(making, keys) first_value((making), (keys), sizeof(keys) / sizeof *(keys))

/* The option's value, else what the connector takes when the script does not say. */
static Str value_or_default(const Making *making, Str connector_name, Str key) {
    const Connector *connector = catalogue_connector(connector_name);
    Release release = making->request->release;
    Str value = value_of(making, key);
    OptionFound found = catalogue_option(connector, key, release);
    if (value.size == 0 && found.status == OPTION_KNOWN) {
        option_default(connector, found.option, release, &value);
    }
    return value;
}

/* The value that runs, a Debezium property before the connector's own option. */
static Str running_value_of(const Making *making, Str connector, Str debezium_key, Str key) {
    const PlannedOption *option = plan_running_option(making->request->plans, making->plan, debezium_key, key);
    return option != NULL ? shown_value(option) : value_or_default(making, connector, key);
}

/* ---- Servers ----------------------------------------------------------------------------------------------------- */

static size_t find_any(Str text, const char *characters) {
    size_t at = 0;
    while (at < text.size && (text.data[at] == '\0' || strchr(characters, text.data[at]) == NULL)) {
        at++;
    }
    return at;
}

/* What follows `mark` in text; the whole text when it does not stand there. */
static Str behind(Str text, Str mark) {
    const char *found = text.size > 0 ? memmem(text.data, text.size, mark.data, mark.size) : NULL;
    return found == NULL ? text : str_from(text, (size_t)(found - text.data) + mark.size);
}

/* Everything up to the last '@' can be a user and a password. */
static Str without_user(Str text) {
    const char *at = text.size > 0 ? memrchr(text.data, '@', text.size) : NULL;
    return at == NULL ? text : str_from(text, (size_t)(at - text.data) + 1);
}

/* A port is a number; what else follows a colon may be part of a password. */
static Str without_odd_port(Str server) {
    const char *colon = server.size > 0 ? memrchr(server.data, ':', server.size) : NULL;
    Str port = colon == NULL ? STR("0") : str_from(server, (size_t)(colon - server.data) + 1);
    return port.size > 0 && is_digit(port.data[0]) ? server : (Str){server.data, (size_t)(colon - server.data)};
}

/* The host and port of a URL, or the list of hosts as it stands. */
static Str server_of_url(Str url) {
    Str rest = behind(url, STR("://"));
    bool is_list = rest.size == url.size && !str_has_prefix(url, STR("jdbc:"));
    rest.size = find_any(rest, is_list ? "?#" : "?#;");
    rest = behind(without_user(rest), STR("//"));
    rest.size = find_any(rest, "/");
    return without_odd_port(rest);
}

/* The first part of a URL's path: what JDBC calls the database. */
static Str database_of_url(Str url) {
    Str rest = behind(url, STR("://"));
    size_t slash = find_any(rest, "/?#;");
    if (rest.size == url.size || slash == rest.size || rest.data[slash] != '/') {
        return STR("");
    }
    rest = str_from(rest, slash + 1);
    rest.size = find_any(rest, "/?#;");
    return without_user(rest);
}

static Str find_server(const Making *making, Str connector) {
    Str host = value_of(making, STR("hostname")), port = value_or_default(making, connector, STR("port"));
    if (host.size == 0) {
        return server_of_url(first_of(making, server_keys));
    }
    return port.size == 0
               ? host
               : arena_format(making->arena, "%.*s:%.*s", (int)host.size, host.data, (int)port.size, port.data);
}

static Str find_database(const Making *making) {
    Str database = first_of(making, database_keys);
    return database.size > 0 ? database : database_of_url(first_of(making, url_keys));
}

/* A path may be a URL. */
static Str find_table(const Making *making) {
    Str table = first_of(making, table_keys);
    if (behind(table, STR("://")).size == table.size) {
        return table;
    }
    table.size = find_any(table, "?#;");
    return without_user(table);
}

/* ---- PostgreSQL's sources ---------------------------------------------------------------------------------------- */

static Str find_slot(const Making *making, Str connector) {
    Str key = catalogue_short_key(STR("slot"), connector);
    return key.size == 0 ? STR("") : running_value_of(making, connector, STR("debezium.slot.name"), key);
}

/* Only pgoutput reads a publication; without a name Debezium takes its default. */
static Str find_publication(const Making *making, Str connector) {
    Str key = catalogue_short_key(STR("publication"), connector);
    Str value = key.size > 0 ? value_of(making, key) : STR("");
    if (key.size == 0 || value.size > 0) {
        return value;
    }
    Str plugin = running_value_of(making, connector, STR("debezium.plugin.name"), STR("decoding.plugin.name"));
    return str_equal_ignore_case(str_trim(plugin), STR("pgoutput")) ? STR("dbz_publication") : value;
}

static int compare_slots(const void *a, const void *b) {
    const OverviewTable *left = *(OverviewTable *const *)a, *right = *(OverviewTable *const *)b;
    int order = str_compare(left->server, right->server);
    order = order != 0 ? order : str_compare(left->slot, right->slot);
    return order != 0 ? order : (left > right) - (left < right);
}

static bool is_same_slot(const OverviewTable *a, const OverviewTable *b) {
    return str_equal(a->slot, b->slot) && str_equal(a->server, b->server);
}

/* A slot is its server's, whatever the database. */
static void count_slot_users(const Overview *overview, Arena *arena) {
    OverviewTable **users = arena_array(arena, overview->count, sizeof *users);
    size_t count = 0;
    for (size_t i = 0; i < overview->count; i++) {
        if (overview->tables[i].slot.size > 0) {
            users[count++] = &overview->tables[i];
        }
    }
    if (count > 0) {
        qsort(users, count, sizeof *users, compare_slots);
    }
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first; end < count && is_same_slot(users[first], users[end]);) {
            end++;
        }
        for (size_t i = first; i < end; i++) {
            users[i]->slot_users = end - first;
            users[i]->slot_first = users[first];
        }
    }
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

TableName overview_table_name(const Plan *plan) {
    TableName name = plan->table->name;
    name.table = plan->new_name.size > 0 ? plan->new_name : name.table;
    return name;
}

TableName overview_target_name(const Plans *plans, const Flow *flow) {
    return flow->target == NULL ? flow->target_name
                                : overview_table_name(&plans->items[flow->target - plans->model->tables]);
}

static void compare_name(Overview *overview, const TableName *first, const TableName *name) {
    overview->hides_catalog = overview->hides_catalog && str_equal(first->catalog, name->catalog);
    overview->hides_database =
        overview->hides_database && overview->hides_catalog && str_equal(first->database, name->database);
}

static void find_common_parts(Overview *overview, const Model *model) {
    const TableName *first = model->table_count > 0  ? &model->tables[0].name
                             : model->flow_count > 0 ? &model->flows[0].target_name
                                                     : NULL;
    overview->hides_catalog = overview->hides_database = true;
    for (size_t i = 0; i < model->table_count; i++) {
        compare_name(overview, first, &model->tables[i].name);
    }
    for (size_t i = 0; i < model->flow_count; i++) {
        compare_name(overview, first, &model->flows[i].target_name);
    }
}

static Str join(Str head, Str tail, Arena *arena) {
    if (head.size == 0 || tail.size == 0) {
        return head.size == 0 ? tail : head;
    }
    return arena_format(arena, "%.*s.%.*s", (int)head.size, head.data, (int)tail.size, tail.data);
}

Str overview_name(const Overview *overview, const TableName *name, Arena *arena) {
    Str text = overview->hides_database ? name->table : join(name->database, name->table, arena);
    return overview->hides_catalog ? text : join(name->catalog, text, arena);
}

Str overview_upstream(const OverviewTable *table, bool from_schema, Arena *arena) {
    Str text = join(table->schema, table->table, arena);
    return from_schema ? text : join(table->database, text, arena);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

/* Connectors without anything behind them; LIKE may still give them the options of others. */
static bool stands_for_nothing(Str connector) {
    return str_equal(connector, STR("print")) || str_equal(connector, STR("blackhole")) ||
           str_equal(connector, STR("datagen"));
}

static void fill(const Making *making, OverviewTable *table) {
    Str connector = value_of(making, STR("connector"));
    *table = (OverviewTable){
        .plan = making->plan, .roles = plan_roles(making->request->plans, making->plan), .connector = connector};
    if (stands_for_nothing(connector)) {
        return;
    }
    table->server = find_server(making, connector);
    table->database = find_database(making);
    table->schema = value_of(making, STR("schema-name"));
    table->table = find_table(making);
    if (table->roles & ROLE_SOURCE) {
        table->slot = find_slot(making, connector);
        table->publication = find_publication(making, connector);
    }
}

Overview overview_make(const OutputRequest *request) {
    const Model *model = request->plans->model;
    Overview overview = {.count = model->table_count};
    overview.tables = arena_array(request->arena, overview.count, sizeof *overview.tables);
    for (size_t i = 0; i < overview.count; i++) {
        fill(&(Making){request, &request->plans->items[i], request->arena}, &overview.tables[i]);
    }
    count_slot_users(&overview, request->arena);
    find_common_parts(&overview, model);
    return overview;
}

const Statement *const *overview_sets(const OutputRequest *request) {
    const Model *model = request->plans->model;
    const Statement **begins = arena_array(request->arena, model->flow_count, sizeof *begins);
    const Statement *statement = request->script->statements, *begin = NULL;
    for (size_t i = 0; i < model->flow_count; i++) {
        for (; statement < model->flows[i].statement; statement++) {
            begin = statement->kind == STATEMENT_BEGIN_SET ? statement
                    : statement->kind == STATEMENT_END_SET ? NULL
                                                           : begin;
        }
        begins[i] = statement->kind == STATEMENT_EXECUTE_SET ? statement : begin;
    }
    return begins;
}
