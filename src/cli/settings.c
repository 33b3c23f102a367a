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

static bool apply_layout(Str value, Strength strength, FileSettings *settings) {
    Layout layout;
    if (!parse_layout(value, &layout)) {
        return false;
    }
    if (strength >= settings->layout_strength) {
        settings->layout = layout;
        settings->layout_strength = strength;
    }
    return true;
}

static bool apply_sort(Str value, Strength strength, FileSettings *settings) {
    bool sorts;
    if (!parse_switch(value, &sorts)) {
        return false;
    }
    if (strength >= settings->sort_strength) {
        settings->sorts_options = sorts;
        settings->sort_strength = strength;
    }
    return true;
}

static bool apply_statement_set(Str value, Strength strength, FileSettings *settings) {
    bool gathers;
    if (!parse_switch(value, &gathers)) {
        return false;
    }
    if (strength >= settings->set_strength) {
        settings->gathers_inserts = gathers;
        settings->set_strength = strength;
    }
    return true;
}

static bool apply_fix(Str value, Strength strength, FileSettings *settings) {
    bool fixes;
    if (!parse_switch(value, &fixes)) {
        return false;
    }
    if (strength >= settings->fix_strength) {
        settings->fixes = fixes;
        settings->fix_strength = strength;
    }
    return true;
}

static const struct {
    Str key;
    bool (*apply)(Str value, Strength strength, FileSettings *settings);
    const char *takes;
} keys[] = {
    {STR("layout"), apply_layout, "pretty or keep"},
    {STR("sort-options"), apply_sort, "yes or no"},
    {STR("fix"), apply_fix, "yes or no"},
    {STR("statement-set"), apply_statement_set, "yes or no"},
};

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
                             .severity_strengths = arena_array(arena, check_count(), sizeof *settings.severity_strengths)};
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

/* lint.ID = SEVERITY */
static void apply_lint(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena, Findings *findings) {
    Str id = str_from(setting->key, 5), nearest = check_nearest(id);
    size_t index = check_index(id);
    Severity severity;
    if (index == SIZE_MAX) {
        rule_trouble(findings, &setting->place, arena_format(arena, "'%.*s' is no check", (int)id.size, id.data),
                     nearest.size > 0 ? arena_format(arena, "did you mean 'lint.%.*s'?", (int)nearest.size, nearest.data)
                                      : STR("'smtpatch --explain' lists the checks"));
    } else if (!parse_severity(setting->value, &severity)) {
        rule_trouble(findings, &setting->place, STR("a check's severity is error, warning, info or off"), STR(""));
    } else if (strength >= settings->severity_strengths[index]) {
        settings->severities[index] = severity;
        settings->severity_strengths[index] = strength;
    }
}

static void apply_release(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena, Findings *findings) {
    Release release;
    Str problem;
    if (!release_parse(arena, setting->value, &release, &problem)) {
        rule_trouble(findings, &setting->place, problem, STR(""));
    } else if (strength >= settings->release_strength) {
        settings->release = release;
        settings->release_strength = strength;
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
static void apply_publication_file(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena) {
    Str name = setting->place.source->name, value = setting->value;
    const char *slash = memrchr(name.data, '/', name.size);
    size_t folder = slash ? (size_t)(slash - name.data) + 1 : 0;
    bool is_absolute = value.size > 0 && value.data[0] == '/';
    Str path = arena_format(arena, "%.*s%.*s", is_absolute ? 0 : (int)folder, name.data, (int)value.size, value.data);
    add_publication_file(settings, path.data, strength, arena);
}

static void unknown_setting(const Setting *setting, Arena *arena, Findings *findings) {
    Str nearest = STR("");
    size_t best = 4;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t distance = str_distance(setting->key, keys[i].key, 3);
        if (distance < best) {
            best = distance;
            nearest = keys[i].key;
        }
    }
    Str hint = nearest.size > 0 ? arena_format(arena, "did you mean '%s'?", nearest.data) : STR("");
    rule_trouble(findings, &setting->place,
                 arena_format(arena, "'%.*s' is no setting of smtpatch", (int)setting->key.size, setting->key.data), hint);
}

void setting_apply(const Setting *setting, Strength strength, FileSettings *settings, Arena *arena, Findings *findings) {
    if (str_has_prefix(setting->key, STR("lint."))) {
        apply_lint(setting, strength, settings, arena, findings);
        return;
    }
    if (str_equal(setting->key, STR("flink-cdc"))) {
        apply_release(setting, strength, settings, arena, findings);
        return;
    }
    if (str_equal(setting->key, STR("publication-sql"))) {
        apply_publication_file(setting, strength, settings, arena);
        return;
    }
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!str_equal(setting->key, keys[i].key)) {
            continue;
        }
        if (!keys[i].apply(setting->value, strength, settings)) {
            rule_trouble(findings, &setting->place,
                         arena_format(arena, "'%.*s' takes %s, not '%.*s'", (int)setting->key.size, setting->key.data,
                                      keys[i].takes, (int)setting->value.size, setting->value.data),
                         STR(""));
        }
        return;
    }
    unknown_setting(setting, arena, findings);
}

void prelude_set(Prelude *prelude, Str key, Str value, Arena *arena) {
    for (size_t i = 0; i < prelude->count; i++) {
        if (str_equal(prelude->items[i].key, key)) {
            prelude->items[i].value = value;
            return;
        }
    }
    *vector_add(arena, prelude) = (PreludeSetting){key, value};
}
