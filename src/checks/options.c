/* Checks of the options' names against the catalogue. */
#include "checks/registry.h"

static Str release_words(const Checker *checker, const CheckedTable *table, uint32_t number) {
    const char *line = table->connector->line == LINE_STARROCKS ? "connector" : "Flink CDC";
    Str text = release_text(checker->arena, table->connector->line, number);
    return format(checker, "%s %.*s", line, SHOW(text));
}

static Str did_you_mean(const Checker *checker, RightName name) {
    if (!name.found) {
        return STR("");
    }
    Str right = right_name_text(checker->arena, name);
    return right.size == 0 ? name.reason : format(checker, "did you mean '%.*s'?", SHOW(right));
}

/* sqlserver-cdc since 2.4 and db2-cdc since 3.1 have no schema-name: say what table-name would be. */
static Str schema_hint(const Checker *checker, const CheckedTable *table, Str reason) {
    const PlannedOption *schema = table_option(checker, table, "schema-name"),
                        *name = table_option(checker, table, "table-name");
    if (schema == NULL || name == NULL || is_placeholder(schema->value) || is_placeholder(name->value)) {
        return reason;
    }
    if (memchr(name->value.data, '.', name->value.size) != NULL) {
        return STR("take it away: table-name holds the schema already");
    }
    Str shown_schema = shown(checker, schema->value), shown_name = shown(checker, name->value);
    return format(checker, "take it away and write 'table-name' = '%.*s.%.*s'", SHOW(shown_schema), SHOW(shown_name));
}

static Str hint_for(const Checker *checker, const CheckedTable *table, Str key) {
    RightName name = catalogue_right_name(table->connector, key, checker->settings->release);
    bool holds_schema_in_name = is_connector(table, "sqlserver-cdc") || is_connector(table, "db2-cdc");
    if (name.found && holds_schema_in_name && str_equal(key, STR("schema-name"))) {
        return schema_hint(checker, table, name.reason);
    }
    if (!name.found) {
        name = catalogue_nearest(table->connector, key, checker->settings->release);
    }
    return did_you_mean(checker, name);
}

static Str message_for(const Checker *checker, const CheckedTable *table, Str key, const OptionFound *found) {
    Str name = shown(checker, key), connector = table->connector_name;
    Str release;
    switch (found->status) {
    case OPTION_NOT_YET:
        release = release_words(checker, table, found->number);
        return format(checker, "'%.*s' is an option of %.*s only since %.*s", SHOW(name), SHOW(connector),
                      SHOW(release));
    case OPTION_NO_MORE:
        release = release_words(checker, table, found->number);
        return format(checker, "'%.*s' was an option of %.*s only until %.*s", SHOW(name), SHOW(connector),
                      SHOW(release));
    default:
        return format(checker, "'%.*s' is not an option of %.*s", SHOW(name), SHOW(connector));
    }
}

static bool is_refused(const OptionFound *found) {
    return found->status == OPTION_UNKNOWN || found->status == OPTION_NOT_YET || found->status == OPTION_NO_MORE;
}

/* ---- The case of a key ----------------------------------------------------------------------------------------- */

static Str same_but_for_case(const Checker *checker, const Connector *connector, Str key) {
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        bool is_taken =
            connector == catalogue_everywhere() || option_holds(connector, option, checker->settings->release);
        if (is_taken && str_equal_ignore_case(key, option->key)) {
            return option->key;
        }
    }
    return STR("");
}

/* Debezium.slot.name: the prefix alone is looked at, what follows it is not the connector's business. */
static Str with_small_prefix(const Checker *checker, const CheckedTable *table, Str key) {
    Str copy = arena_copy(checker->arena, key);
    char *letters = (char *)copy.data;
    for (size_t i = 0; i < copy.size; i++) {
        letters[i] = ascii_lower(letters[i]);
        bool is_prefix = letters[i] == '.' &&
                         catalogue_option(table->connector, copy, checker->settings->release).status == OPTION_PREFIXED;
        if (is_prefix && !str_equal(copy, key)) {
            return copy;
        }
    }
    return STR("");
}

/* The key as the connector takes it, when only the case of letters or blanks at its ends are wrong; else empty. */
static Str key_in_right_case(const Checker *checker, const CheckedTable *table, Str key) {
    Str trimmed = str_trim(key), right = same_but_for_case(checker, table->connector, trimmed);
    if (right.size == 0) {
        right = same_but_for_case(checker, catalogue_everywhere(), trimmed);
    }
    return right.size > 0 ? right : with_small_prefix(checker, table, trimmed);
}

static bool refuses_unknown_keys(const CheckedTable *table) {
    return table->connector != NULL && table->connector->keys == KEYS_REFUSED;
}

void check_option_key_case(Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; refuses_unknown_keys(table) && i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (option->is_removed || found_option(table, option)->status != OPTION_UNKNOWN) {
            continue;
        }
        Str right = key_in_right_case(checker, table, option->key), key = shown(checker, option->key);
        if (right.size > 0) {
            bool has_blanks = str_equal_ignore_case(str_trim(option->key), right) && option->key.size != right.size;
            fire_at_key(checker, table, option,
                        format(checker, "'%.*s' is not an option of %.*s: %s", SHOW(key), SHOW(table->connector_name),
                               has_blanks ? "blanks count" : "capital and small letters are told apart"),
                        format(checker, "write '%.*s'", SHOW(right)));
        }
    }
}

/* ---- Unknown keys ---------------------------------------------------------------------------------------------- */

