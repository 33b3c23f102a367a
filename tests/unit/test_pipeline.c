/* The stored outputs of --emit pipeline (tests/emit/pipeline/) as a reader of YAML takes them: every document is one,
 * and every key of it is known. Also the names of tables as the two outputs for servers read them. */
#include "helpers.h"

#include <ftw.h>
#include <yaml.h>

#include "catalogue/catalogue.h"
#include "emit/name_pattern.h"
#include "postgres/quote.h"

#define STORED "tests/emit/pipeline"

/* ---- stored documents ---- */

static size_t document_count;

static Str scalar(yaml_document_t *document, int node) {
    yaml_node_t *found = yaml_document_get_node(document, node);
    assert_non_null(found);
    assert_int_equal(found->type, YAML_SCALAR_NODE);
    return (Str){(const char *)found->data.scalar.value, found->data.scalar.length};
}

typedef void (*CheckPair)(yaml_document_t *document, Str key, int value, const void *context);

/* Every pair of a mapping; no key twice. */
static void each_pair(yaml_document_t *document, int node, CheckPair check, const void *context) {
    yaml_node_t *map = yaml_document_get_node(document, node);
    assert_non_null(map);
    assert_int_equal(map->type, YAML_MAPPING_NODE);
    for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
        Str key = scalar(document, pair->key);
        for (yaml_node_pair_t *other = map->data.mapping.pairs.start; other < pair; other++) {
            assert_false(str_equal(scalar(document, other->key), key));
        }
        check(document, key, pair->value, context);
    }
}

static void check_option(yaml_document_t *document, Str key, int value, const void *context) {
    const Connector *connector = context;
    scalar(document, value);
    if (str_equal(key, STR("type"))) {
        assert_str(scalar(document, value), connector->name);
        return;
    }
    OptionStatus status = catalogue_option(connector, key, (Release){0}).status;
    if (status != OPTION_KNOWN && status != OPTION_PREFIXED) {
        fail_msg("'%.*s' is no option of the pipeline's %s", (int)key.size, key.data, connector->name.data);
    }
}

/* context: the known keys, NULL behind the last. */
static void check_known(yaml_document_t *document, Str key, int value, const void *context) {
    scalar(document, value);
    for (const char *const *known = context; *known != NULL; known++) {
        if (str_equal(key, str_of(*known))) {
            return;
        }
    }
    fail_msg("the key '%.*s'", (int)key.size, key.data);
}

static void check_list(yaml_document_t *document, int node, const char *const *known) {
    yaml_node_t *list = yaml_document_get_node(document, node);
    assert_int_equal(list->type, YAML_SEQUENCE_NODE);
    for (yaml_node_item_t *item = list->data.sequence.items.start; item < list->data.sequence.items.top; item++) {
        each_pair(document, *item, check_known, known);
    }
}

static Str type_of(yaml_document_t *document, int node) {
    yaml_node_t *map = yaml_document_get_node(document, node);
    assert_int_equal(map->type, YAML_MAPPING_NODE);
    assert_str(scalar(document, map->data.mapping.pairs.start->key), STR("type"));
    return scalar(document, map->data.mapping.pairs.start->value);
}

static void check_required(yaml_document_t *document, int node, const Connector *connector) {
    const CatalogueOption *option;
    yaml_node_t *map = yaml_document_get_node(document, node);
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        bool is_there = !option_required(connector, option, (Release){0});
        for (yaml_node_pair_t *pair = map->data.mapping.pairs.start; pair < map->data.mapping.pairs.top; pair++) {
            is_there = is_there || str_equal(scalar(document, pair->key), option->key);
        }
        if (!is_there) {
            fail_msg("'%s' is not there", option->key.data);
        }
    }
}

static void check_part(yaml_document_t *document, Str key, int value, const void *context) {
    static const char *const of_transform[] = {"source-table", "projection", "filter", "primary-keys", NULL};
    static const char *const of_route[] = {"source-table", "sink-table", NULL};
    static const char *const of_pipeline[] = {"name", "parallelism", "local-time-zone", NULL};
    (void)context;
    if (str_equal(key, STR("source")) || str_equal(key, STR("sink"))) {
        const Connector *connector = catalogue_pipeline_connector(type_of(document, value));
        assert_non_null(connector);
        each_pair(document, value, check_option, connector);
        check_required(document, value, connector);
    } else if (str_equal(key, STR("transform"))) {
        check_list(document, value, of_transform);
    } else if (str_equal(key, STR("route"))) {
        check_list(document, value, of_route);
    } else {
        assert_str(key, STR("pipeline"));
        each_pair(document, value, check_known, of_pipeline);
    }
}

/* The output without what stands behind it in the file. */
static Str output_of(Str file) {
    const char *end = file.size > 0 ? memmem(file.data, file.size, "==== exit status", 16) : NULL;
    return end ? (Str){file.data, (size_t)(end - file.data)} : file;
}

