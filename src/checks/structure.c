/* Checks of a table's columns and its primary key, by themselves and beside the options. */
#include "checks/columns.h"
#include "checks/registry.h"
#include "checks/replication.h"

#include "syntax/lexer.h"
#include "syntax/literal.h"

#define CHUNK_KEY "scan.incremental.snapshot.chunk.key-column"

/* ---- Primary keys ------------------------------------------------------------------------------------------------ */

/* PostgreSQLTableFactory, Flink CDC 2.3 and later; PostgreSQLTableSource.getChangelogMode for the second. */
void check_upsert_needs_primary_key(Checker *checker, const CheckedTable *table) {
    const PlannedOption *mode = table_option(checker, table, "changelog-mode");
    if (!is_connector(table, "postgres-cdc") || mode == NULL || !str_equal_ignore_case(mode->value, STR("upsert"))) {
        return;
    }
    if (has_primary_key(table) == ANSWER_NO) {
        fire_at_table(checker, table, STR("'changelog-mode' = 'upsert' needs a PRIMARY KEY, and this table has none"),
                      STR("declare PRIMARY KEY (...) NOT ENFORCED, or leave 'changelog-mode' at 'all'"));
    } else if (str_equal_ignore_case(table_value(checker, table, "scan.read-changelog-as-append-only.enabled", STR("")),
                                     STR("true")) &&
               is_own(table, mode)) {
        soften(checker, SEVERITY_WARNING);
        fire_at_value(checker, table, mode, STR("'changelog-mode' has no effect: the changelog is read as append-only"),
                      STR("take one of the two options away"));
    }
}

/* MongoDBTableSourceFactory, 2.1 and later. */
void check_mongodb_primary_key(Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    if (!is_connector(table, "mongodb-cdc")) {
        return;
    }
    Answer answer = has_primary_key(table);
    bool is_wrong =
        answer == ANSWER_YES && span_is_empty(definition->like) && !is_in_own_primary_key(checker, table, STR("_id"));
    const Column *columns = written_columns(checker, table->written);
    size_t key_columns = 0;
    for (uint32_t i = 0; i < definition->column_count; i++) {
        const Column *column = &columns[i];
        uint32_t offset = column->content.start;
        Str name;
        while (column->kind == COLUMN_PRIMARY_KEY && next_column_name(checker, column->content, &offset, &name)) {
            key_columns++;
        }
    }
    if (answer == ANSWER_NO || is_wrong || key_columns > 1) {
        fire_at_table(checker, table, STR("the primary key of a mongodb-cdc table must be _id"),
                      STR("declare PRIMARY KEY (_id) NOT ENFORCED"));
    }
}

/* The releases from which a chunk key may stand outside the primary key, and a table may have no key at all. */
typedef struct ChunkKeyRules {
    const char *connector;
    const char *since;        /* of the incremental snapshot that is checked */
    const char *outside_key;  /* the chunk key need not be in the primary key */
    const char *without_key;  /* a table needs no primary key, if it has a chunk key */
    bool looks_at_definition; /* the factory looks for a PRIMARY KEY in the definition, not in the database */
} ChunkKeyRules;

/* ChunkUtils of both connectors by release, MySqlTableSourceFactory.validatePrimaryKeyIfEnableParallel. */
static const ChunkKeyRules chunk_key_rules[] = {
    {"postgres-cdc", "2.4", "3.4", "3.4", false},
    {"mysql-cdc", "2.0", "3.2", "2.4", true},
    {"oceanbase-cdc", "3.5", "3.5", "3.5", true},
};

static const ChunkKeyRules *rules_of(const Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < sizeof chunk_key_rules / sizeof *chunk_key_rules; i++) {
        const ChunkKeyRules *rules = &chunk_key_rules[i];
        if (is_connector(table, rules->connector) && release_is_at_least(checker, rules->since)) {
            return rules;
        }
    }
    return NULL;
}

