/* Tables of one shape are asked once, and plans are made by example. That finds what looking at each would: on random
 * scripts whose tables are alike, or differ in an option, a value, its place, a column or what reads them. The seeds
 * are fixed. */
#include "helpers.h"

#include "checks/registry.h"
#include "rules/load.h"
#include "rules/name_options.h"

enum { SCRIPTS = 1500, TABLES_MAX = 6, OPTIONS_MAX = 14 };

/* Keys, and values good and bad; those of names first. */
static const char *const options[][6] = {
    {"table-name", "t1", "orders", "a|b", "^t$", "${X}"},
    {"schema-name", "public", "s2", "a,b", "s$", ""},
    {"database-name", "shop", "d2", "Shop", "x*", "'"},
    {"slot.name", "flink_a", "flink_b", "flink_b_1", "Slot", "s_20240101"},
    {"sink.label-prefix", "l", "l2", "L", "", "a b"},
    {"hostname", "h", "h2", "<host>", "", "h3"},
    {"port", "5432", "0", "x", "3306", "70000"},
    {"username", "u", "v", "", "u", "u"},
    {"password", "p", "", "${P}", "p", "q"},
    {"decoding.plugin.name", "pgoutput", "wal2json", "decoderbufs", "pgoutput", "x"},
    {"scan.incremental.snapshot.enabled", "true", "false", "TRUE", "x", "true"},
    {"scan.startup.mode", "initial", "latest-offset", "snapshot", "timestamp", "never"},
    {"scan.incremental.snapshot.chunk.key-column", "id", "x", "", "id", "ID"},
    {"heartbeat.interval.ms", "30s", "500", "x", "30 s", "0"},
    {"heartbeat.interval", "30s", "500", "x", "30 s", "0"},
    {"changelog-mode", "all", "upsert", "x", "all", "UPSERT"},
    {"server-id", "5400", "5400-5404", "5401", "x", "5404-5400"},
    {"server-time-zone", "UTC", "CST", "Asia/Shanghai", "+8", "x"},
    {"scan.incremental.snapshot.backfill.skip", "true", "false", "x", "true", "true"},
    {"debezium.slot.name", "flink_c", "flink_a", "X", "", "flink_d"},
    {"debezium.publication.name", "p", "P", "p q", "p", "dbz"},
    {"debezium.publication.autocreate.mode", "filtered", "disabled", "all_tables", "x", "filtered"},
    {"debezium.snapshot.mode", "never", "initial", "initial_only", "x", "never"},
    {"debezium.heartbeat.interval.ms", "1000", "30s", "0", "x", "5000"},
    {"debezium.heartbeat.action.query", "INSERT INTO t1 VALUES (1)", "x", "UPDATE public.h SET a = 1", "", "SELECT"},
    {"debezium.snapshot.select.statement.overrides", "public.t1", "public.orders", "t1", "", "s2.t1"},
    {"debezium.snapshot.select.statement.overrides.public.t1", "SELECT 1", "SELECT", "DELETE FROM t1", "", "x"},
    {"debezium.slot.drop.on.stop", "true", "false", "x", "TRUE", "true"},
    {"debezium.table.include.list", "a.b", "", "a.b", "c.d", "a.b"},
    {"debezium.topic.prefix", "x", "y", "", "x", "x"},
    {"Slot.Name", "a", "b", "c", "d", "e"},
    {"slot.nmae", "a", "b", "c", "d", "e"},
    {"load-url", "h:8030", "h", "h:8030,g:8030", "h:8030;g", ""},
    {"jdbc-url", "jdbc:mysql://h:9030", "x", "", "jdbc:mysql://g:9030", "jdbc:mysql://h:9030"},
    {"sink.properties.format", "json", "csv", "x", "", "json"},
    {"sink.buffer-flush.interval-ms", "15000", "1", "x", "15000", "99999999"},
};

static const char *const connectors[] = {"postgres-cdc", "postgres-cdc", "mysql-cdc",  "starrocks",
                                         "starrocks",    "mongodb-cdc",  "oracle-cdc", "print"};

