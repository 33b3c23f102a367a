#include "checks/checker.h"

#include <stdlib.h>

#include "checks/registry.h"
#include "rules/name_options.h"
#include "rules/plan_options.h"
#include "secret.h"
#include "syntax/literal.h"
#include "width.h"

enum { SHOWN_COLUMNS = 60 };

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

/* Who asks for what was not kept has something to say, which is rare. */
const Plan *table_plan(const Checker *checker, const CheckedTable *table) {
    CheckedTable *own = &checker->tables[table - checker->tables];
    if (own->plan == NULL) {
        own->plan = plan_again(checker->plans, own->written, checker->arena);
    }
    return own->plan;
}

const PlannedOption *option_of_key(const Checker *checker, const CheckedTable *table, Str key) {
    return plan_option(checker->plans, table_plan(checker, table), key);
}

Str kept_text(const Checker *checker, Str text) {
    Str script = checker->script->source->text;
    bool stays = text.data >= script.data && text.data <= script.data + script.size;
    return stays ? text : arena_copy(checker->arena, text);
}

Str value_of_key(const Checker *checker, const CheckedTable *table, Str key, Str otherwise) {
    const Plan *plan = known_plan(table);
    bool may_be_there = (plan->keys & plan_key_bit(key)) || table->written->like != NULL;
    const PlannedOption *option = may_be_there ? plan_option(checker->plans, plan, key) : NULL;
    if (option == NULL) {
        return otherwise;
    }
    size_t name = table->plan == NULL ? name_key_number(key) : NAME_KEYS;
    return name < NAME_KEYS ? table->names[name] : option->value;
}

bool is_own(const CheckedTable *table, const PlannedOption *option) {
    return option >= table->plan->options && option < table->plan->options + table->plan->count;
}

/* By key; those of one key in their order. */
static int compare_options(const void *a, const void *b) {
    const PlannedOption *first = *(const PlannedOption *const *)a, *second = *(const PlannedOption *const *)b;
    int order = str_compare(first->key, second->key);
    return order != 0 ? order : first < second ? -1 : first > second;
}

const PlannedOption **options_by_key(const Checker *checker, const Plan *plan, size_t *count) {
    const PlannedOption **options = arena_array(checker->arena, plan->count + 1, sizeof *options);
    *count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed) {
            options[(*count)++] = &plan->options[i];
        }
    }
    qsort(options, *count, sizeof *options, compare_options);
    return options;
}

const OptionFound *found_option(const CheckedTable *table, const PlannedOption *option) {
    const Plan *first = table->shape->first->plan;
    const PlannedOption *known = first == table->plan ? option : plan_own_option(first, option->key);
    return table->shape->found[known - first->options];
}

static bool holds(Str text, Str part) {
    return text.size > 0 && memmem(text.data, text.size, part.data, part.size) != NULL;
}

/* Most values are none, which is quickly seen. */
bool is_placeholder(Str value) {
    bool may_be_one = value.size > 0 && (memchr(value.data, '{', value.size) != NULL || value.data[0] == '<' ||
                                         value.data[0] == '.' || is_blank(value.data[0]));
    if (!may_be_one) {
        return false;
    }
    Str trimmed = str_trim(value);
    bool is_in_angles = trimmed.size > 2 && trimmed.data[0] == '<' && trimmed.data[trimmed.size - 1] == '>';
    bool has_brace = value.size > 0 && memchr(value.data, '{', value.size) != NULL;
    return (has_brace && (holds(value, STR("${")) || holds(value, STR("{{")))) || is_in_angles ||
           str_equal(trimmed, STR("..."));
}

bool release_is_at_least(const Checker *checker, const char *version) {
    Release wanted;
    Str problem;
    Release release =
        checker->settings->release.number > 0 ? checker->settings->release : release_newest(LINE_FLINK_CDC);
    if (!release_parse(checker->arena, str_of(version), &wanted, &problem)) {
        return true;
    }
    bool has_patch = (wanted.number & 0xFF) != 0xFF; /* "2.4" is the last 2.4.x; here the first is meant */
    return release.number >= (has_patch ? wanted.number : wanted.number & ~(uint32_t)0xFF);
}

static Str default_port(const CheckedTable *table) {
    return is_connector(table, "mysql-cdc") ? STR("3306") : is_connector(table, "postgres-cdc") ? STR("5432") : STR("");
}

Str server_of(const Checker *checker, const CheckedTable *table) {
    return table->shape->server.size > 0 ? table->shape->server : find_server(checker, table);
}

Str find_server(const Checker *checker, const CheckedTable *table) {
    Str host = effective_value(checker, table, "debezium.database.hostname", "hostname", STR(""));
    Str port = effective_value(checker, table, "debezium.database.port", "port", default_port(table));
    Str server = arena_join(checker->arena, host, STR(":"), port);
    return made_of(checker, made_of(checker, server, host), port);
}

Str upstream_of(const Checker *checker, const CheckedTable *table) {
    bool has_schema = has_option(checker, table, "schema-name");
    Str lead = table_value(checker, table, has_schema ? "schema-name" : "database-name", STR(""));
    Str name = table_value(checker, table, "table-name", table->written->name.table);
    Str upstream = lead.size > 0 ? arena_join(checker->arena, lead, STR("."), name) : name;
    return made_of(checker, made_of(checker, upstream, lead), name);
}