static void check_missing_key(Checker *checker, const CheckedTable *table, const ChunkKeyRules *rules,
                              bool has_chunk_key) {
    bool may_lack_key = release_is_at_least(checker, rules->without_key);
    if (has_chunk_key && may_lack_key) {
        return;
    }
    Str hint =
        may_lack_key
            ? STR("declare PRIMARY KEY (...) NOT ENFORCED, or set '" CHUNK_KEY "'")
            : STR("declare PRIMARY KEY (...) NOT ENFORCED, or set 'scan.incremental.snapshot.enabled' = 'false'");
    if (rules->looks_at_definition) {
        fire_at_table(checker, table, STR("the incremental snapshot needs a PRIMARY KEY, and this table has none"),
                      hint);
    } else {
        soften(checker, SEVERITY_WARNING);
        fire_at_table(
            checker, table,
            STR("the incremental snapshot fails if the upstream table has no primary key; none is declared here"),
            hint);
    }
}

static void check_chunk_key(Checker *checker, const CheckedTable *table, const ChunkKeyRules *rules,
                            const PlannedOption *option) {
    Str name = shown(checker, option->value);
    Answer key = has_primary_key(table), column = has_column(checker, table, option->value);
    bool is_in_key = is_in_own_primary_key(checker, table, option->value);
    if (column == ANSWER_NO) {
        soften(checker, SEVERITY_WARNING);
        fire_at_value(checker, table, option,
                      format(checker, "the chunk key '%.*s' is not a column of this table", SHOW(name)),
                      STR("the name must be that of the database's column, letter by letter"));
    } else if (column == ANSWER_YES && key == ANSWER_YES && span_is_empty(table->written->definition->like) &&
               !is_in_key) {
        if (release_is_at_least(checker, rules->outside_key)) {
            soften(checker, SEVERITY_WARNING);
            fire_at_value(checker, table, option,
                          format(checker, "the chunk key '%.*s' is not in the primary key", SHOW(name)),
                          STR("a row whose chunk key changes during the snapshot may be lost or come twice"));
        } else {
            Str since = str_of(rules->outside_key);
            fire_at_value(checker, table, option,
                          format(checker, "the chunk key '%.*s' must be in the primary key", SHOW(name)),
                          format(checker, "only Flink CDC %.*s and later take another column", SHOW(since)));
        }
    }
}

static bool reads_chunks(const Checker *checker, const CheckedTable *table) {
    return table->is_incremental && rules_of(checker, table) != NULL;
}

void check_chunk_key_and_primary_key(Checker *checker, const CheckedTable *table) {
    if (!holds_of_shape(checker, table, reads_chunks) ||
        (has_primary_key(table) == ANSWER_YES && !has_option(checker, table, CHUNK_KEY))) {
        return;
    }
    const ChunkKeyRules *rules = rules_of(checker, table);
    const PlannedOption *option = table_option(checker, table, CHUNK_KEY);
    if (has_primary_key(table) == ANSWER_NO) {
        check_missing_key(checker, table, rules, option != NULL);
    }
    if (option != NULL && is_own(table, option) && !is_placeholder(option->value)) {
        check_chunk_key(checker, table, rules, option);
    }
}

/* ---- Metadata columns -------------------------------------------------------------------------------------------- */

typedef struct MetadataKeys {
    const char *connector;
    const char *keys[6];
    const char *row_kind; /* the release that brought row_kind; NULL: all of them, as far as is known */
} MetadataKeys;

/* PostgreSQLReadableMetadata and its like, 3.6; those of connectors that are not listed are not checked. */
static const MetadataKeys metadata_keys[] = {
    {"postgres-cdc", {"table_name", "schema_name", "database_name", "op_ts", "row_kind"}, "3.3"},
    {"mysql-cdc", {"table_name", "database_name", "op_ts", "row_kind"}, NULL},
    {"mongodb-cdc", {"collection_name", "database_name", "op_ts", "row_kind"}, NULL},
    {"oracle-cdc", {"table_name", "schema_name", "database_name", "op_ts", "row_kind"}, NULL},
    {"sqlserver-cdc", {"table_name", "schema_name", "database_name", "op_ts", "row_kind"}, NULL},
    {"tidb-cdc", {"table_name", "database_name", "op_ts", "row_kind"}, NULL},
};

