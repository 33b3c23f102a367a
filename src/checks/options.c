/* Checks of the options' names against the catalogue. */
#include "checks/registry.h"

static Str release_words(const Checker *checker, const CheckedTable *table, uint32_t number) {
    const char *line = table->connector->line == LINE_STARROCKS ? "connector" : "Flink CDC";
    Str text = release_text(checker->arena, table->connector->line, number);
    return format(checker, "%s %.*s", line, SHOW(text));
}

static Str did_you_mean(const Checker *checker, RightName name) {
    if (!name.found) {
        return STR("");
    }
    Str right = right_name_text(checker->arena, name);
    return right.size == 0 ? name.reason : format(checker, "did you mean '%.*s'?", SHOW(right));
}

static Str hint_for(const Checker *checker, const CheckedTable *table, Str key) {
    RightName name = catalogue_right_name(table->connector, key, checker->settings->release);
    if (!name.found) {
        name = catalogue_nearest(table->connector, key, checker->settings->release);
    }
    return did_you_mean(checker, name);
}

static Str message_for(const Checker *checker, const CheckedTable *table, Str key, const OptionFound *found) {
    Str name = shown(checker, key), connector = table->connector_name;
    Str release;
    switch (found->status) {
    case OPTION_NOT_YET:
        release = release_words(checker, table, found->number);
        return format(checker, "'%.*s' is an option of %.*s only since %.*s", SHOW(name), SHOW(connector), SHOW(release));
    case OPTION_NO_MORE:
        release = release_words(checker, table, found->number);
        return format(checker, "'%.*s' was an option of %.*s only until %.*s", SHOW(name), SHOW(connector), SHOW(release));
    default:
        return format(checker, "'%.*s' is not an option of %.*s", SHOW(name), SHOW(connector));
    }
}

static bool is_refused(const Checker *checker, const CheckedTable *table, Str key, OptionFound *found) {
    Role role = table->roles == ROLE_SOURCE || table->roles == ROLE_SINK ? (Role)table->roles : ROLE_ANY;
    *found = catalogue_option_in_role(table->connector, key, checker->settings->release, role);
    return found->status == OPTION_UNKNOWN || found->status == OPTION_NOT_YET || found->status == OPTION_NO_MORE;
}

void check_unknown_option(Checker *checker, const CheckedTable *table) {
    if (table->connector == NULL || table->connector->keys != KEYS_REFUSED) {
        return;
    }
    for (size_t i = 0; i < table->plan->count; i++) {
        const PlannedOption *option = &table->plan->options[i];
        OptionFound found;
        if (!option->is_removed && is_refused(checker, table, option->key, &found)) {
            fire_at_key(checker, table, option, message_for(checker, table, option->key, &found),
                        hint_for(checker, table, option->key));
        }
    }
}
