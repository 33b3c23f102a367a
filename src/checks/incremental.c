/* Checks of options that belong to the incremental snapshot, and of what it asks of the job. */
#include "checks/registry.h"
#include "checks/replication.h"

#include "syntax/literal.h"

#define INCREMENTAL_KEY "scan.incremental.snapshot.enabled"

enum { NAMES_SHOWN = 3 };

/* ---- Options without effect -------------------------------------------------------------------------------------- */

static bool has_mode(const Checker *checker, const CheckedTable *table, const PlannedOption *option, OptionMode mode) {
    const OptionFound *found = found_option(table, option);
    return found->status == OPTION_KNOWN &&
           option_mode(table->connector, found->option, checker->settings->release) == mode;
}

/* "'a' has", "'a' and 'b' have", "'a', 'b', 'c' and 2 more have" */
static Str names_and_have(const Checker *checker, const PlannedOption **options, size_t count) {
    Str text = STR("");
    size_t named = count <= NAMES_SHOWN + 1 ? count : NAMES_SHOWN;
    for (size_t i = 0; i < named; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        text = format(checker, "%.*s%s'%.*s'", SHOW(text), between, SHOW(options[i]->key));
    }
    if (named < count) {
        text = format(checker, "%.*s and %zu more", SHOW(text), count - named);
    }
    return format(checker, "%.*s %s", SHOW(text), count == 1 ? "has" : "have");
}

static Str incremental_hint(const Checker *checker, const PlannedOption *first) {
    Value value = value_check(checker->arena, VALUE_DURATION, first->value, 0);
    if (!str_equal(first->key, STR("heartbeat.interval.ms")) || value.status == VALUE_REFUSED) {
        return STR("set '" INCREMENTAL_KEY "' = 'true', or take them away");
    }
    return format(checker, "set '" INCREMENTAL_KEY "' = 'true', or write 'debezium.heartbeat.interval.ms' = '%lld'",
                  (long long)duration_milliseconds(value.duration));
}

/* Tables whose findings would say the same. */
typedef struct Ignored {
    Str message, hint;
    Concerned concerned;
} Ignored;

typedef VECTOR(Ignored) IgnoredGroups;

/* Scripts have few kinds of sources; when there are more, each finding stands for itself. */
enum { GROUPS_MAX = 16 };

static Ignored *group_of(Checker *checker, IgnoredGroups *groups, Str message, Str hint) {
    for (size_t i = 0; i < groups->count && groups->count <= GROUPS_MAX; i++) {
        Ignored *group = &groups->items[i];
        if (str_equal(group->message, message) && str_equal(group->hint, hint)) {
            return group;
        }
    }
    Ignored *group = vector_add(checker->arena, groups);
    *group = (Ignored){.message = message, .hint = hint};
    return group;
}

static void look_for_ignored(Checker *checker, const CheckedTable *table, IgnoredGroups *groups) {
    size_t ignored = 0;
    const PlannedOption **found = arena_array(checker->arena, own_count(table), sizeof *found);
    for (size_t i = 0; i < own_count(table); i++) {
        if (has_mode(checker, table, own_option(checker, table, i), MODE_INCREMENTAL)) {
            found[ignored++] = own_option(checker, table, i);
        }
    }
    if (ignored > 0) {
        Str names = names_and_have(checker, found, ignored);
        Str message = format(checker, "%.*s no effect without the incremental snapshot", SHOW(names));
        Ignored *group = group_of(checker, groups, message, incremental_hint(checker, found[0]));
        concern(checker, &group->concerned, table, found[0]->key);
    }
}

static bool may_ignore(const Checker *checker, const CheckedTable *table) {
    bool has_any = false;
    for (size_t i = 0; table->connector != NULL && !table->is_incremental && i < own_count(table); i++) {
        has_any = has_any || has_mode(checker, table, own_option(checker, table, i), MODE_INCREMENTAL);
    }
    return has_any;
}

void check_incremental_only_option_ignored(Checker *checker) {
    IgnoredGroups groups = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (holds_of_shape(checker, table, may_ignore)) {
            look_for_ignored(checker, table, &groups);
        }
    }
    for (size_t i = 0; i < groups.count; i++) {
        fire_concerned(checker, &groups.items[i].concerned, groups.items[i].message, groups.items[i].hint);
    }
}

