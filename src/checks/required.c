/* The options that a connector cannot do without. */
#include "checks/columns.h"
#include "checks/registry.h"
#include "checks/tables.h"

typedef VECTOR(Str) Names;

/* OracleTableSource's constructor wants a hostname, though the factory has not asked for it since 2.3. */
static bool is_needed_by_source(const Checker *checker, const CheckedTable *table, const CatalogueOption *option) {
    return is_connector(table, "oracle-cdc") && str_equal(option->key, STR("hostname")) &&
           release_is_at_least(checker, "2.3");
}

static bool is_required(const Checker *checker, const CheckedTable *table, const CatalogueOption *option) {
    bool is_of_role = option->role == ROLE_ANY || (table->roles & option->role) != 0;
    return is_of_role && option_holds(table->connector, option, checker->settings->release) &&
           (option_required(table->connector, option, checker->settings->release) ||
            is_needed_by_source(checker, table, option));
}

static bool is_named(const Names *names, Str name) {
    for (size_t i = 0; i < names->count; i++) {
        if (str_equal(names->items[i], name)) {
            return true;
        }
    }
    return false;
}

/* FactoryUtil.checkWatermarkOptions: one of these options brings the need for the first two. */
static void add_watermark_alignment(const Checker *checker, const CheckedTable *table, Names *missing) {
    static const char *const keys[] = {"scan.watermark.alignment.group", "scan.watermark.alignment.max-drift",
                                       "scan.watermark.alignment.update-interval"};
    enum { NEEDED = 2, ALL = sizeof keys / sizeof *keys };
    bool is_there[ALL], is_aligned = false;
    for (size_t i = 0; i < ALL; i++) {
        is_there[i] = has_option(checker, table, keys[i]);
        is_aligned = is_aligned || is_there[i];
    }
    for (size_t i = 0; i < NEEDED && is_aligned; i++) {
        if (!is_there[i]) {
            *vector_add(checker->arena, missing) = str_of(keys[i]);
        }
    }
}

/* What tables of the connector need in their roles. */
static Names required_keys(const Checker *checker, const CheckedTable *table) {
    Names keys = {0};
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(table->connector, i)) != NULL; i++) {
        if (option->required.count > 0 && is_required(checker, table, option) && !is_named(&keys, option->key)) {
            *vector_add(checker->arena, &keys) = option->key;
        }
    }
    return keys;
}

static Names missing_options(const Checker *checker, const CheckedTable *table) {
    Names keys = required_keys(checker, table), missing = {0};
    for (size_t i = 0; i < keys.count; i++) {
        if (!has_key(checker, table, keys.items[i])) {
            *vector_add(checker->arena, &missing) = keys.items[i];
        }
    }
    add_watermark_alignment(checker, table, &missing);
    return missing;
}

/* A key that unknown-option or option-key-case mends is not missed here, too. */
static void drop_misspelt(const Checker *checker, const CheckedTable *table, Names *missing) {
    const Plan *plan = known_plan(table);
    for (size_t i = 0; i < plan->count && missing->count > 0; i++) {
        Str key = plan->options[i].key;
        if (plan->options[i].is_removed ||
            catalogue_option(table->connector, key, checker->settings->release).status != OPTION_UNKNOWN) {
            continue;
        }
        RightName name = catalogue_right_name(table->connector, key, checker->settings->release);
        name = name.found ? name : catalogue_nearest(table->connector, key, checker->settings->release);
        Str right = right_name_text(checker->arena, name);
        for (size_t j = 0; j < missing->count; j++) {
            if (str_equal(missing->items[j], right) || str_equal_ignore_case(missing->items[j], str_trim(key))) {
                memmove(&missing->items[j], &missing->items[j + 1], (missing->count - j - 1) * sizeof *missing->items);
                missing->count--;
                break;
            }
        }
    }
}

static Str list_of(const Checker *checker, const Names *names) {
    Str text = STR("");
    for (size_t i = 0; i < names->count; i++) {
        const char *between = i == 0 ? "" : i + 1 == names->count ? " and " : ", ";
        text = format(checker, "%.*s%s'%.*s'", SHOW(text), between, SHOW(names->items[i]));
    }
    return text;
}

/* SMT writes no slot.name, so its mend is worth a word. */
static Str hint_of(const Names *missing) {
    if (missing->count == 1 && str_equal(missing->items[0], STR("slot.name"))) {
        return STR("smtpatch puts it in: --slot 'NAME_${table|slot}'");
    }
    return STR("Flink refuses the first statement that uses the table");
}

/* Whether options_may_change(), which is only asked when something is missing. */
typedef struct LaterChange {
    bool is_known, may_come;
} LaterChange;

static bool may_come_later(const Checker *checker, LaterChange *change) {
    if (!change->is_known) {
        *change = (LaterChange){true, options_may_change(checker)};
    }
    return change->may_come;
}

static bool lacks_options(const Checker *checker, const CheckedTable *table) {
    const TableDefinition *definition = table->written->definition;
    bool takes_unknown_options =
        !span_is_empty(definition->like) && definition->takes_like_options && table->written->like == NULL;
    return table->connector != NULL && table->connector->keys != KEYS_UNCHECKED && !takes_unknown_options &&
           !definition->has_connection && missing_options(checker, table).count > 0;
}

static void tell_missing(Checker *checker, const CheckedTable *table, LaterChange *change) {
    Names missing = missing_options(checker, table);
    drop_misspelt(checker, table, &missing);
    if (missing.count > 0) {
        Str names = list_of(checker, &missing);
        if (may_come_later(checker, change)) {
            soften(checker, SEVERITY_WARNING);
        }
        fire_at_table(checker, table, format(checker, "%.*s needs %.*s", SHOW(table->connector_name), SHOW(names)),
                      hint_of(&missing));
    }
}

/* Tables that others are made of and that no statement uses are not looked at: they need not be complete. */
void check_required_options(Checker *checker) {
    const bool *is_base = find_bases(checker);
    LaterChange change = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        bool is_only_base = is_base[i] && table->written->roles == 0;
        if (!is_frozen(table) && !is_only_base && holds_of_shape(checker, table, lacks_options)) {
            tell_missing(checker, table, &change);
        }
    }
}
