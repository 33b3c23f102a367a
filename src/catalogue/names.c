#include "catalogue/tables.h"

/* How many edits away a name may be to be meant by a text of that size. */
static size_t edits_allowed(size_t size) { return size < 4 ? 1 : size / 4 < 4 ? size / 4 : 4; }

/* ---- names that people are known to write wrongly */

/* Whether the connector takes the key (or its beginning) at the release. */
static bool takes(const Connector *connector, Str key, Release release) {
    OptionStatus status = catalogue_option(connector, key, release).status;
    return status == OPTION_KNOWN || status == OPTION_PREFIXED;
}

/* What one row of the table makes of the key. */
static RightName alias_name(const Alias *alias, const Connector *connector, Str key, Release release) {
    bool hit = alias->beginning ? str_has_prefix(key, alias->wrong) : str_equal(key, alias->wrong);
    uint32_t number = release_number_at(connector, release);
    if (!hit || number < alias->since || number > alias->until) {
        return (RightName){0};
    }
    if (alias->right.size > 0 && !takes(connector, alias->right, release)) {
        return (RightName){0};
    }
    Str tail = alias->right.size > 0 ? str_from(key, alias->wrong.size) : STR("");
    return (RightName){.found = true, .head = alias->right, .tail = tail, .reason = alias->reason};
}

static RightName find_alias(Slice aliases, const Connector *connector, Str key, Release release) {
    RightName name = {0};
    for (size_t i = 0; i < aliases.count && !name.found; i++) {
        name = alias_name(&alias_table[aliases.first + i], connector, key, release);
    }
    return name;
}

RightName catalogue_right_name(const Connector *connector, Str key, Release release) {
    if (connector == NULL || connector->keys == KEYS_UNCHECKED || takes(connector, key, release)) {
        return (RightName){0};
    }
    RightName name = find_alias(connector->aliases, connector, key, release);
    if (!name.found && connector->family == FAMILY_CDC) {
        name = find_alias(catalogue_everywhere()->aliases, connector, key, release);
    }
    return name;
}

/* ---- names that are alike */

/* `debzium.slot.name` under `debezium.`: the beginning up to a dot is nearly a prefix. */
static RightName nearest_prefix(const Connector *connector, Str key, Release release) {
    uint32_t number = release_number_at(connector, release);
    for (size_t i = 0; i < connector->prefixes.count; i++) {
        const Prefix *prefix = &prefix_table[connector->prefixes.first + i];
        for (size_t j = 0; j + 1 < key.size && number >= prefix->since && number <= prefix->until; j++) {
            Str start = {key.data, j + 1};
            if (key.data[j] == '.' && str_distance(start, prefix->text, 2) <= 2) {
                return (RightName){.found = true, .head = prefix->text, .tail = str_from(key, j + 1)};
            }
        }
    }
    return (RightName){0};
}

RightName catalogue_nearest(const Connector *connector, Str key, Release release) {
    RightName nearest = {0};
    if (connector == NULL || connector->keys == KEYS_UNCHECKED) {
        return nearest;
    }
    size_t limit = edits_allowed(key.size);
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        if (!option_holds(connector, option, release) || str_equal(option->key, key)) {
            continue;
        }
        size_t distance = str_distance(key, option->key, limit);
        if (distance <= limit && (!nearest.found || distance < limit)) {
            nearest = (RightName){.found = true, .head = option->key};
            limit = distance;
        }
    }
    return nearest.found ? nearest : nearest_prefix(connector, key, release);
}

Str right_name_text(Arena *arena, RightName name) {
    if (name.tail.size == 0) {
        return name.head;
    }
    return arena_format(arena, "%.*s%.*s", (int)name.head.size, name.head.data, (int)name.tail.size,
                        name.tail.data);
}

Str catalogue_nearest_connector(Str name) {
    Str nearest = STR_NONE;
    size_t limit = edits_allowed(name.size);
    const Connector *connector;
    for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL && !connector->pipeline; i++) {
        size_t distance = str_distance(name, connector->name, limit);
        if (distance <= limit && (nearest.size == 0 || distance < limit)) {
            nearest = connector->name;
            limit = distance;
        }
    }
    return nearest;
}

/* ---- short names */

Str catalogue_short_key(Str short_name, Str connector) {
    for (size_t i = 0; i < short_key_count; i++) {
        if (str_equal(short_key_table[i].short_name, short_name) &&
            str_equal(short_key_table[i].connector, connector)) {
            return short_key_table[i].key;
        }
    }
    return STR_NONE;
}

bool catalogue_is_short_key(Str short_name) {
    for (size_t i = 0; i < short_key_count; i++) {
        if (str_equal(short_key_table[i].short_name, short_name)) {
            return true;
        }
    }
    return false;
}