static const char *const column_lists[] = {
    "(id BIGINT NOT NULL, x STRING, PRIMARY KEY (id) NOT ENFORCED)", "(id BIGINT, x STRING)",
    "(id BIGINT, d TIMESTAMP METADATA FROM 'op_ts', e STRING METADATA FROM 'opts')", "(id REAL, year INT)", "()",
};

static const char *const rules_texts[] = {
    "",
    "[rule a]\nconnector = ^postgres-cdc$\nslot = flink_${table|slot}\nunset.username =\n"
    "[rule b]\ntable = ^orders$\nset.hostname = h2\nrename.slot.nmae = slot.name\n",
    /* these mind no names, so that plans are made by example */
    "[rule a]\nconnector = ^postgres-cdc$\nslot = flink_${table|slot}\npublication = p\nheartbeat = 30s\n",
    "[rule a]\nslot = ${database}_${name|slot}\nset.hostname = h_${schema}\ndefault.username = u_${connector}\n",
    "[rule a]\nset.schema-name = s_${table}\nslot = ${option:schema-name}\noption.port = 5432\n"
    "replace.password = ${option:table-name}\n",
    "[rule a]\nslot = flink_a\nset.database-name = d9\n",
    "[rule a]\noption.slot.name = a$\nslot = flink_b\n",
    "[rule a]\noption.table-name = ^t\nunset.port =\n[rule b]\nset.table-name = t1\nslot = flink_a\n",
};

/* A table's options: the numbers of keys and of their values. */
typedef struct Recipe {
    const char *connector, *columns;
    size_t count, keys[OPTIONS_MAX], values[OPTIONS_MAX];
} Recipe;

static Recipe new_recipe(Random *random) {
    Recipe recipe = {.connector = connectors[random_below(random, COUNT_OF(connectors))],
                     .columns = column_lists[random_below(random, COUNT_OF(column_lists))],
                     .count = 1 + random_below(random, OPTIONS_MAX - 1)};
    size_t first = random_below(random, COUNT_OF(options));
    for (size_t i = 0; i < recipe.count; i++) { /* names stand first in the list, and most tables have some */
        size_t key = i < NAME_KEYS ? i : (first + i * 7) % COUNT_OF(options);
        recipe.keys[i] = random_below(random, 8) == 0 ? random_below(random, COUNT_OF(options)) : key;
        recipe.values[i] = random_below(random, 8); /* mostly the good ones */
    }
    return recipe;
}

/* The same table but for a thing or two. */
static void vary(Recipe *recipe, Random *random) {
    size_t at = random_below(random, recipe->count), other = random_below(random, recipe->count);
    size_t key = recipe->keys[at], value = recipe->values[at];
    switch (random_below(random, 6)) {
    case 0:
        recipe->values[at] = random_below(random, 8);
        break;
    case 1:
        recipe->keys[at] = random_below(random, COUNT_OF(options));
        break;
    case 2:
        recipe->columns = column_lists[random_below(random, COUNT_OF(column_lists))];
        break;
    case 3:
        recipe->count -= recipe->count > 1;
        break;
    default: /* another order */
        recipe->keys[at] = recipe->keys[other];
        recipe->values[at] = recipe->values[other];
        recipe->keys[other] = key;
        recipe->values[other] = value;
    }
}

/* Other names, mostly plain ones. */
static void rename_things(Recipe *recipe, Random *random) {
    for (size_t i = 0; i < recipe->count; i++) {
        if (recipe->keys[i] < NAME_KEYS && random_below(random, 2) == 0) {
            recipe->values[i] = random_below(random, 3);
        }
    }
}

