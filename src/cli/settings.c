#include "cli/settings.h"

bool parse_switch(Str text, bool *value) {
    static const Str yes[] = {STR("yes"), STR("true"), STR("on"), STR("1")};
    static const Str no[] = {STR("no"), STR("false"), STR("off"), STR("0")};
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        if (str_equal_ignore_case(text, yes[i]) || str_equal_ignore_case(text, no[i])) {
            *value = str_equal_ignore_case(text, yes[i]);
            return true;
        }
    }
    return false;
}

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

static const struct {
    Str key;
    bool (*apply)(Str value, Strength strength, FileSettings *settings);
    const char *takes;
} keys[] = {
    {STR("layout"), apply_layout, "pretty or keep"},
    {STR("sort-options"), apply_sort, "yes or no"},
};

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
