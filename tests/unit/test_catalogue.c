/* The look-ups of the catalogue, over the tables as they are built in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "catalogue/print.h"
#include "secret.h"
#include "width.h"

static Arena arena;
static Guard guard;

static int set_up(void **state) {
    (void)state;
    arena_init(&arena, &guard);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    arena_free(&arena);
    return 0;
}

static const Release newest;

static Release at(const char *text) {
    Release release;
    Str problem;
    assert_true(release_parse(&arena, str_of(text), &release, &problem));
    return release;
}

static const Connector *named(const char *name) {
    const Connector *connector = catalogue_connector(str_of(name));
    assert_non_null(connector);
    return connector;
}

static void assert_text(Str text, const char *expected) {
    assert_string_equal(arena_copy(&arena, text).data, expected);
}

static OptionFound find(const char *connector, const char *key, Release release) {
    return catalogue_option(named(connector), str_of(key), release);
}

static void assert_status(const char *connector, const char *key, Release release, OptionStatus status) {
    OptionFound found = find(connector, key, release);
    if (found.status != status) {
        fail_msg("%s %s: status %d, not %d", connector, key, (int)found.status, (int)status);
    }
}

static void assert_right_name(const char *connector, const char *key, Release release, const char *expected) {
    RightName name = catalogue_right_name(named(connector), str_of(key), release);
    assert_true(name.found);
    assert_true(name.reason.size > 0);
    assert_text(right_name_text(&arena, name), expected);
}

static void assert_nearest(const char *connector, const char *key, const char *expected) {
    RightName name = catalogue_nearest(named(connector), str_of(key), newest);
    assert_true(name.found);
    assert_text(right_name_text(&arena, name), expected);
}

/* ---- releases */

static void test_release_parse(void **state) {
    (void)state;
    assert_int_equal(at("3.1").number, 0x0301FF);
    assert_int_equal(at("3.1.1").number, 0x030101);
    assert_int_equal(at("3.6.0-1.20").number, 0x030600);
    assert_int_equal(at("1.0").line, LINE_FLINK_CDC);
    assert_true(at("3.6").number == release_newest(LINE_FLINK_CDC).number);
}

static void test_release_unknown(void **state) {
    (void)state;
    const char *const wrong[] = {"",     "3",    "3.",      "3.1.", "3.7",    "2.5",
                                 "v3.1", "3.1 ", "3.1.1.1", "3.1-", "1111.1", "300.1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Release release;
        Str problem;
        assert_false(release_parse(&arena, str_of(wrong[i]), &release, &problem));
        assert_true(str_has_suffix(problem, STR("3.4, 3.5, 3.6")));
        assert_int_equal(release.number, 0);
    }
}

static void test_release_text(void **state) {
    (void)state;
    assert_text(release_text(&arena, LINE_FLINK_CDC, 0x020402), "2.4.2");
    assert_text(release_text(&arena, LINE_FLINK_CDC, 0x020400), "2.4");
    assert_text(release_text(&arena, LINE_FLINK_CDC, 0x0204FF), "2.4");
    assert_text(release_text(&arena, LINE_STARROCKS, 0x010100), "v1.1.0");
    assert_text(release_text(&arena, LINE_FLINK_CDC, UINT32_MAX), "");
    assert_true(release_oldest_flink(at("2.4")) < FLINK_1_15);
    assert_true(release_oldest_flink(at("3.1")) >= FLINK_1_15);
    assert_true(release_oldest_flink(newest) >= FLINK_1_15);
}

/* ---- connectors */

static void test_connectors(void **state) {
    (void)state;
    const Connector *connector;
    for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL; i++) {
        assert_ptr_equal(connector, connector->pipeline ? catalogue_pipeline_connector(connector->name)
                                                        : catalogue_connector(connector->name));
    }
    assert_null(catalogue_connector(STR("*")));
    assert_null(catalogue_connector(STR("postgres")));
    assert_null(catalogue_connector(STR("")));
    assert_int_equal(named("kafka")->keys, KEYS_UNCHECKED);
    assert_int_equal(named("tidb-cdc")->keys, KEYS_IGNORED);
    assert_int_equal(named("starrocks")->family, FAMILY_SINK);
    assert_text(catalogue_nearest_connector(STR("postgre-cdc")), "postgres-cdc");
    assert_int_equal(catalogue_nearest_connector(STR("something-else")).size, 0);
}

