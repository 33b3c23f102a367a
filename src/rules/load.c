#include "rules/load.h"

#include "rules/ini.h"

typedef struct Loader {
    Source *source;
    Arena *arena;
    Findings *findings;
    RulesFile *file;
} Loader;

/* A section: its header and the entries behind it. */
typedef struct Section {
    const IniEntry *header;
    const IniEntry *entries;
    size_t count;
} Section;

static const struct {
    Str key;
    ConditionField field;
} condition_keys[] = {
    {STR("connector"), FIELD_CONNECTOR}, {STR("catalog"), FIELD_CATALOG}, {STR("database"), FIELD_DATABASE},
    {STR("schema"), FIELD_SCHEMA},       {STR("table"), FIELD_TABLE},     {STR("name"), FIELD_NAME},
    {STR("role"), FIELD_ROLE},           {STR("file"), FIELD_FILE},
};

/* Keys that end in a dot take an option's key behind it. */
static const struct {
    Str key;
    ActionKind kind;
    ActionScope scope;
} action_keys[] = {
    {STR("slot"), ACTION_SET, SCOPE_SHORT_KEY},
    {STR("publication"), ACTION_SET, SCOPE_SHORT_KEY},
    {STR("heartbeat"), ACTION_SET, SCOPE_SHORT_KEY},
    {STR("debezium."), ACTION_SET, SCOPE_CDC},
    {STR("set."), ACTION_SET, SCOPE_ANY},
    {STR("default."), ACTION_DEFAULT, SCOPE_ANY},
    {STR("replace."), ACTION_REPLACE, SCOPE_ANY},
    {STR("unset."), ACTION_UNSET, SCOPE_ANY},
    {STR("rename."), ACTION_RENAME, SCOPE_ANY},
};

enum {
    CONDITION_KEYS = sizeof condition_keys / sizeof *condition_keys,
    ACTION_KEYS = sizeof action_keys / sizeof *action_keys,
};

static RulePlace place_of(const Loader *loader, const IniEntry *entry) {
    return (RulePlace){.source = loader->source,
                       .line = entry->line,
                       .text = arena_format(loader->arena, "%.*s:%zu", (int)loader->source->name.size,
                                            loader->source->name.data, entry->line)};
}

static void add_trouble(Loader *loader, const IniEntry *entry, Str message, Str hint) {
    RulePlace place = place_of(loader, entry);
    rule_trouble(loader->findings, &place, message, hint);
}

/* "did you mean …" for a key or a section, or nothing: also when it is a known one and something else is wrong. */
static void consider(Str wrong, Str known, size_t *best, Str *nearest) {
    size_t distance = str_distance(wrong, known, 3);
    if (distance < *best && distance <= known.size / 2) {
        *best = distance;
        *nearest = distance > 0 ? known : STR("");
    }
}

static Str did_you_mean(Arena *arena, Str nearest, Str rest) {
    if (nearest.size == 0) {
        return STR("");
    }
    return arena_format(arena, "did you mean '%.*s%.*s'?", (int)nearest.size, nearest.data, (int)rest.size, rest.data);
}

static void unknown_key(Loader *loader, const IniEntry *entry) {
    const char *dot = memchr(entry->key.data, '.', entry->key.size);
    Str head = {entry->key.data, dot ? (size_t)(dot - entry->key.data) + 1 : entry->key.size};
    Str nearest = STR("");
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < CONDITION_KEYS; i++) {
        consider(entry->key, condition_keys[i].key, &best, &nearest);
    }
    for (size_t i = 0; i < ACTION_KEYS; i++) {
        consider(head, action_keys[i].key, &best, &nearest);
    }
    Str rest = nearest.size > 0 && nearest.data[nearest.size - 1] == '.' ? str_from(entry->key, head.size) : STR("");
    Str hint = did_you_mean(loader->arena, nearest, rest);
    if (hint.size == 0) {
        hint = STR("to set an option, write set.KEY = VALUE");
    }
    add_trouble(loader, entry,
                arena_format(loader->arena, "'%.*s' is no key of a rule", (int)entry->key.size, entry->key.data), hint);
}

