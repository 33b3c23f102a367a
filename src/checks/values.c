/* Checks of single values: types and bounds by the catalogue, and the forms that the connectors ask for. */
#include "checks/registry.h"

#include <math.h>
#include <pcre2.h>

#include "secret.h"

/* The table's own option of that key, when it has a value that can be judged; else NULL. */
static const PlannedOption *own_value(const Checker *checker, const CheckedTable *table, const char *key) {
    const PlannedOption *option = table_option(checker, table, key);
    return option != NULL && is_own(table, option) && !is_placeholder(option->value) ? option : NULL;
}

/* ---- Types and bounds -------------------------------------------------------------------------------------------- */

static double number_of(ValueType type, const Value *value) {
    switch (type) {
    case VALUE_DOUBLE:
        return value->number;
    case VALUE_DURATION: {
        int64_t milliseconds = duration_milliseconds(value->duration);
        return milliseconds == INT64_MAX ? INFINITY : (double)milliseconds; /* Duration.toMillis() throws */
    }
    default:
        return (double)value->integer;
    }
}

static Str invalid_value(const Checker *checker, const PlannedOption *option) {
    Str key = shown(checker, option->key), value = shown(checker, option->value);
    if (is_secret_key(option->key)) {
        return format(checker, "the value of '%.*s' is not valid", SHOW(key));
    }
    return format(checker, "'%.*s' is not a valid value of '%.*s'", SHOW(value), SHOW(key));
}

static void check_bounds(Checker *checker, const CheckedTable *table, const PlannedOption *option,
                         const CatalogueOption *known, const Value *value) {
    const Connector *connector = table->connector ? table->connector : catalogue_everywhere();
    const Bounds *bounds = option_bounds(connector, known, checker->settings->release, NULL);
    ValueType type = option_type(connector, known, checker->settings->release);
    double number = number_of(type, value);
    if (bounds == NULL || (bounds->when_incremental && !table->is_incremental) || bounds_hold(bounds, number)) {
        return;
    }
    Str text = bounds_text(checker->arena, bounds);
    fire_at_value(checker, table, option, invalid_value(checker, option),
                  format(checker, "it must be %.*s%s%s", SHOW(text), type == VALUE_DURATION ? " ms" : "",
                         isfinite(number) ? "" : ", and finite"));
}

/* No connector looks at the range of a port; the connection does, later. */
static bool is_no_port(const PlannedOption *option, const CatalogueOption *known, const Value *value) {
    return str_equal(known->key, STR("port")) && option->value.size > 0 &&
           (value->integer < 1 || value->integer > 65535);
}

static void check_typed_value(Checker *checker, const CheckedTable *table, const PlannedOption *option,
                              const CatalogueOption *known, const Connector *connector) {
    Value value = catalogue_check_value(checker->arena, connector, known, checker->settings->release, option->value);
    if (value.status == VALUE_REFUSED) {
        Str hint = value.mend.size > 0 ? format(checker, "write '%.*s'; %.*s", SHOW(value.mend), SHOW(value.problem))
                                       : value.problem;
        fire_at_value(checker, table, option, invalid_value(checker, option), hint);
    } else if (option_type(connector, known, checker->settings->release) == VALUE_INT &&
               is_no_port(option, known, &value)) {
        fire_at_value(checker, table, option, invalid_value(checker, option),
                      STR("a port is a number from 1 to 65535"));
    } else if (value.status == VALUE_TAKEN) {
        check_bounds(checker, table, option, known, &value);
    }
}

/* The catalogue's entry of the table's own option, with the connector whose entry it is; NULL when there is none. */
static const CatalogueOption *known_option(const CheckedTable *table, const PlannedOption *option,
                                           const Connector **connector) {
    const OptionFound *found = found_option(table, option);
    *connector = found->status == OPTION_IMPLICIT ? catalogue_everywhere() : table->connector;
    return found->status == OPTION_KNOWN || found->status == OPTION_IMPLICIT ? found->option : NULL;
}

/* An older name is not read where the newer one stands, too. */
static bool is_superseded(const Checker *checker, const CheckedTable *table, const CatalogueOption *known,
                          const Connector *connector) {
    Str newer = option_fallback_of(connector, known, checker->settings->release);
    return newer.size > 0 && has_key(checker, table, newer);
}