static void test_incremental_default(void **state) {
    (void)state;
    assert_false(catalogue_incremental_default(named("postgres-cdc"), newest));
    assert_false(catalogue_incremental_default(named("mongodb-cdc"), newest));
    assert_true(catalogue_incremental_default(named("mysql-cdc"), newest));
    assert_false(catalogue_incremental_default(named("mysql-cdc"), at("1.4")));
    assert_false(catalogue_incremental_default(named("db2-cdc"), at("3.0")));
    assert_false(catalogue_incremental_default(named("kafka"), newest));
    assert_false(catalogue_incremental_default(NULL, newest));
}

/* ---- options */

static void test_option_status(void **state) {
    (void)state;
    assert_status("postgres-cdc", "slot.name", newest, OPTION_KNOWN);
    assert_status("postgres-cdc", "slot.name", at("1.4"), OPTION_NOT_YET);
    assert_status("postgres-cdc", "Slot.Name", newest, OPTION_UNKNOWN);
    assert_status("postgres-cdc", "publication.name", newest, OPTION_UNKNOWN);
    assert_status("postgres-cdc", "debezium.publication.name", newest, OPTION_PREFIXED);
    assert_status("postgres-cdc", "debezium", newest, OPTION_UNKNOWN);
    assert_status("mongodb-cdc", "debezium.x", newest, OPTION_UNKNOWN);
    assert_status("sqlserver-cdc", "schema-name", newest, OPTION_NO_MORE);
    assert_status("sqlserver-cdc", "schema-name", at("2.3"), OPTION_KNOWN);
    assert_status("postgres-cdc", "connector", newest, OPTION_IMPLICIT);
    assert_status("kafka", "connector", newest, OPTION_IMPLICIT);
    assert_status("kafka", "topic", newest, OPTION_UNCHECKED);
    assert_int_equal(catalogue_option(NULL, STR("x"), newest).status, OPTION_UNCHECKED);
    assert_int_equal(find("sqlserver-cdc", "schema-name", newest).number, 0x0203FF);
    assert_int_equal(find("postgres-cdc", "heartbeat.interval.ms", at("2.3")).number, 0x020400);
    assert_text(find("mysql-cdc", "jdbc.properties.useSSL", newest).prefix, "jdbc.properties.");
}

static void test_option_that_came_back(void **state) {
    (void)state;
    assert_status("mongodb-cdc", "copy.existing.pipeline", at("2.2"), OPTION_KNOWN);
    assert_status("mongodb-cdc", "copy.existing.pipeline", at("3.0"), OPTION_NOT_YET);
    assert_status("mongodb-cdc", "copy.existing.pipeline", at("3.4"), OPTION_KNOWN);
    assert_status("mongodb-cdc", "copy.existing", at("3.4"), OPTION_NO_MORE);
}

static void test_patch_releases(void **state) {
    (void)state;
    assert_status("postgres-cdc", "scan.incremental.close-idle-reader.enabled", at("2.4.1"), OPTION_NOT_YET);
    assert_status("postgres-cdc", "scan.incremental.close-idle-reader.enabled", at("2.4.2"), OPTION_KNOWN);
    assert_status("postgres-cdc", "scan.incremental.close-idle-reader.enabled", at("2.4"), OPTION_KNOWN);
}

static void test_roles(void **state) {
    (void)state;
    const Connector *starrocks = named("starrocks");
    Str load = STR("load-url"), header = STR("sink.properties.format");
    assert_int_equal(catalogue_option_in_role(starrocks, load, newest, ROLE_SINK).status, OPTION_KNOWN);
    assert_int_equal(catalogue_option_in_role(starrocks, load, newest, ROLE_SOURCE).status, OPTION_UNKNOWN);
    assert_int_equal(catalogue_option_in_role(starrocks, load, newest, ROLE_ANY).status, OPTION_KNOWN);
    assert_int_equal(catalogue_option_in_role(starrocks, header, newest, ROLE_SINK).status, OPTION_PREFIXED);
    assert_int_equal(catalogue_option_in_role(starrocks, header, newest, ROLE_SOURCE).status, OPTION_UNKNOWN);
    assert_status("starrocks", "load-url", at("1.0"), OPTION_KNOWN); /* its releases are its own */
}