static bool has_release(const Checker *checker, const MetadataKeys *keys, const char *key) {
    return keys->row_kind == NULL || strcmp(key, "row_kind") != 0 || release_is_at_least(checker, keys->row_kind);
}

static bool is_metadata_key(const Checker *checker, const MetadataKeys *keys, Str name) {
    if (is_placeholder(name) || (str_equal(name, STR("schema")) && strcmp(keys->connector, "mysql-cdc") == 0)) {
        return true; /* MySqlReadableMetadata has had a key `schema` at times */
    }
    for (size_t i = 0; keys->keys[i] != NULL; i++) {
        if (str_equal(name, str_of(keys->keys[i])) && has_release(checker, keys, keys->keys[i])) {
            return true;
        }
    }
    return false;
}

static Str metadata_hint(const Checker *checker, const MetadataKeys *keys) {
    Str text = STR("");
    for (size_t i = 0; keys->keys[i] != NULL; i++) {
        if (has_release(checker, keys, keys->keys[i])) {
            text = format(checker, "%.*s%s%s", SHOW(text), i == 0 ? "" : ", ", keys->keys[i]);
        }
    }
    return format(checker, "the keys are %.*s", SHOW(text));
}

void check_metadata_column(Checker *checker, const CheckedTable *table) {
    const MetadataKeys *keys = NULL;
    const TableDefinition *definition = table->written->definition;
    if ((definition->summary.kinds & (1U << COLUMN_METADATA)) == 0) {
        return;
    }
    for (size_t i = 0; i < sizeof metadata_keys / sizeof *metadata_keys; i++) {
        keys = is_connector(table, metadata_keys[i].connector) ? &metadata_keys[i] : keys;
    }
    Str text = checker->script->source->text;
    const Column *columns = written_columns(checker, table->written);
    for (uint32_t i = 0; keys != NULL && i < definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->kind != COLUMN_METADATA) {
            continue;
        }
        bool is_named = !span_is_empty(column->metadata_key);
        Str name = is_named ? literal_value(text, column->metadata_key, checker->arena)
                            : identifier_value(text, column->name, checker->arena);
        if (!is_metadata_key(checker, keys, name)) {
            Str key = shown(checker, name);
            fire_at(checker, is_named ? column->metadata_key : column->name,
                    format(checker, "'%.*s' is not a metadata key of %.*s", SHOW(key), SHOW(table->connector_name)),
                    metadata_hint(checker, keys));
        }
    }
}

/* ---- The list of columns ----------------------------------------------------------------------------------------- */

/* Words that became reserved later than Flink 1.16 or so, by its Parser.tdd and Calcite's grammar: older releases take
 * them as names. */
static bool is_young_word(Str word) {
    static const char *const words[] = {
        "ASOF", "BITMAP", "BUCKETS", "CONNECTIONS", "CONTAINS_SUBSTR", "CONTINUOUS", "DATETIME", "DATETIME_TRUNC",
        "DATE_TRUNC", "DISTRIBUTED", "DISTRIBUTION", "FRESHNESS", "HASH", "ILIKE", "MATCH_CONDITION", "MATERIALIZED",
        "MEASURE", "MODELS", "ORDINAL", "PIVOT", "PROCEDURES", "QUALIFY", "REFRESH", "REFRESH_MODE", "RESUME",
        "RLIKE", "SAFE_CAST", "SAFE_OFFSET", "SAFE_ORDINAL", "STRUCTURED", "SUSPEND", "TIMESTAMP_DIFF",
        "TIMESTAMP_TRUNC", "TIME_DIFF", "TIME_TRUNC", "TRY_CAST", "UNPIVOT", "VARIANT"
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal_ignore_case(word, str_of(words[i]))) {
            return true;
        }
    }
    return false;
}

