#include "emit/upstream.h"

#include "syntax/literal.h"
#include "width.h"

/* ---- Options ------------------------------------------------------------------------------------------------------
 */

Str running_value(const OutputRequest *request, const Plan *plan, const char *debezium_key, const char *key,
                  Str otherwise) {
    const PlannedOption *option = plan_running_option(request->plans, plan, str_of(debezium_key), str_of(key));
    return option ? option->value : otherwise;
}

Str running_slot(const OutputRequest *request, const Plan *plan) {
    const Connector *connector = catalogue_connector(STR("postgres-cdc"));
    OptionFound found = catalogue_option(connector, STR("slot.name"), request->release);
    Str otherwise = STR("");
    if (found.status == OPTION_KNOWN) {
        option_default(connector, found.option, request->release, &otherwise);
    }
    return running_value(request, plan, "debezium.slot.name", "slot.name", otherwise);
}

bool is_true(Str value) { return str_equal_ignore_case(str_trim(value), STR("true")); }

static bool is_incremental(const OutputRequest *request, const Plan *plan, Str connector) {
    const PlannedOption *option = plan_option(request->plans, plan, STR("scan.incremental.snapshot.enabled"));
    const Connector *known = catalogue_connector(connector);
    return option ? is_true(option->value) : known != NULL && catalogue_incremental_default(known, request->release);
}

Upstream upstream_find(const OutputRequest *request, const Plan *plan) {
    Upstream upstream = {.plan = plan, .connector = plan_value(request->plans, plan, STR("connector"))};
    bool is_postgres = str_equal(upstream.connector, STR("postgres-cdc"));
    const TableName *name = &plan->table->name;
    upstream.host = running_value(request, plan, "debezium.database.hostname", "hostname", STR(""));
    upstream.port =
        running_value(request, plan, "debezium.database.port", "port", is_postgres ? STR("5432") : STR("3306"));
    upstream.database = running_value(request, plan, "debezium.database.dbname", "database-name", name->database);
    upstream.schema = running_value(request, plan, "schema-name", "schema-name", STR("public"));
    upstream.table = running_value(request, plan, "table-name", "table-name", name->table);
    upstream.user = running_value(request, plan, "debezium.database.user", "username", STR(""));
    upstream.is_incremental = is_incremental(request, plan, upstream.connector);
    return upstream;
}

/* ---- Settings -----------------------------------------------------------------------------------------------------
 */

static Session session_of(const OutputRequest *request) {
    return (Session){request->script, request->prelude, request->prelude_count, request->arena};
}

Str script_setting(const OutputRequest *request, const char *key) {
    Session session = session_of(request);
    SessionValue found;
    return session_value(&session, key, UINT32_MAX, &found) ? found.value : STR("");
}

Str flink_name(const Plan *plan) { return plan->new_name.size > 0 ? plan->new_name : plan->table->name.table; }

size_t script_parallelism(const OutputRequest *request) {
    enum { MOST = 32768 }; /* Flink's upper bound of a job's maximum parallelism */
    Session session = session_of(request);
    int64_t set = session_parallelism(&session);
    return set >= 1 && set <= MOST ? (size_t)set : 1;
}

Str script_file_name(const Script *script) {
    Str name = script->source->name;
    for (size_t i = name.size; i > 0; i--) {
        if (name.data[i - 1] == '/') {
            return str_from(name, i);
        }
    }
    return name;
}

/* A byte that is no part of a UTF-8 character is a character of its own for next_character(). */
bool is_utf8(Str text) {
    while (text.size > 0) {
        unsigned columns;
        size_t size = next_character(text, &columns);
        if ((unsigned char)text.data[0] >= 0x80 && size == 1) {
            return false;
        }
        text = str_from(text, size);
    }
    return true;
}

/* ---- Saying -------------------------------------------------------------------------------------------------------
 */

void say(const OutputRequest *request, Severity severity, Span span, Str message, Str hint) {
    finding_add(
        request->findings,
        (Finding){
            .severity = severity, .source = request->script->source, .span = span, .message = message, .hint = hint});
}

void say_at_table(const OutputRequest *request, Severity severity, const Plan *plan, Str message, Str hint) {
    say(request, severity, plan->table->definition->name, message, hint);
}

void say_at_option(const OutputRequest *request, Severity severity, const Plan *plan, const PlannedOption *option,
                   Str message, Str hint) {
    if (option->source != NULL && !option_key_changed(option) && !option_value_changed(option)) {
        say(request, severity, option->source->key, message, hint);
        return;
    }
    Str place = option->action ? option->action->place : STR("a rule");
    Str named = arena_format(request->arena, "%.*s (set by %.*s)", TEXT(message), TEXT(place));
    say_at_table(request, severity, plan, named, hint);
}