static void test_facts_by_release(void **state) {
    (void)state;
    const Connector *postgres = named("postgres-cdc");
    const CatalogueOption *slot = find("postgres-cdc", "slot.name", newest).option;
    Str text;
    assert_true(option_required(postgres, slot, newest));
    assert_false(option_required(postgres, slot, at("2.3")));
    assert_false(option_default(postgres, slot, newest, &text));
    assert_true(option_default(postgres, slot, at("2.3"), &text));
    assert_text(text, "flink");
    const Connector *mysql = named("mysql-cdc");
    const CatalogueOption *server_id = find("mysql-cdc", "server-id", newest).option;
    assert_int_equal(option_type(mysql, server_id, at("1.4")), VALUE_INT);
    assert_int_equal(option_type(mysql, server_id, newest), VALUE_STRING);
    const CatalogueOption *split = find("mysql-cdc", "split-key.even-distribution.factor.lower-bound", newest).option;
    assert_text(option_fallback_of(mysql, split, newest), "chunk-key.even-distribution.factor.lower-bound");
    assert_int_equal(option_fallback_of(mysql, split, at("2.2")).size, 0);
    const Connector *mongodb = named("mongodb-cdc");
    const CatalogueOption *queue = find("mongodb-cdc", "initial.snapshotting.queue.size", newest).option;
    assert_int_equal(option_mode(mongodb, queue, newest), MODE_LEGACY);
    assert_int_equal(option_mode(mongodb, queue, at("3.1")), MODE_ALWAYS);
}

static void test_bounds(void **state) {
    (void)state;
    const CatalogueOption *retries = find("starrocks", "sink.max-retries", newest).option;
    const Bounds *bounds = option_bounds(named("starrocks"), retries, newest, NULL);
    assert_true(bounds_hold(bounds, 0) && bounds_hold(bounds, 1000));
    assert_false(bounds_hold(bounds, -1) || bounds_hold(bounds, 1001));
    assert_text(bounds_text(&arena, bounds), "from 0 to 1000");
    const Connector *mysql = named("mysql-cdc");
    const CatalogueOption *timeout = find("mysql-cdc", "connect.timeout", newest).option;
    assert_null(option_bounds(mysql, timeout, at("3.1"), NULL));
    bounds = option_bounds(mysql, timeout, newest, NULL);
    assert_true(bounds->when_incremental && !bounds_hold(bounds, 250) && bounds_hold(bounds, 251));
    assert_text(bounds_text(&arena, bounds), "above 250");
    const CatalogueOption *interval = find("starrocks", "sink.buffer-flush.interval-ms", newest).option;
    assert_text(bounds_text(&arena, option_bounds(named("starrocks"), interval, newest, NULL)),
                "above 0 and at most 3600000");
}

static Value check(const char *connector, const char *key, const char *release, const char *text) {
    Release number = at(release);
    const CatalogueOption *option = find(connector, key, number).option;
    assert_non_null(option);
    return catalogue_check_value(&arena, named(connector), option, number, str_of(text));
}

static void test_allowed_values(void **state) {
    (void)state;
    assert_int_equal(check("postgres-cdc", "scan.startup.mode", "3.4", "Committed-Offset").status,
                     VALUE_TAKEN);
    Value value = check("postgres-cdc", "scan.startup.mode", "3.1", "committed-offset");
    assert_int_equal(value.status, VALUE_REFUSED);
    assert_text(value.problem,
                "the values are initial, snapshot or latest-offset; committed-offset is known since 3.4");
    value = check("postgres-cdc", "scan.startup.mode", "3.1", "latest-ofset");
    assert_text(value.mend, "latest-offset");
    assert_int_equal(check("mysql-cdc", "scan.startup.mode", "2.2", "timestamp").status, VALUE_REFUSED);
    assert_int_equal(check("mysql-cdc", "scan.startup.mode", "1.4", "timestamp").status, VALUE_TAKEN);
    assert_int_equal(check("postgres-cdc", "decoding.plugin.name", "3.6", "own_plugin").status, VALUE_TAKEN);
    assert_int_equal(check("starrocks", "sink.semantic", "3.6", "Exactly-Once").status, VALUE_REFUSED);
    assert_int_equal(check("starrocks", "sink.version", "3.6", "v2").status, VALUE_TAKEN);
    assert_int_equal(check("postgres-cdc", "changelog-mode", "3.6", "UPSERT").status, VALUE_TAKEN);
    assert_int_equal(check("postgres-cdc", "heartbeat.interval.ms", "2.4", "5 m").status, VALUE_DEPENDS);
    assert_int_equal(check("postgres-cdc", "heartbeat.interval.ms", "3.6", "5 m").status, VALUE_TAKEN);
}