static bool has_name(ColumnKind kind) {
    return kind == COLUMN_PHYSICAL || kind == COLUMN_METADATA || kind == COLUMN_COMPUTED;
}

void check_reserved_word_column(Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    const Column *columns = definition->summary.has_unquoted ? written_columns(checker, table->written) : NULL;
    for (uint32_t i = 0; columns != NULL && i < definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->is_quoted) {
            continue;
        }
        Token token = lex(checker->script->source->text, column->name.start);
        if (!has_name(column->kind) || !keyword_is_reserved(token.kind)) {
            continue;
        }
        Str word = source_slice(checker->script->source, token_span(token));
        bool is_young = is_young_word(word);
        if (is_young) {
            soften(checker, SEVERITY_WARNING);
        }
        fire_at(checker, column->name,
                format(checker, "%.*s is a reserved word%s", SHOW(word),
                       is_young ? " of newer releases of Flink" : " of Flink SQL"),
                format(checker, "write `%.*s`", SHOW(word)));
    }
}

void check_empty_column_list(Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    if (definition->column_count > 0) {
        return;
    }
    Str text = checker->script->source->text;
    Token open = lex_significant(text, definition->name.end), close = lex_significant(text, open.end);
    if (open.kind == TOKEN_LEFT_PAREN && close.kind == TOKEN_RIGHT_PAREN) {
        fire_at(checker, (Span){open.start, close.end}, STR("Flink wants columns between these parentheses"),
                STR("write the columns, or leave the parentheses out"));
    }
}

/* Whether a token stands behind the whole of a type; before its like, REAL is the name of a ROW's field. */
static bool ends_type(Token token, uint32_t end) {
    switch (token.kind) {
    case TOKEN_COMMA:
    case TOKEN_GREATER:
    case TOKEN_RIGHT_PAREN:
    case TOKEN_NOT:
    case TOKEN_NULL:
    case TOKEN_ARRAY:
    case TOKEN_MULTISET:
    case TOKEN_QUOTED_STRING:
        return true;
    default:
        return token.start >= end;
    }
}

/* FlinkTypeFactory.toLogicalType. In an expression a type stands behind AS. */
static void look_for_real(Checker *checker, const Column *column) {
    Str text = checker->script->source->text;
    bool is_type = column->kind != COLUMN_COMPUTED;
    Token token = lex_significant(text, column->content.start);
    while (token.start < column->content.end) {
        Token next = lex_significant(text, token.end);
        if (token.kind == TOKEN_REAL && is_type && ends_type(next, column->content.end)) {
            fire_at(checker, token_span(token), STR("Flink's planner does not know the type REAL"), STR("write FLOAT"));
        }
        is_type = column->kind != COLUMN_COMPUTED || token.kind == TOKEN_AS;
        token = next;
    }
}

void check_real_type(Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    const Column *columns = definition->summary.may_hold_real ? written_columns(checker, table->written) : NULL;
    for (uint32_t i = 0; columns != NULL && i < definition->column_count; i++) {
        const Column *column = &columns[i];
        if (column->may_hold_real && has_name(column->kind)) {
            look_for_real(checker, column);
        }
    }
}

/* ---- Names of upstream tables ------------------------------------------------------------------------------------ */

/* The options that a connector joins with a dot into one regular expression, of a list divided by commas. */
static const struct {
    const char *connector, *keys[2];
} joined_names[] = {
    {"postgres-cdc", {"schema-name", "table-name"}},   /* PostgreSQLTableSource: schemaName + "." + tableName */
    {"mysql-cdc", {"database-name", "table-name"}},    /* MySqlTableSource: database + "\\." + tableName */
    {"oceanbase-cdc", {"database-name", "table-name"}}, /* the same since 3.5 */
    {"oracle-cdc", {"schema-name", "table-name"}},     /* OracleTableSource: schemaName + "." + tableName */
};