/* Since 3.4 MongoDBTableSourceFactory refuses initial.snapshotting.* beside the incremental snapshot. */
void check_legacy_snapshot_option(Checker *checker, const CheckedTable *table) {
    if (table->connector == NULL || !table->is_incremental) {
        return;
    }
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        if (has_mode(checker, table, option, MODE_LEGACY)) {
            fire_at_key(
                checker, table, option,
                format(checker, "'%.*s' is refused together with the incremental snapshot", SHOW(option->key)),
                STR("take it away, or set '" INCREMENTAL_KEY "' = 'false'"));
        }
    }
}

/* JdbcSourceConfig.getFetchSize has no caller; PostgresScanFetchTask asks Debezium's snapshot.fetch.size (3.6.0). */
void check_postgres_fetch_size_dead(Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "scan.snapshot.fetch.size");
    if (is_connector(table, "postgres-cdc") && table->is_incremental && option != NULL && is_own(table, option) &&
        release_is_at_least(checker, "2.4") && table_option(checker, table, "debezium.snapshot.fetch.size") == NULL) {
        Str value = shown(checker, option->value);
        fire_at_key(checker, table, option, STR("'scan.snapshot.fetch.size' has no effect in postgres-cdc"),
                    format(checker, "add 'debezium.snapshot.fetch.size' = '%.*s'", SHOW(value)));
    }
}

/* ---- Settings of the script -------------------------------------------------------------------------------------- */

/* The last SET of the key; NULL when there is none. */
static const Statement *setting_of(const Checker *checker, Str key, Str *value) {
    const Script *script = checker->script;
    for (size_t i = script->statement_count; i-- > 0;) {
        const Statement *statement = &script->statements[i];
        if (statement->kind != STATEMENT_SET) {
            continue;
        }
        Str text = script->source->text;
        Str name = statement->is_raw ? source_slice(script->source, statement->name)
                                     : literal_value(text, statement->name, checker->arena);
        if (str_equal(name, key)) {
            *value = statement->is_raw ? source_slice(script->source, statement->value)
                                       : literal_value(text, statement->value, checker->arena);
            return statement;
        }
    }
    return NULL;
}

#define AFTER_FINISH_KEY "execution.checkpointing.checkpoints-after-tasks-finish.enabled"

void check_close_idle_readers(Checker *checker) {
    Str value;
    const Statement *setting = setting_of(checker, STR(AFTER_FINISH_KEY), &value);
    if (setting == NULL || !str_equal_ignore_case(value, STR("false"))) {
        return;
    }
    size_t line = source_line(checker->script->source, setting->span.start);
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        const PlannedOption *option = table_option(checker, table, "scan.incremental.close-idle-reader.enabled");
        if (!is_frozen(table) && option != NULL && is_own(table, option) &&
            str_equal_ignore_case(option->value, STR("true"))) {
            fire_at_key(
                checker, table, option,
                format(checker,
                       "closing idle readers stops the checkpoints: line %zu switches off those after a task's end",
                       line),
                STR("take that SET away, or this option"));
        }
    }
}

/* ---- The snapshot of a large table ------------------------------------------------------------------------------- */

static bool reads_with_one_reader(const Checker *checker, const CheckedTable *table) {
    Str mode = table_value(checker, table, "scan.startup.mode", STR("initial"));
    Str snapshot = table_value(checker, table, "debezium.snapshot.mode", STR("initial"));
    return is_connector(table, "postgres-cdc") && table_option(checker, table, INCREMENTAL_KEY) == NULL &&
           table->written->roles & ROLE_SOURCE && str_equal_ignore_case(mode, STR("initial")) &&
           !str_equal_ignore_case(snapshot, STR("never"));
}

/* Said once for a script: that of SMT has it at every table. */
void check_incremental_off_large_table(Checker *checker) {
    const CheckedTable *first = NULL;
    Str value;
    size_t count = 0;
    if (!release_is_at_least(checker, "2.4") ||
        setting_of(checker, STR("execution.checkpointing.tolerable-failed-checkpoints"), &value) != NULL) {
        return;
    }
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (!is_frozen(table) && holds_of_shape(checker, table, reads_with_one_reader)) {
            first = first ? first : table;
            count++;
        }
    }
    if (first != NULL) {
        Str others =
            count == 1 ? STR("") : format(checker, " (%zu more source%s likewise)", count - 1, count == 2 ? "" : "s");
        fire_at_table(checker, first,
                      format(checker, "one reader reads the snapshot, and no checkpoint completes until it is done%.*s",
                             SHOW(others)),
                      STR("for a large table set '" INCREMENTAL_KEY "' = 'true'"));
    }
}