static void write_table(Buffer *script, const Recipe *recipe, size_t number, Random *random) {
    static const char *const leads[] = {"-- smtpatch: skip\n",
                                        "-- smtpatch: allow(slot-name-invalid, unknown-option)\n"};
    size_t lead = random_below(random, 16);
    buffer_format(script, "%sCREATE TABLE t%zu %s WITH ('connector' = '%s'", lead < COUNT_OF(leads) ? leads[lead] : "",
                  number, recipe->columns, recipe->connector);
    for (size_t i = 0; i < recipe->count; i++) {
        size_t value = recipe->values[i] < 5 ? recipe->values[i] : 0;
        const char *text = options[recipe->keys[i]][1 + value];
        buffer_format(script, ",\n'%s' = '%s'", options[recipe->keys[i]][0], strcmp(text, "'") == 0 ? "''" : text);
    }
    buffer_add(script, STR(");\n"));
    if (number > 0 && random_below(random, 3) == 0) {
        buffer_format(script, "INSERT INTO t%zu SELECT * FROM t%zu;\n", number, number - 1);
    }
}

static Str random_script(Random *random) {
    Buffer script = {0};
    Recipe recipe = new_recipe(random);
    size_t count = 2 + random_below(random, TABLES_MAX - 1);
    for (size_t i = 0; i < count; i++) {
        for (size_t changes = random_below(random, 3); changes > 0; changes--) {
            vary(&recipe, random);
        }
        rename_things(&recipe, random);
        write_table(&script, &recipe, i, random);
    }
    if (random_below(random, 4) == 0) {
        buffer_add(&script, STR("CREATE TABLE l WITH ('port' = '1') LIKE t0;\nINSERT INTO t0 SELECT * FROM l;\n"));
    }
    return buffer_take(&script, &arena);
}

/* How the tables are looked at. */
typedef enum Way { BY_SHAPE, FROM_PROMISED_PLANS, EACH, WAYS } Way;

typedef struct Checking {
    Source source;
    const RuleList *rules;
    const Severity *severities;
    Findings findings, told; /* of the checks, and while plans were made */
    Facts facts;
    Way way;
} Checking;

static void run_checks_over(Checking *checking) {
    Matcher matcher;
    Arena scratch;
    CheckSettings settings = {.severities = checking->severities, .looks_at_each = checking->way == EACH};
    arena_init(&scratch, &guard);
    checking->findings = checking->told = (Findings){.arena = &arena};
    unsigned parts = checking->way == EACH ? PARSE_ALL : PARSE_SUMMARIES;
    Script *script = parse_script(&checking->source, parts, NULL, &arena, &checking->findings);
    assert_int_equal(checking->findings.list.count, 0);
    assert_true(matcher_init(&matcher));
    const Model *model = model_build(script, &arena);
    bool may_promise = checking->way == FROM_PROMISED_PLANS && !model->has_like;
    Plans plans = (may_promise ? plans_promise : plans_make)(model, checking->rules, 1,
                                                             settings.release, &matcher, &arena,
                                                             &checking->told);
    script_checks(script, &plans, &settings, &arena, &scratch, &checking->findings, &checking->facts);
    matcher_free(&matcher);
    arena_free(&scratch);
}

static void compare_lists(const Checking *some, const Findings *list, const Findings *other) {
    const char *text = some->source.text.data;
    for (size_t i = 0; i < list->list.count && i < other->list.count; i++) {
        const Finding *a = &list->list.items[i], *b = &other->list.items[i];
        if (!str_equal(a->message, b->message) || !str_equal(a->hint, b->hint) || a->span.start != b->span.start ||
            a->severity != b->severity) {
            fail_msg("way %d: %s [%s]\neach: %s [%s]\n%s", some->way, a->message.data, a->id, b->message.data, b->id,
                     text);
        }
    }
    if (list->list.count != other->list.count) {
        fail_msg("way %d: %zu findings, each %zu:\n%s", some->way, list->list.count, other->list.count, text);
    }
}

static void compare(const Checking *some, const Checking *each) {
    compare_lists(some, &some->told, &each->told);
    compare_lists(some, &some->findings, &each->findings);
    assert_int_equal(some->facts.count, each->facts.count);
}

static const Severity *all_on(void) {
    Severity *severities = arena_array(&arena, check_count(), sizeof *severities);
    for (size_t i = 0; i < check_count(); i++) {
        severities[i] = check_at(i)->severity == SEVERITY_OFF ? SEVERITY_INFO : check_at(i)->severity;
    }
    return severities;
}