void check_option_value_type(Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        const Connector *connector;
        const CatalogueOption *known = known_option(table, option, &connector);
        bool is_start_up_mode = str_equal(option->key, STR("scan.startup.mode")); /* has a check of its own */
        if (known == NULL || is_start_up_mode ||
            is_superseded(checker, table, known, connector) || is_placeholder(option->value)) {
            continue;
        }
        check_typed_value(checker, table, option, known, connector);
    }
}

void check_value_of_newer_flink(Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        const Connector *connector;
        const CatalogueOption *known = known_option(table, option, &connector);
        if (known == NULL || is_placeholder(option->value)) {
            continue;
        }
        Value value =
            catalogue_check_value(checker->arena, connector, known, checker->settings->release, option->value);
        if (value.status == VALUE_DEPENDS) {
            Str text = shown(checker, option->value);
            fire_at_value(checker, table, option,
                          format(checker, "'%.*s' is refused by older releases of Flink", SHOW(text)),
                          format(checker, "write '%.*s'; %.*s", SHOW(value.mend), SHOW(value.problem)));
        }
    }
}

/* ---- Heartbeats -------------------------------------------------------------------------------------------------- */

enum { SHORT_HEARTBEAT_MS = 1000 };

static void check_own_heartbeat(Checker *checker, const CheckedTable *table, Str key) {
    const PlannedOption *option = table_option(checker, table, key.data);
    OptionFound found = catalogue_option(table->connector, key, checker->settings->release);
    if (option == NULL || !is_own(table, option) || found.status != OPTION_KNOWN) {
        return;
    }
    ValueType type = option_type(table->connector, found.option, checker->settings->release);
    Value value = catalogue_check_value(checker->arena, table->connector, found.option, checker->settings->release,
                                        option->value);
    double milliseconds = value.status == VALUE_REFUSED ? 0 : number_of(type, &value);
    if (milliseconds > 0 && milliseconds < SHORT_HEARTBEAT_MS) {
        const char *example = type == VALUE_DURATION ? "30 s" : "30000";
        soften(checker, SEVERITY_WARNING);
        fire_at_value(checker, table, option, format(checker, "a heartbeat every %.0f ms", milliseconds),
                      format(checker, "a number without a unit is milliseconds; '%s' would be half a minute", example));
    }
}

/* Debezium reads its own property as a plain number. The incremental source does not validate it: Configuration.getLong
 * falls back to the default, 0, which is no heartbeat at all (Debezium 1.9). */
static void check_debezium_heartbeat(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = own_value(checker, table, "debezium.heartbeat.interval.ms");
    if (option == NULL || value_check(checker->arena, VALUE_LONG, option->value, 0).status == VALUE_TAKEN) {
        return;
    }
    Value duration = value_check(checker->arena, VALUE_DURATION, option->value, 0);
    Str value = shown(checker, option->value), hint = STR("write milliseconds, without a unit");
    if (duration.status != VALUE_REFUSED) {
        hint = format(checker, "write '%lld'", (long long)duration_milliseconds(duration.duration));
    }
    if (table->is_incremental) {
        soften(checker, SEVERITY_WARNING);
        fire_at_value(checker, table, option,
                      format(checker, "'%.*s' turns the heartbeat off: Debezium takes a plain number", SHOW(value)),
                      hint);
    } else {
        fire_at_value(checker, table, option,
                      format(checker, "Debezium refuses '%.*s': it takes a plain number", SHOW(value)), hint);
    }
}

void check_heartbeat_unit(Checker *checker, const CheckedTable *table) {
    bool is_mongodb = is_connector(table, "mongodb-cdc");
    Str key = is_mongodb ? STR("heartbeat.interval.ms") : catalogue_short_key(STR("heartbeat"), table->connector_name);
    if (key.size > 0) {
        check_own_heartbeat(checker, table, key);
    }
    if (is_connector(table, "postgres-cdc") || is_connector(table, "mysql-cdc")) {
        check_debezium_heartbeat(checker, table);
    }
}

/* ---- server-id --------------------------------------------------------------------------------------------------- */

/* N or N-M with exactly one dash, blanks around the parts of a range only (ServerIdRange.from, since Flink CDC 2.0). */
static bool is_server_id(Arena *arena, Str text) {
    const char *dash = memchr(text.data, '-', text.size);
    if (dash == NULL) {
        return value_check(arena, VALUE_INT, text, 0).status == VALUE_TAKEN;
    }
    Str first = str_trim((Str){text.data, (size_t)(dash - text.data)});
    Str last = str_trim(str_from(text, (size_t)(dash - text.data) + 1));
    return memchr(last.data, '-', last.size) == NULL && value_check(arena, VALUE_INT, first, 0).status == VALUE_TAKEN &&
           value_check(arena, VALUE_INT, last, 0).status == VALUE_TAKEN;
}