static void test_order(void **state) {
    (void)state;
    const Connector *postgres = named("postgres-cdc");
    assert_int_equal(catalogue_order(postgres, STR("connector")), 0);
    assert_int_equal(catalogue_order(postgres, STR("hostname")), 1);
    assert_true(catalogue_order(postgres, STR("table-name")) < catalogue_order(postgres, STR("slot.name")));
    assert_true(catalogue_order(postgres, STR("debezium.x")) == SIZE_MAX);
    assert_true(catalogue_order(NULL, STR("hostname")) == SIZE_MAX);
    assert_int_equal(catalogue_order(NULL, STR("connector")), 0);
}

/* ---- names */

static void test_right_names(void **state) {
    (void)state;
    assert_right_name("postgres-cdc", "publication.name", newest, "debezium.publication.name");
    assert_right_name("postgres-cdc", "plugin.name", newest, "decoding.plugin.name");
    assert_right_name("postgres-cdc", "heartbeat.interval", newest, "heartbeat.interval.ms");
    assert_right_name("mysql-cdc", "heartbeat.interval.ms", newest, "heartbeat.interval");
    assert_right_name("postgres-cdc", "connect.pool.size", newest, "connection.pool.size");
    assert_right_name("oracle-cdc", "log.mining.strategy", newest, "debezium.log.mining.strategy");
    assert_right_name("postgres-cdc", "snapshot.select.statement.overrides.public.users", newest,
                      "debezium.snapshot.select.statement.overrides.public.users");
    assert_right_name("postgres-cdc", "snapshot.mode", newest, "");
    assert_right_name("sqlserver-cdc", "schema-name", newest, "");
    assert_right_name("starrocks", "sink.format", newest, "sink.properties.format");
    assert_right_name("vitess-cdc", "tablet.type", newest, "tablet-type");
}

static void test_no_right_name(void **state) {
    (void)state;
    const Connector *postgres = named("postgres-cdc");
    assert_false(catalogue_right_name(postgres, STR("slot.name"), newest).found);
    assert_false(catalogue_right_name(postgres, STR("debezium.slot.name"), newest).found);
    assert_false(catalogue_right_name(postgres, STR("no.such.thing"), newest).found);
    assert_false(catalogue_right_name(postgres, STR("heartbeat.interval"), at("2.3")).found);
    assert_false(catalogue_right_name(named("sqlserver-cdc"), STR("schema-name"), at("2.3")).found);
    assert_false(catalogue_right_name(named("mongodb-cdc"), STR("publication.name"), newest).found);
    assert_false(catalogue_right_name(named("kafka"), STR("publication.name"), newest).found);
    assert_false(catalogue_right_name(NULL, STR("publication.name"), newest).found);
}

static void test_nearest(void **state) {
    (void)state;
    assert_nearest("postgres-cdc", "slot-name", "slot.name");
    assert_nearest("postgres-cdc", "Slot.Name", "slot.name");
    assert_nearest("postgres-cdc", "hotsname", "hostname");
    assert_nearest("postgres-cdc", "debzium.slot.name", "debezium.slot.name");
    assert_nearest("postgres-cdc", "scan_incremental_snapshot_enabled", "scan.incremental.snapshot.enabled");
    assert_false(catalogue_nearest(named("postgres-cdc"), STR("topic"), newest).found);
    assert_false(catalogue_nearest(named("postgres-cdc"), STR(""), newest).found);
    assert_false(catalogue_nearest(named("kafka"), STR("topik"), newest).found);
    assert_false(catalogue_nearest(NULL, STR("slot-name"), newest).found);
}

static void test_short_keys(void **state) {
    (void)state;
    assert_text(catalogue_short_key(STR("slot"), STR("postgres-cdc")), "slot.name");
    assert_text(catalogue_short_key(STR("publication"), STR("postgres-cdc")), "debezium.publication.name");
    assert_text(catalogue_short_key(STR("heartbeat"), STR("mysql-cdc")), "heartbeat.interval");
    assert_int_equal(catalogue_short_key(STR("slot"), STR("mysql-cdc")).size, 0);
    assert_true(catalogue_is_short_key(STR("heartbeat")));
    assert_false(catalogue_is_short_key(STR("table")));
}