/* Where a regular expression has a '|' outside parentheses and classes, or a ',' that no backslash stands before,
 * which Debezium takes for the end of a list's item wherever it stands; SIZE_MAX when it has neither. */
static size_t find_division(Str pattern) {
    size_t depth = 0;
    bool is_class = false;
    for (size_t i = 0; i < pattern.size; i++) {
        char c = pattern.data[i];
        if (c == '\\') {
            i++;
        } else if (c == ',' || (c == '|' && depth == 0 && !is_class)) {
            return i;
        } else if (c == '[' || c == ']') {
            is_class = c == '[';
        } else if (!is_class && (c == '(' || (c == ')' && depth > 0))) {
            depth += c == '(' ? 1 : SIZE_MAX;
        }
    }
    return SIZE_MAX;
}

static bool is_divider(Str pattern, size_t at) {
    return at >= pattern.size || pattern.data[at] == '|' || pattern.data[at] == ',';
}

/* A '^' that begins one of the names, or a '$' that ends one: each is matched as a whole anyway. */
static bool is_anchor(Str pattern, size_t at) {
    bool begins = at == 0 || is_divider(pattern, at - 1);
    bool is_escaped = at > 0 && pattern.data[at - 1] == '\\';
    return (pattern.data[at] == '^' && begins) ||
           (pattern.data[at] == '$' && !is_escaped && is_divider(pattern, at + 1));
}

/* The same text as one alternation: the whole in parentheses, commas as '|', without anchors. */
static Str as_group(const Checker *checker, Str pattern) {
    char *text = arena_alloc(checker->arena, pattern.size + 2);
    size_t size = 0;
    text[size++] = '(';
    for (size_t i = 0; i < pattern.size; i++) {
        bool is_blank_of_list = pattern.data[i] == ' ' && i > 0 && pattern.data[i - 1] == ',';
        if (!is_blank_of_list && !is_anchor(pattern, i)) {
            text[size++] = pattern.data[i] == ',' ? '|' : pattern.data[i];
        }
    }
    text[size++] = ')';
    return (Str){text, size};
}

static void check_division(Checker *checker, const CheckedTable *table, const char *key) {
    const PlannedOption *option = table_option(checker, table, key);
    if (option == NULL || !is_own(table, option) || is_placeholder(option->value)) {
        return;
    }
    size_t at = find_division(option->value);
    if (at == SIZE_MAX) {
        return;
    }
    bool has_brackets = memchr(option->value.data, '(', option->value.size) != NULL ||
                        memchr(option->value.data, '[', option->value.size) != NULL ||
                        memchr(option->value.data, '{', option->value.size) != NULL;
    Str group = shown(checker, made_of(checker, as_group(checker, option->value), option->value));
    if (option->value.data[at] == ',') {
        fire_at_value(
            checker, table, option,
            format(checker, "the comma in '%s' cuts the name in two, and what is behind it matches nothing", key),
            has_brackets ? STR("write '\\,' where a comma is meant, or list the names as (a|b)")
                         : format(checker, "write '%.*s'", SHOW(group)));
    } else {
        fire_at_value(
            checker, table, option,
            format(checker, "the '|' in '%s' parts more than this name: what is beside it matches nothing", key),
            format(checker, "write '%.*s'", SHOW(group)));
    }
}

void check_table_name_regex_alternation(Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < sizeof joined_names / sizeof *joined_names; i++) {
        bool is_too_old = is_connector(table, "oceanbase-cdc") && !release_is_at_least(checker, "3.5");
        if (is_connector(table, joined_names[i].connector) && !is_too_old) {
            check_division(checker, table, joined_names[i].keys[0]);
            check_division(checker, table, joined_names[i].keys[1]);
        }
    }
}

/* Whether the name has, where the other one is joined to it, an anchor that nothing can match there: '$' at the end of
 * the first of the two, '^' at the start of the second. */