/* mysql-cdc, and oceanbase-cdc since it extends the other's factory. */
static bool is_mysql(const Checker *checker, const CheckedTable *table) {
    return is_connector(table, "mysql-cdc") ||
           (is_connector(table, "oceanbase-cdc") && release_is_at_least(checker, "3.5"));
}

void check_server_id_format(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = own_value(checker, table, "server-id");
    if (option == NULL || !is_mysql(checker, table) || !release_is_at_least(checker, "2.0")) {
        return;
    }
    Str value = shown(checker, option->value);
    if (!is_server_id(checker->arena, option->value)) {
        fire_at_value(checker, table, option, format(checker, "'%.*s' is no server id", SHOW(value)),
                      STR("write one number, or a range such as '5400-5408'"));
    } else if (!table->is_incremental && memchr(option->value.data, '-', option->value.size) != NULL) {
        fire_at_value(checker, table, option,
                      format(checker, "'%.*s' is a range, but without the incremental snapshot one number is wanted",
                             SHOW(value)),
                      STR("a single reader needs a single id"));
    }
}

/* ---- server-time-zone -------------------------------------------------------------------------------------------- */

static bool are_digits(Str text, size_t from, size_t count) {
    for (size_t i = from; i < from + count; i++) {
        if (i >= text.size || !is_digit(text.data[i])) {
            return false;
        }
    }
    return true;
}

/* ZoneOffset.of: +h +hh +hh:mm +hhmm +hh:mm:ss +hhmmss, at most 18 hours. */
static bool is_offset(Str text) {
    static const size_t colons[] = {3, 6};
    if (text.size == 0 || (text.data[0] != '+' && text.data[0] != '-')) {
        return false;
    }
    if (text.size == 2 || text.size == 3 || text.size == 5 || text.size == 7) {
        return are_digits(text, 1, text.size - 1);
    }
    if (text.size != 6 && text.size != 9) {
        return false;
    }
    for (size_t i = 0; i < text.size / 3 - 1; i++) {
        if (text.data[colons[i]] != ':' || !are_digits(text, colons[i] + 1, 2)) {
            return false;
        }
    }
    return are_digits(text, 1, 2);
}

/* The names that java.util.TimeZone takes and ZoneId.of does not: ZoneId.SHORT_IDS, and ROC (seen with Java 17). */
static bool is_short_id(Str text) {
    static const char *const names[] = {"ACT", "AET", "AGT", "ART", "AST", "BET", "BST", "CAT", "CNT",
                                        "CST", "CTT", "EAT", "ECT", "IET", "IST", "JST", "MIT", "NET",
                                        "NST", "PLT", "PNT", "PRT", "PST", "SST", "VST", "EST", "HST",
                                        "MST", "ROC"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equal(text, str_of(names[i]))) {
            return true;
        }
    }
    return false;
}

/* A region begins with a capital letter, as every name of the tz database that Java carries does. Whether there is such
 * a region is not looked at. */
static bool is_region(Str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = ascii_lower(text.data[i]);
        bool is_letter = c >= 'a' && c <= 'z';
        if (!is_letter && (i == 0 || (!is_digit(c) && strchr("~/._+-", c) == NULL))) {
            return false;
        }
    }
    return text.size > 1 && text.data[0] <= 'Z' && !is_short_id(text);
}

/* Whether ZoneId.of takes the text. */
static bool is_zone(Str text) {
    static const Str prefixes[] = {STR("UTC"), STR("GMT"), STR("UT")};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        Str rest = str_from(text, prefixes[i].size);
        if (str_has_prefix(text, prefixes[i]) && rest.size > 0 && (rest.data[0] == '+' || rest.data[0] == '-')) {
            return is_offset(rest);
        }
    }
    return str_equal(text, STR("Z")) || is_offset(text) || is_region(text);
}

static bool wants_zone(const Checker *checker, const CheckedTable *table) {
    bool is_oceanbase = is_connector(table, "oceanbase-cdc") &&
                        (release_is_at_least(checker, "3.5") || !release_is_at_least(checker, "2.3"));
    return is_connector(table, "mysql-cdc") || is_connector(table, "sqlserver-cdc") || is_connector(table, "db2-cdc") ||
           is_oceanbase;
}