static int check_file(const char *path, const struct stat *status, int kind, struct FTW *place) {
    yaml_parser_t parser;
    yaml_document_t document;
    (void)status;
    (void)place;
    if (kind != FTW_F) {
        return 0;
    }
    Str text = output_of(read_whole(path));
    assert_true(yaml_parser_initialize(&parser));
    yaml_parser_set_input_string(&parser, (const yaml_char_t *)(text.size > 0 ? text.data : ""), text.size);
    for (;;) {
        if (!yaml_parser_load(&parser, &document)) {
            fail_msg("%s:%zu: %s", path, parser.problem_mark.line + 1, parser.problem);
        }
        bool is_end = yaml_document_get_root_node(&document) == NULL;
        if (!is_end) {
            each_pair(&document, 1, check_part, NULL);
            document_count++;
        }
        yaml_document_delete(&document);
        if (is_end) {
            break;
        }
    }
    yaml_parser_delete(&parser);
    return 0;
}

static void stored_documents(void **state) {
    (void)state;
    assert_int_equal(nftw(STORED, check_file, 16, FTW_PHYS), 0);
    assert_true(document_count >= 8);
}

/* ---- names ---- */

static void expect_names(const char *pattern, const char *expected) {
    Names names = {0};
    Str joined = STR("");
    bool is_plain = pattern_names(str_of(pattern), &arena, &names);
    for (size_t i = 0; i < names.count; i++) {
        joined = arena_format(&arena, "%.*s%s%.*s", (int)joined.size, joined.data, i > 0 ? " " : "",
                              (int)names.items[i].size, names.items[i].data);
    }
    assert_text(is_plain ? joined : STR("-"), expected);
}

static void plain_names(void **state) {
    (void)state;
    expect_names("orders", "orders");
    expect_names("^orders$", "orders");
    expect_names("(orders)", "orders");
    expect_names("((a|b))", "a b");
    expect_names("^(a|b)$", "a b");
    expect_names("^a$|^b$", "a b");
    expect_names("(?:a|b)", "a b");
    expect_names("(^a$|(b))", "a b");
    expect_names("a\\.b", "a.b");
    expect_names("a\\$", "a$");
    expect_names("a\\\\b", "a\\b");
    expect_names("recital-programme", "recital-programme");
    expect_names("", "-");
    expect_names("a|", "-");
    expect_names("a.b", "-");
    expect_names("a,b", "-");
    expect_names("a[0-9]", "-");
    expect_names("(a|b)c", "-");
    expect_names("(a|b", "-");
    expect_names("a|b)", "-");
    expect_names("[|]", "-");
    expect_names("a\\", "-");
    expect_names("\\d", "-");
}

static void expect_part(const char *pattern, const char *expected) {
    Str part;
    assert_text(pipeline_pattern(str_of(pattern), &arena, &part) ? part : STR("-"), expected);
}

static void pipeline_parts(void **state) {
    (void)state;
    expect_part("orders", "orders");
    expect_part("^orders_[0-9]*$", "orders_[0-9]*");
    expect_part("a.b", "a\\.b");
    expect_part("a\\.b", "a[\\.]b");
    expect_part("[.]", "[\\.]");
    expect_part("[^\\.]", "[^\\.]");
    expect_part("^a$|^b$", "(a|b)");
    expect_part("^(a|b)$", "(a|b)");
    expect_part("(^a|b$)_.*", "(^a|b$)_\\.*");
    expect_part("a{1,2}", "-");
    expect_part("\\d+\\w", "\\d+\\w");
}

/* Layer on layer is looked at to a depth, and long patterns in linear time. */
static void deep_patterns(void **state) {
    (void)state;
    enum { DEPTH = 200000 };
    char *pattern = arena_alloc(&arena, 2 * DEPTH + 1);
    memset(pattern, '(', DEPTH);
    memset(pattern + DEPTH, ')', DEPTH);
    Names names = {0};
    Str part;
    assert_false(pattern_names((Str){pattern, 2 * DEPTH}, &arena, &names));
    assert_true(pipeline_pattern((Str){pattern, 2 * DEPTH}, &arena, &part));
}

static void quoting(void **state) {
    (void)state;
    assert_text(quote_identifier(&arena, STR("a_1")), "a_1");
    assert_text(quote_identifier(&arena, STR("1a")), "\"1a\"");
    assert_text(quote_identifier(&arena, STR("a\"B")), "\"a\"\"B\"");
    assert_text(quote_identifier(&arena, STR("order")), "\"order\"");
    assert_text(quote_identifier(&arena, STR("zone")), "zone");
    assert_text(quote_identifier(&arena, STR("")), "\"\"");
    assert_text(quote_table(&arena, STR("public"), STR("user")), "public.\"user\"");
    assert_text(quote_literal(&arena, STR("it's")), "'it''s'");
    assert_text(quote_literal(&arena, STR("a\\'b")), "E'a\\\\''b'");
    assert_text(quote_literal(&arena, STR("")), "''");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(stored_documents), arena_test(plain_names), arena_test(pipeline_parts),
        arena_test(deep_patterns),    arena_test(quoting),
    };
    return run_all(tests);
}
