#include "checks/replication.h"

bool is_set_true(const Checker *checker, const CheckedTable *table, const char *key) {
    return str_equal_ignore_case(str_trim(table_value(checker, table, key, STR(""))), STR("true"));
}

bool is_pattern(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        if (strchr("*+?[|{,\\", name.data[i]) != NULL) {
            return true;
        }
    }
    return false;
}

Str name_of(const Checker *checker, const CheckedTable *table) {
    return shown(checker, table->written->name.table);
}

size_t line_of(const Checker *checker, const CheckedTable *table) {
    return source_line(checker->script->source, table->written->definition->name.start);
}

const PlannedOption *slot_option(const Checker *checker, const CheckedTable *table) {
    return effective_option(checker, table, "debezium.slot.name", "slot.name");
}

/* Up to 2.3 slot.name had the default `flink`; since 2.4 it is required (PostgreSQLTableFactory). */
Str slot_of(const Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = slot_option(checker, table);
    return option ? option->value : release_is_at_least(checker, "2.4") ? STR("") : STR("flink");
}

Str plugin_of(const Checker *checker, const CheckedTable *table) {
    return str_trim(
        effective_value(checker, table, "debezium.plugin.name", "decoding.plugin.name", STR("decoderbufs")));
}

bool uses_pgoutput(const Checker *checker, const CheckedTable *table) {
    return str_equal_ignore_case(plugin_of(checker, table), STR("pgoutput"));
}

/* PostgresConnectorConfig of Debezium 1.9: publication.name, publication.autocreate.mode and their defaults. */
Str publication_of(const Checker *checker, const CheckedTable *table) {
    return table_value(checker, table, "debezium.publication.name", STR("dbz_publication"));
}

Autocreate autocreate_of(const Checker *checker, const CheckedTable *table) {
    static const char *const names[] = {"all_tables", "filtered", "disabled"};
    Str mode = table_value(checker, table, "debezium.publication.autocreate.mode", STR("all_tables"));
    for (unsigned i = 0; i < 3; i++) {
        if (str_equal_ignore_case(str_trim(mode), str_of(names[i]))) {
            return (Autocreate)i;
        }
    }
    return AUTOCREATE_UNKNOWN;
}

Str debezium_property(const PlannedOption *option) {
    Str prefix = STR("debezium.");
    return str_has_prefix(option->key, prefix) ? str_from(option->key, prefix.size) : STR("");
}

/* PostgresSourceConfig.getSlotNameForBackfillTask; no snapshot is read with latest-offset and committed-offset. */
bool has_numbered_slots(const Checker *checker, const CheckedTable *table) {
    Str mode = str_trim(table_value(checker, table, "scan.startup.mode", STR("initial")));
    bool reads_snapshot = str_equal_ignore_case(mode, STR("initial")) || str_equal_ignore_case(mode, STR("snapshot"));
    return is_postgres(table) && table->is_incremental && reads_snapshot &&
           !is_set_true(checker, table, "scan.incremental.snapshot.backfill.skip");
}

static bool is_allowed(Checker *checker, const CheckedTable *table, Str key) {
    if (checker->allowances == NULL) {
        return false; /* as nearly always: then the place is not looked for */
    }
    const PlannedOption *option = key.size > 0 ? option_of_key(checker, table, key) : NULL;
    return is_silenced(checker, option != NULL ? place_of_key(table, option) : table->written->definition->name, true);
}

void concern(Checker *checker, Concerned *concerned, const CheckedTable *table, Str key) {
    if (is_frozen(table) || is_allowed(checker, table, key)) {
        return;
    }
    if (concerned->count++ == 0) {
        concerned->table = table;
        concerned->key = key;
    }
}

void fire_concerned(Checker *checker, const Concerned *concerned, Str message, Str hint) {
    if (concerned->count == 0) {
        return;
    }
    if (concerned->count > 1) {
        size_t others = concerned->count - 1;
        message = format(checker, "%.*s (so it is in %zu more table%s)", SHOW(message), others, others > 1 ? "s" : "");
    }
    if (concerned->key.size > 0) {
        const PlannedOption *option = option_of_key(checker, concerned->table, concerned->key);
        fire_at_key(checker, concerned->table, option, message, hint);
    } else {
        fire_at_table(checker, concerned->table, message, hint);
    }
}
