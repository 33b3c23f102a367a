#include "cli/settings.h"

#include "checks/registry.h"
#include "rules/ini.h"

bool parse_layout(Str text, Layout *layout) {
    bool is_keep = str_equal(text, STR("keep"));
    if (!is_keep && !str_equal(text, STR("pretty"))) {
        return false;
    }
    *layout = is_keep ? LAYOUT_KEEP : LAYOUT_PRETTY;
    return true;
}

static bool parse_severity(Str text, Severity *severity) {
    static const struct {
        Str name;
        Severity severity;
    } names[] = {{STR("off"), SEVERITY_OFF},
                 {STR("info"), SEVERITY_INFO},
                 {STR("warning"), SEVERITY_WARNING},
                 {STR("error"), SEVERITY_ERROR}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_equal(text, names[i].name)) {
            *severity = names[i].severity;
            return true;
        }
    }
    return false;
}

FileSettings default_file_settings(Arena *arena) {
    FileSettings settings = {.severities = arena_array(arena, check_count(), sizeof *settings.severities),
                             .severity_strengths =
                                 arena_array(arena, check_count(), sizeof *settings.severity_strengths)};
    for (size_t i = 0; i < check_count(); i++) {
        settings.severities[i] = check_at(i)->severity;
    }
    return settings;
}

FileSettings copy_file_settings(const FileSettings *settings, Arena *arena) {
    FileSettings copy = default_file_settings(arena), lists = copy;
    copy = *settings;
    copy.severities = memcpy(lists.severities, settings->severities, check_count() * sizeof *copy.severities);
    copy.severity_strengths =
        memcpy(lists.severity_strengths, settings->severity_strengths, check_count() * sizeof *copy.severity_strengths);
    return copy;
}

/* KEY = VALUE on its way into the settings. */
typedef struct Change {
    const Setting *setting;
    Strength strength;
    FileSettings *settings;
    Arena *arena;
    Findings *findings;
} Change;

static void refuse(const Change *change, const char *takes) {
    Str key = change->setting->key, value = change->setting->value;
    rule_trouble(change->findings, &change->setting->place,
                 arena_format(change->arena, "'%.*s' takes %s, not '%.*s'", (int)key.size, key.data, takes,
                              (int)value.size, value.data),
                 STR(""));
}

/* Whether a value of the change's strength goes before the one that is there; then its strength is noted. */
static bool is_stronger(const Change *change, Strength *current) {
    bool is_stronger = change->strength >= *current;
    *current = is_stronger ? change->strength : *current;
    return is_stronger;
}

static void apply_switch(const Change *change, bool *flag, Strength *current) {
    bool value;
    if (!parse_switch(change->setting->value, &value)) {
        refuse(change, "yes or no");
    } else if (is_stronger(change, current)) {
        *flag = value;
    }
}

static void apply_sort(const Change *change) {
    apply_switch(change, &change->settings->sorts_options, &change->settings->sort_strength);
}

static void apply_fix(const Change *change) {
    apply_switch(change, &change->settings->fixes, &change->settings->fix_strength);
}

static void apply_statement_set(const Change *change) {
    apply_switch(change, &change->settings->gathers_inserts, &change->settings->set_strength);
}

static void apply_layout(const Change *change) {
    Layout layout;
    if (!parse_layout(change->setting->value, &layout)) {
        refuse(change, "pretty or keep");
    } else if (is_stronger(change, &change->settings->layout_strength)) {
        change->settings->layout = layout;
    }
}

static void apply_release(const Change *change) {
    Release release;
    Str problem;
    if (!release_parse(change->arena, change->setting->value, &release, &problem)) {
        rule_trouble(change->findings, &change->setting->place, problem, STR(""));
    } else if (is_stronger(change, &change->settings->release_strength)) {
        change->settings->release = release;
    }
}

void add_publication_file(FileSettings *settings, const char *path, Strength strength, Arena *arena) {
    if (strength > settings->publication_strength) {
        settings->publication_files = (Strings){0};
        settings->publication_strength = strength;
    }
    if (strength == settings->publication_strength) {
        *vector_add(arena, &settings->publication_files) = path;
    }
}

/* publication-sql = FILE, as seen from the rules file. */
static void apply_publication_file(const Change *change) {
    Str name = change->setting->place.source->name, value = change->setting->value;
    const char *slash = memrchr(name.data, '/', name.size);
    size_t folder = slash ? (size_t)(slash - name.data) + 1 : 0;
    bool is_absolute = value.size > 0 && value.data[0] == '/';
    Str path =
        arena_format(change->arena, "%.*s%.*s", is_absolute ? 0 : (int)folder, name.data, (int)value.size, value.data);
    add_publication_file(change->settings, path.data, change->strength, change->arena);
}

/* lint.ID = SEVERITY */
static void apply_lint(const Change *change) {
    Str id = str_from(change->setting->key, 5), nearest = check_nearest(id);
    size_t index = check_index(id);
    Severity severity;
    if (index == SIZE_MAX) {
        rule_trouble(change->findings, &change->setting->place,
                     arena_format(change->arena, "'%.*s' is no check", (int)id.size, id.data),
                     nearest.size > 0
                         ? arena_format(change->arena, "did you mean 'lint.%.*s'?", (int)nearest.size, nearest.data)
                         : STR("'smtpatch --explain' lists the checks"));
    } else if (!parse_severity(change->setting->value, &severity)) {
        rule_trouble(change->findings, &change->setting->place,
                     STR("a check's severity is error, warning, info or off"), STR(""));
    } else if (is_stronger(change, &change->settings->severity_strengths[index])) {
        change->settings->severities[index] = severity;
    }
}

static const struct {
    Str key; /* with a dot at its end: what begins so */
    void (*apply)(const Change *change);
} keys[] = {
    {STR("layout"), apply_layout},
    {STR("sort-options"), apply_sort},
    {STR("statement-set"), apply_statement_set},
    {STR("fix"), apply_fix},
    {STR("flink-cdc"), apply_release},
    {STR("publication-sql"), apply_publication_file},
    {STR("lint."), apply_lint},
};

static void refuse_key(const Change *change) {
    Str key = change->setting->key, nearest = STR("");
    size_t best = 4;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t distance = str_distance(key, keys[i].key, 3);
        if (distance < best && distance < keys[i].key.size - 1) {
            best = distance;
            nearest = keys[i].key;
        }
    }
    Str hint = nearest.size > 0 ? arena_format(change->arena, "did you mean '%s'?", nearest.data) : STR("");
    rule_trouble(change->findings, &change->setting->place,
                 arena_format(change->arena, "'%.*s' is no setting of smtpatch", (int)key.size, key.data), hint);
}

void setting_apply(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena,
                   Findings *findings) {
    Change change = {setting, strength, settings, arena, findings};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool is_prefix = keys[i].key.data[keys[i].key.size - 1] == '.';
        if (is_prefix ? str_has_prefix(setting->key, keys[i].key) : str_equal(setting->key, keys[i].key)) {
            keys[i].apply(&change);
            return;
        }
    }
    refuse_key(&change);
}

void prelude_set(Prelude *prelude, Str key, Str value, Arena *arena) {
    prelude->index = prelude->index ? prelude->index : name_index_new(arena);
    size_t number = name_index_get(prelude->index, key);
    if (number != SIZE_MAX) {
        prelude->items[number].value = value;
        return;
    }
    name_index_set(prelude->index, key, prelude->count, arena);
    *vector_add(arena, prelude) = (PreludeSetting){key, value};
}