static bool has_inner_anchor(Str pattern, bool is_first) {
    if (pattern.size == 0 || find_division(pattern) != SIZE_MAX) {
        return false;
    }
    if (!is_first) {
        return pattern.data[0] == '^';
    }
    size_t backslashes = 0;
    while (backslashes + 1 < pattern.size && pattern.data[pattern.size - 2 - backslashes] == '\\') {
        backslashes++;
    }
    return pattern.data[pattern.size - 1] == '$' && backslashes % 2 == 0;
}

static bool joins_names(const CheckedTable *table) {
    for (size_t i = 0; i < sizeof joined_names / sizeof *joined_names; i++) {
        if (is_connector(table, joined_names[i].connector)) {
            return true;
        }
    }
    return false;
}

static bool has_anchor(Str pattern) {
    return pattern.size > 0 && (pattern.data[0] == '^' || pattern.data[pattern.size - 1] == '$');
}

/* The documentation of oceanbase-cdc has such names, from the days when it compared them one by one. */
Str without_inner_anchors(const CheckedTable *table, const PlannedOption *option) {
    Str pattern = option->value;
    if (!has_anchor(pattern) || is_connector(table, "oceanbase-cdc")) {
        return STR("");
    }
    for (size_t i = 0; i < sizeof joined_names / sizeof *joined_names; i++) {
        bool is_first = str_equal(option->key, str_of(joined_names[i].keys[0]));
        bool is_joined = is_first || str_equal(option->key, str_of(joined_names[i].keys[1]));
        if (is_connector(table, joined_names[i].connector) && is_joined && !is_placeholder(pattern) &&
            has_inner_anchor(pattern, is_first)) {
            size_t start = pattern.data[0] == '^', end = pattern.size - has_inner_anchor(pattern, true);
            return start < end ? (Str){pattern.data + start, end - start} : STR("");
        }
    }
    return STR("");
}

void check_table_name_anchor(Checker *checker, const CheckedTable *table) {
    const Plan *plan = table_plan(checker, table);
    for (size_t i = 0; i < plan->count && joins_names(table); i++) {
        const PlannedOption *option = &plan->options[i];
        bool counts = has_anchor(option->value) && is_own(table, option) &&
                      option_of_key(checker, table, option->key) == option;
        Str bare = counts ? without_inner_anchors(table, option) : STR("");
        if (bare.size == 0) {
            continue;
        }
        Str shown_bare = shown(checker, made_of(checker, bare, option->value));
        fire_at_value(checker, table, option,
                      format(checker,
                             "the '%c' in '%.*s' stands in the middle of what the connector makes of both names: no "
                             "table matches it, and no row is read",
                             str_equal(option->key, STR("table-name")) ? '^' : '$', SHOW(option->key)),
                      format(checker, "write '%.*s'; a name is matched as a whole anyway", SHOW(shown_bare)));
    }
}

/* Debezium matches SCHEMA.TABLE, so a plain name without a dot finds no table. */
void check_table_name_without_schema(Checker *checker, const CheckedTable *table) {
    bool holds_schema = (is_connector(table, "sqlserver-cdc") && release_is_at_least(checker, "2.4")) ||
                        (is_connector(table, "db2-cdc") && release_is_at_least(checker, "3.1"));
    const PlannedOption *option = table_option(checker, table, "table-name");
    if (!holds_schema || option == NULL || !is_own(table, option) || is_placeholder(option->value) ||
        table_option(checker, table, "schema-name") != NULL) {
        return;
    }
    for (size_t i = 0; i < option->value.size; i++) {
        char c = ascii_lower(option->value.data[i]);
        if (!(c >= 'a' && c <= 'z') && !is_digit(c) && c != '_') {
            return;
        }
    }
    Str name = shown(checker, option->value);
    fire_at_value(checker, table, option, STR("'table-name' lacks the schema"),
                  format(checker, "write 'SCHEMA.%.*s', such as '%s.%.*s'", SHOW(name),
                         is_connector(table, "sqlserver-cdc") ? "dbo" : "DB2INST1", SHOW(name)));
}