void check_server_time_zone_format(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = own_value(checker, table, "server-time-zone");
    if (option == NULL || !wants_zone(checker, table) || is_zone(option->value)) {
        return;
    }
    Str value = shown(checker, option->value);
    fire_at_value(checker, table, option, format(checker, "'%.*s' is no time zone that Java knows", SHOW(value)),
                  STR("write a region such as 'Asia/Shanghai', 'UTC', or an offset such as '+08:00'"));
}

/* ---- Patterns of names ------------------------------------------------------------------------------------------- */

/* PCRE2's errors for what java.util.regex.Pattern refuses as well: a backslash at the end, bounds or a range out of
 * order, an open class, nothing to repeat, parentheses that do not match. */
static bool is_surely_refused(int error) {
    static const int errors[] = {101, 104, 106, 108, 109, 114, 122};
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (error == errors[i]) {
            return true;
        }
    }
    return false;
}

/* MySqlTableSource makes an ObjectPath of the names where the snapshot is incremental; that throws (seen: 3.1, 3.5). */
static void check_empty_name(Checker *checker, const CheckedTable *table, const PlannedOption *option) {
    if (is_connector(table, "mysql-cdc") && table->is_incremental && release_is_at_least(checker, "3.1")) {
        fire_at_value(checker, table, option, format(checker, "'%.*s' is empty", SHOW(option->key)),
                      STR("name what is to be read"));
    }
}

static void check_pattern(Checker *checker, const CheckedTable *table, const char *key) {
    const PlannedOption *option = own_value(checker, table, key);
    int error;
    PCRE2_SIZE offset;
    if (option == NULL) {
        return;
    }
    if (option->value.size == 0) {
        check_empty_name(checker, table, option);
        return;
    }
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)option->value.data, option->value.size, 0, &error, &offset, NULL);
    pcre2_code_free(code);
    if (code == NULL && is_surely_refused(error)) {
        PCRE2_UCHAR reason[256];
        pcre2_get_error_message(error, reason, sizeof reason);
        Str value = shown(checker, option->value);
        fire_at_value(checker, table, option, format(checker, "'%.*s' is not a regular expression", SHOW(value)),
                      format(checker, "at character %zu: %s", (size_t)offset + 1, (const char *)reason));
    }
}

void check_name_pattern(Checker *checker, const CheckedTable *table) {
    if (is_mysql(checker, table) && release_is_at_least(checker, "2.1")) {
        check_pattern(checker, table, "database-name");
        check_pattern(checker, table, "table-name");
    }
}

/* ---- load-url ---------------------------------------------------------------------------------------------------- */

/* The first entry without HOST:PORT; empty when all have one. StarRocksSinkOptions.validateStreamLoadUrl splits each at
 * its colons and wants two parts. */
static Str entry_without_port(Str list) {
    while (list.size > 0) {
        const char *semicolon = memchr(list.data, ';', list.size);
        Str entry = {list.data, semicolon ? (size_t)(semicolon - list.data) : list.size};
        const char *colon = memchr(entry.data, ':', entry.size);
        if (str_trim(entry).size > 0 && (colon == NULL || colon + 1 == entry.data + entry.size)) {
            return entry;
        }
        list = str_from(list, entry.size + 1);
    }
    return STR("");
}

void check_load_url(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = own_value(checker, table, "load-url");
    if (option == NULL || !is_connector(table, "starrocks")) {
        return;
    }
    Str entry = entry_without_port(option->value);
    if (entry.size > 0) {
        Str host = shown(checker, made_of(checker, str_trim(entry), option->value));
        fire_at_value(checker, table, option, format(checker, "'%.*s' in 'load-url' has no port", SHOW(host)),
                      STR("write HOST:PORT, the HTTP port of a frontend, usually 8030; a semicolon between two"));
    } else if (memchr(option->value.data, ',', option->value.size) != NULL) {
        soften(checker, SEVERITY_WARNING);
        fire_at_value(checker, table, option, STR("a comma in 'load-url' is taken as a part of a host's name"),
                      STR("write a semicolon between two frontends"));
    }
}

/* StarRocksSinkOptions, connector 1.2.13 and later. */
void check_merge_commit_interval(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = own_value(checker, table, "sink.properties.enable_merge_commit");
    if (option != NULL && is_connector(table, "starrocks") && str_equal_ignore_case(option->value, STR("true")) &&
        table_option(checker, table, "sink.properties.merge_commit_interval_ms") == NULL) {
        fire_at_value(checker, table, option, STR("merge commit needs 'sink.properties.merge_commit_interval_ms'"),
                      STR("add it: how long StarRocks gathers loads, in milliseconds"));
    }
}