static void test_secrets(void **state) {
    (void)state;
    const char *const secret[] = {"password",
                                  "PASSWORD",
                                  "debezium.database.password",
                                  "aws.credentials.secret",
                                  "fs.s3a.access.key",
                                  "secret-key",
                                  "api_key",
                                  "apiKey",
                                  "auth.token",
                                  "properties.sasl.jaas.config",
                                  "ssl.truststore.password"};
    const char *const open[] = {"",
                                "key",
                                "primary-key",
                                "scan.incremental.snapshot.chunk.key-column",
                                "key.fields",
                                "username",
                                "password.file.name",
                                "debezium.message.key.columns",
                                "sink.label-prefix"};
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++) {
        assert_true(is_secret_key(str_of(secret[i])));
    }
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        assert_false(is_secret_key(str_of(open[i])));
    }
}

/* ---- the tables as a whole */

/* Every default is a value that the option takes, and within its bounds; what is marked secret is known as
 * secret. */
static void assert_sound(const Connector *connector, const CatalogueOption *option, Release release) {
    Str text;
    assert_true(option->secret == is_secret_key(option->key));
    if (!option_holds(connector, option, release) || !option_default(connector, option, release, &text)) {
        return;
    }
    Value value = catalogue_check_value(&arena, connector, option, release, text);
    if (value.status != VALUE_TAKEN) {
        fail_msg("%s %s: default %s: %s", connector->name.data, option->key.data, text.data,
                 value.problem.data);
    }
    const Bounds *bounds = option_bounds(connector, option, release, NULL);
    ValueType type = option_type(connector, option, release);
    if (bounds != NULL) {
        double number = type == VALUE_DOUBLE     ? value.number
                        : type == VALUE_DURATION ? (double)duration_milliseconds(value.duration)
                                                 : (double)value.integer;
        assert_true(bounds_hold(bounds, number));
    }
}

static void test_all_options(void **state) {
    (void)state;
    const char *const releases[] = {"1.0", "1.4", "2.0", "2.1", "2.2", "2.3", "2.4",
                                    "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6"};
    const Connector *connector;
    const CatalogueOption *option;
    size_t count = 0;
    for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL; i++) {
        for (size_t j = 0; (option = catalogue_option_at(connector, j)) != NULL; j++, count++) {
            OptionFound found = catalogue_option_in_role(connector, option->key, newest, option->role);
            assert_string_equal(found.option->key.data, option->key.data);
            assert_true(option->sentence.data[option->sentence.size - 1] == '.');
            for (size_t k = 0; k < sizeof releases / sizeof *releases; k++) {
                assert_sound(connector, option, at(releases[k]));
            }
        }
    }
    assert_true(count > 350);
}

/* ---- printing */

static void test_print_width(void **state) {
    (void)state;
    for (size_t width = 60; width <= 200; width += 20) {
        Buffer out = {0};
        catalogue_print_text(&out, &arena, named("postgres-cdc"), newest, width);
        catalogue_print_text(&out, &arena, NULL, newest, width);
        Str rest = buffer_str(&out);
        while (rest.size > 0) {
            size_t size = (size_t)((const char *)memchr(rest.data, '\n', rest.size) - rest.data);
            assert_true(text_columns((Str){rest.data, size}) <= width);
            rest = str_from(rest, size + 1);
        }
        buffer_free(&out);
    }
}

static void test_print_json(void **state) {
    (void)state;
    Buffer out = {0};
    catalogue_print_json(&out, &arena, named("sqlserver-cdc"), at("2.3"));
    json_t *json = json_loadb(out.data, out.size, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "release")), "2.3");
    assert_int_equal(json_array_size(json_object_get(json, "options")), 9);
    json_decref(json);
    buffer_clear(&out);
    catalogue_print_json(&out, &arena, NULL, newest);
    json = json_loadb(out.data, out.size, 0, NULL);
    assert_true(json_is_array(json) && json_array_size(json) > 40);
    json_decref(json);
    buffer_free(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_release_parse),
        cmocka_unit_test(test_release_unknown),
        cmocka_unit_test(test_release_text),
        cmocka_unit_test(test_connectors),
        cmocka_unit_test(test_option_status),
        cmocka_unit_test(test_option_that_came_back),
        cmocka_unit_test(test_patch_releases),
        cmocka_unit_test(test_roles),
        cmocka_unit_test(test_facts_by_release),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_allowed_values),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_right_names),
        cmocka_unit_test(test_no_right_name),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_short_keys),
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_all_options),
        cmocka_unit_test(test_print_width),
        cmocka_unit_test(test_print_json),
        cmocka_unit_test(test_incremental_default),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