/* One of the two checks speaks of a key: option-key-case, unless it is off. */
static bool is_left_to_key_case(const Checker *checker, const CheckedTable *table, Str key, const OptionFound *found) {
    return found->status == OPTION_UNKNOWN &&
           checker->settings->severities[check_index(STR("option-key-case"))] != SEVERITY_OFF &&
           key_in_right_case(checker, table, key).size > 0;
}

/* connector-release says it once for the table. */
static bool is_not_yet_there(const Checker *checker, const Connector *connector) {
    return connector->line == LINE_FLINK_CDC && checker->settings->release.number > 0 &&
           connector->since > checker->settings->release.number;
}

void check_unknown_option(Checker *checker, const CheckedTable *table) {
    if (!refuses_unknown_keys(table) || is_not_yet_there(checker, table->connector)) {
        return;
    }
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        const OptionFound *found = option->is_removed ? NULL : found_option(table, option);
        if (found != NULL && is_refused(found) && !is_left_to_key_case(checker, table, option->key, found)) {
            fire_at_key(checker, table, option, message_for(checker, table, option->key, found),
                        hint_for(checker, table, option->key));
        }
    }
}

/* ---- The connector --------------------------------------------------------------------------------------------- */

void check_connector_release(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "connector");
    if (table->connector == NULL || !is_own(table, option) || !is_not_yet_there(checker, table->connector)) {
        return;
    }
    Str since = release_words(checker, table, table->connector->since);
    fire_at_value(checker, table, option,
                  format(checker, "%.*s exists only since %.*s", SHOW(table->connector_name), SHOW(since)), STR(""));
}

void check_unknown_connector(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "connector");
    if (option == NULL || table->connector != NULL || !is_own(table, option) || is_placeholder(option->value)) {
        return;
    }
    Str name = shown(checker, option->value), nearest = catalogue_nearest_connector(option->value);
    fire_at_value(
        checker, table, option, format(checker, "'%.*s' is a connector that smtpatch does not know", SHOW(name)),
        nearest.size > 0 ? format(checker, "did you mean '%.*s'?", SHOW(nearest)) : STR("its options are not checked"));
}

/* A key that was meant to be `connector`. */
static const PlannedOption *near_connector(const Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; i < plan->count; i++) {
        const PlannedOption *option = &plan->options[i];
        if (!option->is_removed && str_distance(str_trim(option->key), STR("connector"), 2) <= 2) {
            return option;
        }
    }
    return NULL;
}

static bool has_legacy_connector(const CheckedTable *table) {
    const Plan *plan = known_plan(table);
    for (size_t i = 0; i < plan->count; i++) {
        if (!plan->options[i].is_removed && str_equal(plan->options[i].key, STR("connector.type"))) {
            return true;
        }
    }
    return false;
}

/* Only the catalog that Flink brings along needs a connector; Paimon's or Hive's know what their tables are. And only a
 * statement that uses the table is refused. */
void check_missing_connector(Checker *checker, const CheckedTable *table) {
    if (has_option(checker, table, "connector")) {
        return;
    }
    const Table *item = table->written;
    const TableDefinition *definition = item->definition;
    bool is_elsewhere = !str_equal(item->name.catalog, STR("default_catalog")) || definition->has_connection;
    bool takes_unknown_options =
        !span_is_empty(definition->like) && definition->takes_like_options && item->like == NULL;
    if (item->roles == 0 || is_elsewhere || takes_unknown_options || has_legacy_connector(table)) {
        return;
    }
    Str written = source_slice(checker->script->source, definition->name);
    const PlannedOption *near = near_connector(checker, table);
    if (memmem(written.data, written.size, "default_catalog", 15) == NULL) {
        soften(checker, SEVERITY_WARNING); /* another catalog may be in force where the script runs */
    }
    if (near != NULL) {
        fire_at_key(checker, table, near, STR("this table has no 'connector'"), STR("did you mean 'connector'?"));
    } else {
        fire_at_table(checker, table, STR("this table has no 'connector'"),
                      STR("Flink does not know where its rows are to be read or written"));
    }
}

/* ---- Keys that stand twice ------------------------------------------------------------------------------------- */

static void fire_duplicate(Checker *checker, const CheckedTable *table, const PlannedOption *option,
                           const PlannedOption *last) {
    bool is_refused_by_flink = !span_is_empty(table->written->statement->query);
    Str key = shown(checker, option->key);
    Str where = last->source ? format(checker, "stands again at line %zu",
                                      source_line(checker->script->source, last->source->key.start))
                             : STR("is set again by a rule");
    if (is_refused_by_flink) {
        fire_at_key(checker, table, option, format(checker, "'%.*s' %.*s", SHOW(key), SHOW(where)),
                    STR("CREATE TABLE ... AS refuses a key that stands twice"));
        return;
    }
    bool is_same = str_equal(option->value, last->value);
    soften(checker, is_same ? SEVERITY_INFO : SEVERITY_WARNING);
    fire_at_key(checker, table, option,
                format(checker, "'%.*s' %.*s%s", SHOW(key), SHOW(where), is_same ? "" : ", and only the last counts"),
                STR("take this one away"));
}

static size_t count_options(const Plan *plan) {
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        count += !plan->options[i].is_removed;
    }
    return count;
}

void check_duplicate_option(Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    size_t count = count_options(plan);
    if (count == own_count(table)) {
        return;
    }
    const PlannedOption **options = options_by_key(checker, plan, &count);
    const PlannedOption *last = NULL;
    for (size_t i = count; i-- > 0;) {
        if (last != NULL && str_equal(options[i]->key, last->key)) {
            fire_duplicate(checker, table, options[i], last);
        } else {
            last = options[i];
        }
    }
}
