#include "catalogue/tables.h"

#include <math.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- connectors */

/* Connector 0 of the table stands for all: its name is `*`. */
const Connector *catalogue_everywhere(void) { return &connector_table[0]; }

const Connector *catalogue_connector_at(size_t index) {
    return index + 1 < connector_count ? &connector_table[index + 1] : NULL;
}

static const Connector *find_connector(Str name, bool pipeline) {
    size_t low = 1, high = connector_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const Connector *connector = &connector_table[middle];
        int order = connector->pipeline != pipeline ? (int)pipeline - (int)connector->pipeline
                                                    : str_compare(name, connector->name);
        if (order == 0) {
            return connector;
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const Connector *catalogue_connector(Str name) { return find_connector(name, false); }

const Connector *catalogue_pipeline_connector(Str name) { return find_connector(name, true); }

/* ---- facts */

static const Fact *fact_at(Slice run, uint32_t number) {
    for (size_t i = run.first; i < (size_t)run.first + run.count; i++) {
        if (number >= fact_table[i].since && number <= fact_table[i].until) {
            return &fact_table[i];
        }
    }
    return NULL;
}

/* What is told of an option that the release does not take is what its nearest release says. */
static const Fact *fact_of(const Connector *connector, const CatalogueOption *option, Slice run, Release release) {
    uint32_t number = release_number_at(connector, release);
    number = number < option->since ? option->since : number;
    return fact_at(run, number > option->until ? option->until : number);
}

bool option_holds(const Connector *connector, const CatalogueOption *option, Release release) {
    uint32_t number = release_number_at(connector, release);
    return number >= option->since && number <= option->until;
}

ValueType option_type(const Connector *connector, const CatalogueOption *option, Release release) {
    const Fact *fact = fact_of(connector, option, option->types, release);
    return fact == NULL ? VALUE_STRING : (ValueType)fact->code;
}

bool option_default(const Connector *connector, const CatalogueOption *option, Release release, Str *text) {
    const Fact *fact = fact_of(connector, option, option->defaults, release);
    *text = fact == NULL ? STR_NONE : fact->text;
    return fact != NULL;
}

bool option_required(const Connector *connector, const CatalogueOption *option, Release release) {
    return fact_of(connector, option, option->required, release) != NULL;
}

const Bounds *option_bounds(const Connector *connector, const CatalogueOption *option, Release release, Str *text) {
    const Fact *fact = fact_of(connector, option, option->bounds, release);
    if (text != NULL) {
        *text = fact == NULL ? STR_NONE : fact->text;
    }
    return fact == NULL ? NULL : &bounds_table[fact->code];
}

bool bounds_hold(const Bounds *bounds, double number) {
    return isfinite(number) && (bounds->low_open ? number > bounds->low : number >= bounds->low) &&
           (bounds->high_open ? number < bounds->high : number <= bounds->high);
}

Str bounds_text(Arena *arena, const Bounds *bounds) {
    if (isfinite(bounds->high) && !bounds->low_open && !bounds->high_open) {
        return arena_format(arena, "from %.15g to %.15g", bounds->low, bounds->high);
    }
    Str low = isfinite(bounds->low)
                  ? arena_format(arena, "%s %.15g", bounds->low_open ? "above" : "at least", bounds->low)
                  : STR("");
    if (!isfinite(bounds->high)) {
        return low;
    }
    return arena_format(arena, "%s%s%s %.15g", low.data, low.size > 0 ? " and " : "",
                        bounds->high_open ? "below" : "at most", bounds->high);
}

OptionMode option_mode(const Connector *connector, const CatalogueOption *option, Release release) {
    const Fact *fact = fact_of(connector, option, option->modes, release);
    return fact == NULL ? MODE_ALWAYS : (OptionMode)fact->code;
}

Str option_fallback_of(const Connector *connector, const CatalogueOption *option, Release release) {
    const Fact *fact = fact_of(connector, option, option->fallbacks, release);
    return fact == NULL ? STR_NONE : fact->text;
}

bool option_next_value(const Connector *connector, const CatalogueOption *option, Release release, size_t *position,
                       Str *value) {
    uint32_t number = release_number_at(connector, release);
    number = number < option->since ? option->since : number > option->until ? option->until : number;
    while (*position < option->values.count) {
        const Fact *fact = &fact_table[option->values.first + (*position)++];
        if (number >= fact->since && number <= fact->until) {
            *value = fact->text;
            return true;
        }
    }
    return false;
}

/* ---- options */

const CatalogueOption *catalogue_option_at(const Connector *connector, size_t index) {
    return index < connector->options.count ? &option_table[connector->options.first + index] : NULL;
}

/* The first of the connector's entries of option_by_key that is not before the key. */
static size_t lower_bound(const Connector *connector, Str key) {
    size_t low = connector->options.first, high = low + connector->options.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_compare(option_table[option_by_key[middle]].key, key) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool roles_meet(Role a, Role b) { return a == ROLE_ANY || b == ROLE_ANY || a == b; }

/* Looks among the connector's own options. Of several spans of releases that do not hold, the next one
 * counts, else the last. */
static OptionFound find_option(const Connector *connector, Str key, Release release, Role role) {
    OptionFound found = {.status = OPTION_UNKNOWN};
    uint32_t number = release_number_at(connector, release);
    size_t end = (size_t)connector->options.first + connector->options.count;
    for (size_t i = lower_bound(connector, key); i < end; i++) {
        const CatalogueOption *option = &option_table[option_by_key[i]];
        if (!str_equal(option->key, key)) {
            break;
        }
        if (!roles_meet(option->role, role) || found.status == OPTION_NOT_YET) {
            continue;
        }
        if (number >= option->since && number <= option->until) {
            return (OptionFound){.status = OPTION_KNOWN, .option = option};
        }
        found.option = option;
        found.status = number < option->since ? OPTION_NOT_YET : OPTION_NO_MORE;
        found.number = number < option->since ? option->since : option->until;
    }
    return found;
}

static Str find_prefix(const Connector *connector, Str key, Release release, Role role) {
    uint32_t number = release_number_at(connector, release);
    for (size_t i = 0; i < connector->prefixes.count; i++) {
        const Prefix *prefix = &prefix_table[connector->prefixes.first + i];
        if (str_has_prefix(key, prefix->text) && roles_meet(prefix->role, role) && number >= prefix->since &&
            number <= prefix->until) {
            return prefix->text;
        }
    }
    return STR_NONE;
}

OptionFound catalogue_option_in_role(const Connector *connector, Str key, Release release, Role role) {
    OptionFound found = find_option(catalogue_everywhere(), key, (Release){0}, role);
    if (found.status == OPTION_KNOWN) {
        found.status = OPTION_IMPLICIT;
        return found;
    }
    if (connector == NULL || connector->keys == KEYS_UNCHECKED) {
        return (OptionFound){.status = OPTION_UNCHECKED};
    }
    found = find_option(connector, key, release, role);
    Str prefix = found.status == OPTION_KNOWN ? STR_NONE : find_prefix(connector, key, release, role);
    if (prefix.size > 0) {
        return (OptionFound){.status = OPTION_PREFIXED, .prefix = prefix};
    }
    return found;
}

OptionFound catalogue_option(const Connector *connector, Str key, Release release) {
    return catalogue_option_in_role(connector, key, release, ROLE_ANY);
}

bool catalogue_incremental_default(const Connector *connector, Release release) {
    if (connector == NULL) {
        return false;
    }
    OptionFound found = find_option(connector, STR("scan.incremental.snapshot.enabled"), release, ROLE_ANY);
    Str text;
    return found.status == OPTION_KNOWN && option_default(connector, found.option, release, &text) &&
           str_equal(text, STR("true"));
}

size_t catalogue_order(const Connector *connector, Str key) {
    if (str_equal(key, STR("connector"))) {
        return 0;
    }
    size_t at = connector == NULL ? 0 : lower_bound(connector, key);
    bool known = connector != NULL && at < (size_t)connector->options.first + connector->options.count &&
                 str_equal(option_table[option_by_key[at]].key, key);
    return known ? 1 + (size_t)option_by_key[at] - connector->options.first : SIZE_MAX;
}

/* ---- values */

/* `initial, snapshot or latest-offset` */
static Str value_list(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release) {
    Str values[16], text = STR_NONE;
    size_t count = 0, position = 0;
    while (count < COUNT(values) &&
           option_next_value(connector, option, release, &position, &values[count])) {
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        const char *between = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        text = arena_format(arena, "%.*s%s%.*s", (int)text.size, text.data == NULL ? "" : text.data, between,
                            (int)values[i].size, values[i].data);
    }
    return text;
}

/* The value of the list that is most like the text; empty when none is close. */
static Str nearest_value(const Connector *connector, const CatalogueOption *option, Release release, Str text) {
    Str value, nearest = STR_NONE;
    size_t position = 0, limit = text.size / 4 + 1;
    while (option_next_value(connector, option, release, &position, &value)) {
        size_t distance = str_distance(str_trim(text), value, limit);
        if (distance <= limit && (nearest.size == 0 || distance < limit)) {
            nearest = value;
            limit = distance;
        }
    }
    return nearest;
}

/* The release that takes the value, when the one at hand does not: "since 3.4", else "up to 2.3". */
static Str other_release(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release,
                         Str text) {
    uint32_t number = release_number_at(connector, release);
    Str words = STR("");
    for (size_t i = 0; i < option->values.count; i++) {
        const Fact *fact = &fact_table[option->values.first + i];
        bool is_later = number < fact->since, is_earlier = number > fact->until;
        if ((is_later || is_earlier) && str_equal_ignore_case(fact->text, text)) {
            Str name = release_text(arena, connector->line, is_later ? fact->since : fact->until);
            words =
                arena_format(arena, "; %s is known %s %s", fact->text.data, is_later ? "since" : "up to", name.data);
        }
        if (is_later && words.size > 0) {
            break;
        }
    }
    return words;
}

Value catalogue_check_value(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release,
                            Str text) {
    ValueType type = option_type(connector, option, release);
    Value value = value_check(arena, type, text, type == VALUE_DURATION ? release_oldest_flink(release) : 0);
    if (value.status == VALUE_REFUSED || option->values.count == 0 || option->match == MATCH_OPEN) {
        return value;
    }
    Str allowed;
    size_t position = 0;
    while (option_next_value(connector, option, release, &position, &allowed)) {
        if (option->match == MATCH_EXACT ? str_equal(text, allowed) : str_equal_ignore_case(text, allowed)) {
            return value;
        }
    }
    Str list = value_list(arena, connector, option, release);
    value.status = VALUE_REFUSED;
    value.problem = arena_format(arena, "the values are %s%s%s", list.data == NULL ? "" : list.data,
                                 option->match == MATCH_EXACT ? ", in that case" : "",
                                 other_release(arena, connector, option, release, text).data);
    value.mend = nearest_value(connector, option, release, text);
    return value;
}