static Span place_of_part(const CheckedTable *table, const PlannedOption *option, bool is_key) {
    if (option->source == NULL || !is_own(table, option)) {
        return table->written->definition->name;
    }
    return is_key ? option->source->key : option->source->value;
}

Span place_of_key(const CheckedTable *table, const PlannedOption *option) { return place_of_part(table, option, true); }

Span place_of_value(const CheckedTable *table, const PlannedOption *option) {
    return place_of_part(table, option, false);
}

/* ---- Saying ----------------------------------------------------------------------------------------------------- */

static bool is_secret_value(const Checker *checker, Str text) {
    return checker->secrets != NULL && name_index_get(checker->secrets, str_trim(text)) != SIZE_MAX;
}

Str made_of(const Checker *checker, Str made, Str from) {
    if (is_secret_value(checker, from)) {
        name_index_set(checker->secrets, str_trim(made), 0, checker->arena);
    }
    return made;
}

void find_secret_values(Checker *checker, const Plan *plan) {
    for (size_t i = 0; plan->is_changed && i < plan->count; i++) {
        if (plan->options[i].is_secret) {
            checker->secrets = checker->secrets != NULL ? checker->secrets : name_index_new(checker->arena);
            Str value = arena_copy(checker->arena, str_trim(plan->options[i].value));
            name_index_set(checker->secrets, value, 0, checker->arena);
        }
    }
}

Str shown(const Checker *checker, Str text) {
    return is_secret_value(checker, text) ? STR(SECRET_MASK) : shown_in(checker->arena, text);
}

static bool is_short_and_plain(Str text) {
    bool is_plain = text.size <= SHOWN_COLUMNS;
    for (size_t i = 0; i < text.size && is_plain; i++) {
        is_plain = text.data[i] >= 0x20 && text.data[i] < 0x7F;
    }
    return is_plain;
}

Str shown_in(Arena *arena, Str text) {
    if (is_short_and_plain(text)) {
        return text;
    }
    char *copy = arena_alloc(arena, text.size < 4 * SHOWN_COLUMNS ? text.size + 4 : 4 * SHOWN_COLUMNS + 4);
    size_t size = 0, columns = 0;
    while (text.size > 0) {
        unsigned width;
        size_t more = next_character(text, &width);
        if (columns + width > SHOWN_COLUMNS || size + more > 4 * SHOWN_COLUMNS) {
            memcpy(copy + size, "...", 3);
            size += 3;
            break;
        }
        bool is_shown = is_printable_character(text, more);
        memcpy(copy + size, is_shown ? text.data : "?", is_shown ? more : 1);
        size += is_shown ? more : 1;
        columns += width;
        text = str_from(text, more);
    }
    return (Str){copy, size};
}

/* A severity that lint.ID sets counts for all findings of the check. */
static Severity severity_now(Checker *checker) {
    Severity severity = checker->settings->severities[checker->check_number];
    bool is_softened =
        checker->at_most != SEVERITY_OFF && severity == checker->check->severity && severity > checker->at_most;
    severity = is_softened ? checker->at_most : severity;
    checker->at_most = SEVERITY_OFF;
    return severity;
}

void fire_at(Checker *checker, Span span, Str message, Str hint) {
    Severity severity = severity_now(checker);
    checker->has_fired = true;
    if (is_silenced(checker, span, true)) {
        return;
    }
    finding_add(checker->findings, (Finding){.severity = severity,
                                             .id = checker->check->id,
                                             .source = checker->script->source,
                                             .span = span,
                                             .message = message,
                                             .hint = hint});
}

void fire_at_table(Checker *checker, const CheckedTable *table, Str message, Str hint) {
    fire_at(checker, table->written->definition->name, message, hint);
}

/* The rule that wrote what the check is about is named, since the script does not show it. */
static void fire_at_part(Checker *checker, const PlannedOption *option, Span place, bool is_changed, Str message,
                         Str hint) {
    bool is_by_rule = option->action != NULL && (option->source == NULL || is_changed);
    if (is_by_rule) {
        message = format(checker, "%.*s (set by %.*s)", SHOW(message), SHOW(option->action->place));
    }
    fire_at(checker, place, message, hint);
}

void fire_at_key(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str message, Str hint) {
    fire_at_part(checker, option, place_of_key(table, option), option_key_changed(option), message, hint);
}

void fire_at_value(Checker *checker, const CheckedTable *table, const PlannedOption *option, Str message, Str hint) {
    hint = option->is_secret ? STR("") : hint; /* it may tell how to write the value */
    fire_at_part(checker, option, place_of_value(table, option), option_value_changed(option), message, hint);
}

void fire_in_value(Checker *checker, const CheckedTable *table, const PlannedOption *option, Span part, Str message,
                   Str hint) {
    if (option->source == NULL || option_value_changed(option) || !is_own(table, option)) {
        fire_at_value(checker, table, option, message, hint);
        return;
    }
    Str text = checker->script->source->text;
    Span literal = option->source->value;
    Span place = {literal_offset(text, literal, part.start), literal_offset(text, literal, part.end)};
    fire_at_part(checker, option, place, false, message, hint);
}