/* The rest of key behind prefix when it starts with it; for a prefix without a final dot, when it is it. */
static bool key_matches(Str key, Str prefix, Str *rest) {
    bool takes_rest = prefix.data[prefix.size - 1] == '.';
    *rest = takes_rest ? str_from(key, prefix.size) : key;
    return takes_rest ? str_has_prefix(key, prefix) && key.size > prefix.size : str_equal(key, prefix);
}

/* The condition that a key of a rule is; false when it is none. */
static bool find_condition(Str key, ConditionField *field, Str *option) {
    *option = STR("");
    for (size_t i = 0; i < CONDITION_KEYS; i++) {
        if (str_equal(key, condition_keys[i].key)) {
            *field = condition_keys[i].field;
            return true;
        }
    }
    *field = FIELD_OPTION;
    return key_matches(key, STR("option."), option);
}

static void add_condition(Loader *loader, const IniEntry *entry, ConditionField field, Str option) {
    RulePlace place = place_of(loader, entry);
    composer_condition(&loader->file->composer, field, option, entry->value, &place);
}

/* KEY = yes or no; anything else is trouble. */
static bool switch_value(Loader *loader, const IniEntry *entry) {
    bool value = false;
    if (!parse_switch(entry->value, &value)) {
        add_trouble(loader, entry,
                    arena_format(loader->arena, "'%.*s' takes yes or no", (int)entry->key.size, entry->key.data),
                    STR(""));
    }
    return value;
}

/* Keys of a rule that are switches. */
static bool add_switch(Loader *loader, const IniEntry *entry) {
    Composer *composer = &loader->file->composer;
    RulePlace place = place_of(loader, entry);
    if (str_equal(entry->key, STR("rename-upstream"))) {
        composer->renames_upstream = switch_value(loader, entry);
        return true;
    }
    if (!str_equal(entry->key, STR("escape-backslashes"))) {
        return false;
    }
    if (switch_value(loader, entry)) {
        composer_action(composer, ACTION_ESCAPE_BACKSLASHES, SCOPE_ANY, entry->key, entry->value, &place);
    }
    return true;
}

/* rename-table.TO =: what stands behind the dot is the value. */
static bool add_table_rename(Loader *loader, const IniEntry *entry) {
    RulePlace place = place_of(loader, entry);
    Str name;
    if (!key_matches(entry->key, STR("rename-table."), &name)) {
        return false;
    }
    if (entry->value.size > 0) {
        add_trouble(loader, entry, STR("the new name of the table stands before the '=', and nothing behind it"),
                    STR("write rename-table.NAME ="));
    }
    composer_action(&loader->file->composer, ACTION_RENAME_TABLE, SCOPE_ANY, STR("rename-table"), name, &place);
    return true;
}

static bool add_action(Loader *loader, const IniEntry *entry) {
    if (add_switch(loader, entry) || add_table_rename(loader, entry)) {
        return true;
    }
    for (size_t i = 0; i < ACTION_KEYS; i++) {
        Str rest;
        if (key_matches(entry->key, action_keys[i].key, &rest)) {
            RulePlace place = place_of(loader, entry);
            bool is_debezium = action_keys[i].scope == SCOPE_CDC;
            composer_action(&loader->file->composer, action_keys[i].kind, action_keys[i].scope,
                            is_debezium ? entry->key : rest, entry->value, &place);
            return true;
        }
    }
    return false;
}

static void load_rule(Loader *loader, const Section *section) {
    ConditionField field;
    Str option;
    composer_start(&loader->file->composer, section->header->key);
    for (size_t i = 0; i < section->count; i++) {
        if (find_condition(section->entries[i].key, &field, &option)) {
            add_condition(loader, &section->entries[i], field, option);
        }
    }
    for (size_t i = 0; i < section->count; i++) {
        const IniEntry *entry = &section->entries[i];
        if (!find_condition(entry->key, &field, &option) && !add_action(loader, entry)) {
            unknown_key(loader, entry);
        }
    }
    composer_finish(&loader->file->composer);
}

/* SMT's own names of the upstream table; its other keys shape StarRocks tables and are passed over. A sink has no
 * schema: it passes that condition. */
static void load_smt_conditions(Loader *loader, const Section *section) {
    Composer *composer = &loader->file->composer;
    for (size_t i = 0; i < section->count; i++) {
        ConditionField field;
        Str option;
        size_t count = composer->conditions.count;
        if (!find_condition(section->entries[i].key, &field, &option) ||
            (field != FIELD_DATABASE && field != FIELD_SCHEMA && field != FIELD_TABLE)) {
            continue;
        }
        add_condition(loader, &section->entries[i], field, option);
        if (composer->conditions.count > count) {
            composer->conditions.items[count].only_if_present = field == FIELD_SCHEMA;
        }
    }
}