/* All ways to look at the script find the same. */
static void compare_ways(const char *rules_text, Str script) {
    Findings findings = {.arena = &arena};
    Source rules_source = source_in(&arena, str_of(rules_text));
    RulesFile file = {0};
    rules_load(&rules_source, &file, &arena, &findings);
    assert_int_equal(findings.list.count, 0);
    RuleList rules = composer_rules(&file.composer);
    Checking ways[WAYS];
    for (int way = 0; way < WAYS; way++) {
        ways[way] = (Checking){.source = source_in(&arena, script),
                               .rules = &rules,
                               .severities = all_on(),
                               .way = (Way)way};
        run_checks_over(&ways[way]);
    }
    compare(&ways[BY_SHAPE], &ways[EACH]);
    compare(&ways[FROM_PROMISED_PLANS], &ways[EACH]);
    composer_free(&file.composer);
}

static void test_random(void **state) {
    (void)state;
    for (size_t i = 0; i < SCRIPTS; i++) {
        Random random = {i};
        arena_free(&arena);
        const char *rules_text = rules_texts[random_below(&random, COUNT_OF(rules_texts))];
        compare_ways(rules_text, random_script(&random));
    }
}

/* Sources that differ in what the rules make of their slots, which chance seldom makes. Each line is one's options. */
static void test_slots(void **state) {
    (void)state;
    static const struct {
        const char *rules, *first, *second;
    } cases[] = {
        {"[rule a]\nslot = flink_a\n", "'slot.name' = 'flink_a', 'table-name' = 'a'",
         "'slot.name' = 'flink_b', 'table-name' = 'b'"},
        {"[rule a]\nslot = s_${table}\n", "'slot.name' = 'x', 'table-name' = 'a'",
         "'slot.name' = 's_b', 'table-name' = 'b'"},
        {"[rule a]\nslot = s_${table}\n", "'port' = '1', 'table-name' = 'a'", "'table-name' = 'b', 'table-name' = 'a'"},
        {"[rule a]\nset.table-name = t\nslot = s_${table}\n[rule b]\nset.table-name = u\n", "'table-name' = 'a'",
         "'table-name' = 'b'"},
        {"[rule a]\nslot = s_${option:schema-name}\nset.schema-name = x\n", "'schema-name' = 'a'",
         "'schema-name' = 'b'"},
        {"[rule a]\noption.slot.name = a$\nslot = s\n", "'slot.name' = 'a'", "'slot.name' = 'b'"},
        {"[rule a]\ntable = a\nslot = s\n", "'table-name' = 'a'", "'table-name' = 'b'"},
        {"[rule a]\nname = ^t1$\nslot = s\n", "'table-name' = 'a'", "'table-name' = 'b'"},
        {"[rule a]\nrename.schema-name = slot.name\n", "'schema-name' = 'a'", "'schema-name' = 'b'"},
        {"[rule a]\nunset.slot.name =\n", "'slot.name' = 'a'", "'slot.name' = 'b'"},
        /* what cannot be done is told of each table once */
        {"[rule a]\nslot = s_${option:port}\n", "'table-name' = 'a'", "'table-name' = 'b'"},
        {"[rule a]\nset.slot.nmae = s\n", "'table-name' = 'a'", "'table-name' = 'b'"},
        {"[rule a]\nescape-backslashes = yes\n", "'slot.name' = 'a', 'username' = 'a\\b'",
         "'slot.name' = 'b', 'username' = 'a\\b'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Buffer script = {0};
        for (size_t j = 0; j < 4; j++) {
            buffer_format(&script, "CREATE TABLE t%zu (id INT) WITH ('connector' = 'postgres-cdc', %s);\n", j,
                          j % 2 == 0 ? cases[i].first : cases[i].second);
        }
        compare_ways(cases[i].rules, buffer_take(&script, &arena));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {arena_test(test_random), arena_test(test_slots)};
    return run_all(tests);
}