/* What SMT fills in itself and forbids to set. */
static bool is_smt_own(Str option) {
    return str_equal(option, STR("connector")) || str_equal(option, STR("table-name")) ||
           str_equal(option, STR("database-name"));
}

static void load_smt_rule(Loader *loader, const Section *section) {
    composer_start(&loader->file->composer, section->header->key);
    load_smt_conditions(loader, section);
    for (size_t i = 0; i < section->count; i++) {
        const IniEntry *entry = &section->entries[i];
        RulePlace place = place_of(loader, entry);
        Str option;
        ActionScope scope = SCOPE_CDC;
        if (key_matches(entry->key, STR("flink.starrocks."), &option)) {
            scope = SCOPE_STARROCKS;
        } else if (!key_matches(entry->key, STR("flink.cdc."), &option)) {
            continue;
        }
        if (!is_smt_own(option)) {
            composer_action(&loader->file->composer, ACTION_SET, scope, option, entry->value, &place);
        }
    }
    composer_finish(&loader->file->composer);
}

static void load_settings(Loader *loader, const Section *section, bool is_prelude) {
    for (size_t i = 0; i < section->count; i++) {
        const IniEntry *entry = &section->entries[i];
        Setting setting = {.key = entry->key, .value = entry->value, .place = place_of(loader, entry)};
        if (is_prelude) {
            *vector_add(loader->arena, &loader->file->prelude) = setting;
        } else {
            *vector_add(loader->arena, &loader->file->settings) = setting;
        }
    }
}

static void unknown_section(Loader *loader, const Section *section) {
    static const Str known[] = {STR("smtpatch"),     STR("prelude"), STR("rule"),
                                STR("table-rule.1"), STR("db"),      STR("other")};
    Str name = section->header->key, nearest = STR("");
    const char *blank = memchr(name.data, ' ', name.size);
    Str head = {name.data, blank ? (size_t)(blank - name.data) : name.size};
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        consider(head, known[i], &best, &nearest);
    }
    Str hint = did_you_mean(loader->arena, nearest, str_from(name, head.size));
    add_trouble(loader, section->header,
                arena_format(loader->arena, "[%.*s] is no section that smtpatch knows", (int)name.size, name.data),
                hint.size > 0 ? hint : STR("there are [smtpatch], [prelude], [rule NAME] and SMT's [table-rule.N]"));
}

static bool is_rule(Str section) {
    return str_has_prefix(section, STR("rule")) && (section.size == 4 || is_blank(section.data[4]));
}

static void load_section(Loader *loader, const Section *section) {
    Str name = section->header->key;
    if (str_equal(name, STR("smtpatch"))) {
        load_settings(loader, section, false);
    } else if (str_equal(name, STR("prelude"))) {
        load_settings(loader, section, true);
    } else if (is_rule(name)) {
        load_rule(loader, section);
    } else if (str_has_prefix(name, STR("table-rule."))) {
        load_smt_rule(loader, section);
    } else if (!str_equal(name, STR("db")) && !str_equal(name, STR("other"))) {
        unknown_section(loader, section);
    }
}

void rules_load(Source *source, RulesFile *file, Arena *arena, Findings *findings) {
    Loader loader = {.source = source, .arena = arena, .findings = findings, .file = file};
    file->composer.arena = arena;
    file->composer.findings = findings;
    size_t first_finding = findings->list.count;
    IniFile ini = ini_read(source, arena, findings);
    size_t i = 0;
    for (; i < ini.count && !ini.entries[i].is_section; i++) {
        add_trouble(&loader, &ini.entries[i], STR("this stands before any section"),
                    STR("rules stand below [rule NAME], settings below [smtpatch]"));
    }
    while (i < ini.count) {
        Section section = {.header = &ini.entries[i], .entries = &ini.entries[i + 1]};
        for (i++; i < ini.count && !ini.entries[i].is_section; i++) {
            section.count++;
        }
        load_section(&loader, &section);
    }
    findings_sort(findings, first_finding); /* inih and the sections each had their own walk */
}
