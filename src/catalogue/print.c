#include "catalogue/print.h"

#include <jansson.h>

#include "catalogue/tables.h"
#include "width.h"

enum { GAP = 2, SENTENCE_MIN = 36, INDENT = 4 };

/* The release of the connector that is told of: the one asked for, or the newest of its line. */
static Release told_release(const Connector *connector, Release release) {
    return release.line == connector->line && release.number > 0 ? release : release_newest(connector->line);
}

/* First and last releases are told without the patch for Flink CDC, whose options come with 3.1, not
 * with 3.1.0. */
static Str since_text(Arena *arena, const Connector *connector, uint32_t number) {
    bool patches = connector->line == LINE_STARROCKS;
    return release_text(arena, connector->line,
                        patches || number == UINT32_MAX || number == 0 ? number : number | 0xFF);
}

static const char *line_title(ReleaseLine line) {
    static const char *const titles[] = {"", "Flink CDC ", "StarRocks connector ", "Flink "};
    return titles[line];
}

/* ---- text */

static void pad(Buffer *out, Str text, size_t width) {
    size_t columns = text_columns(text);
    buffer_add(out, text);
    buffer_add_repeated(out, ' ', columns < width ? width - columns : 0);
}

/* Adds text in lines of at most `width` columns; those after the first begin with `indent` blanks. */
static void add_wrapped(Buffer *out, Str text, size_t indent, size_t width) {
    size_t used = 0;
    while (text.size > 0) {
        const char *blank = memchr(text.data, ' ', text.size);
        Str word = {text.data, blank == NULL ? text.size : (size_t)(blank - text.data)};
        size_t columns = text_columns(word);
        if (used > 0 && used + 1 + columns > width) {
            buffer_add_char(out, '\n');
            buffer_add_repeated(out, ' ', indent);
            used = 0;
        } else if (used > 0) {
            buffer_add_char(out, ' ');
            used++;
        }
        buffer_add(out, word);
        used += columns;
        text = str_from(text, word.size + 1);
    }
    buffer_add_char(out, '\n');
}

/* The sentence, and then what else there is to know. */
static Str description(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release) {
    Str text = option->sentence, value;
    const char *before = option->match == MATCH_OPEN ? " Usual values: " : " Values: ";
    size_t position = 0;
    while (option_next_value(connector, option, release, &position, &value)) {
        text = arena_format(arena, "%s%s%s", text.data, before, value.data);
        before = ", ";
    }
    if (strcmp(before, ", ") == 0) {
        text = arena_format(arena, "%s.", text.data);
    }
    const Bounds *bounds = option_bounds(connector, option, release, NULL);
    if (bounds != NULL) {
        text = arena_format(arena, "%s Must be %s%s.", text.data, bounds_text(arena, bounds).data,
                            bounds->when_incremental ? " with the incremental snapshot" : "");
    }
    if (option->until != UINT32_MAX) {
        text =
            arena_format(arena, "%s Up to %s.", text.data, since_text(arena, connector, option->until).data);
    }
    if (option->role != ROLE_ANY) {
        text = arena_format(arena, "(%s) %s", option->role == ROLE_SINK ? "sink" : "source", text.data);
    }
    return text;
}

static Str default_text(const Connector *connector, const CatalogueOption *option, Release release) {
    Str text;
    if (option_default(connector, option, release, &text)) {
        return text.size > 0 ? text : STR("''");
    }
    return option_required(connector, option, release) ? STR("required") : STR("-");
}

enum { COLUMN_KEY, COLUMN_TYPE, COLUMN_DEFAULT, COLUMN_SINCE, COLUMN_COUNT };

/* The cells of an option that stand before its description. */
static void option_cells(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release,
                         Str cells[COLUMN_COUNT]) {
    cells[COLUMN_KEY] = option->key;
    cells[COLUMN_TYPE] = value_type_name(option_type(connector, option, release));
    cells[COLUMN_DEFAULT] = default_text(connector, option, release);
    cells[COLUMN_SINCE] = since_text(arena, connector, option->since);
}

static const Str titles[COLUMN_COUNT] = {{"OPTION", 6}, {"TYPE", 4}, {"DEFAULT", 7}, {"SINCE", 5}};

/* How wide each column must be; their sum with the gaps is returned. */
static size_t measure(Arena *arena, const Connector *connector, Release release,
                      size_t widths[COLUMN_COUNT]) {
    const CatalogueOption *option;
    size_t total = 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        widths[i] = titles[i].size;
    }
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        Str cells[COLUMN_COUNT];
        option_cells(arena, connector, option, release, cells);
        for (size_t j = 0; j < COLUMN_COUNT && option_holds(connector, option, release); j++) {
            size_t columns = text_columns(cells[j]);
            widths[j] = columns > widths[j] ? columns : widths[j];
        }
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        total += widths[i] + GAP;
    }
    return total;
}

static void print_row(Buffer *out, const Str cells[COLUMN_COUNT], const size_t widths[COLUMN_COUNT]) {
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        pad(out, cells[i], widths[i] + GAP);
    }
}

static void print_stacked(Buffer *out, Arena *arena, const Str cells[COLUMN_COUNT], Str text, size_t width) {
    buffer_add(out, cells[COLUMN_KEY]);
    buffer_add_char(out, '\n');
    buffer_add_repeated(out, ' ', INDENT);
    const char *what = str_equal(cells[COLUMN_DEFAULT], STR("required")) ? "" : "default ";
    Str facts = str_equal(cells[COLUMN_DEFAULT], STR("-"))
                    ? arena_format(arena, "%s, since %s.", cells[COLUMN_TYPE].data, cells[COLUMN_SINCE].data)
                    : arena_format(arena, "%s, %s%s, since %s.", cells[COLUMN_TYPE].data, what,
                                   cells[COLUMN_DEFAULT].data, cells[COLUMN_SINCE].data);
    Str all = arena_format(arena, "%s %s", facts.data, text.data);
    add_wrapped(out, all, INDENT, width > 2 * INDENT ? width - INDENT : INDENT);
}

static void print_options(Buffer *out, Arena *arena, const Connector *connector, Release release,
                          size_t width) {
    size_t widths[COLUMN_COUNT], before = measure(arena, connector, release, widths);
    bool table = width >= before + SENTENCE_MIN;
    if (table) {
        print_row(out, titles, widths);
        buffer_add(out, STR("WHAT IT DOES\n"));
    }
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        if (!option_holds(connector, option, release)) {
            continue;
        }
        Str cells[COLUMN_COUNT], text = description(arena, connector, option, release);
        option_cells(arena, connector, option, release, cells);
        if (table) {
            print_row(out, cells, widths);
            add_wrapped(out, text, before, width - before);
        } else {
            print_stacked(out, arena, cells, text, width);
        }
    }
}

static void print_prefixes(Buffer *out, Arena *arena, const Connector *connector, Release release,
                           size_t width) {
    uint32_t number = release_number_at(connector, release);
    for (size_t i = 0; i < connector->prefixes.count; i++) {
        const Prefix *prefix = &prefix_table[connector->prefixes.first + i];
        if (number >= prefix->since && number <= prefix->until) {
            buffer_format(out, "%s*\n%*s", prefix->text.data, INDENT, "");
            Str since = since_text(arena, connector, prefix->since);
            Str text = arena_format(arena, "since %s. %s", since.data, prefix->sentence.data);
            add_wrapped(out, text, INDENT, width > 2 * INDENT ? width - INDENT : INDENT);
        }
    }
}

static void print_connectors(Buffer *out, Arena *arena, size_t width) {
    const Connector *connector;
    size_t name_width = 0;
    for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL && !connector->pipeline; i++) {
        name_width = connector->name.size > name_width ? connector->name.size : name_width;
    }
    for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL && !connector->pipeline; i++) {
        Str since = since_text(arena, connector, connector->since);
        Str text = connector->keys == KEYS_UNCHECKED
                       ? arena_format(arena, "%s Known by name only.", connector->sentence.data)
                       : arena_format(arena, "%s Since %s%s.", connector->sentence.data,
                                      line_title(connector->line), since.data);
        pad(out, connector->name, name_width + GAP);
        size_t before = name_width + GAP;
        add_wrapped(out, text, before, width > before + INDENT ? width - before : INDENT);
    }
}

void catalogue_print_text(Buffer *out, Arena *arena, const Connector *connector, Release release,
                          size_t width) {
    if (connector == NULL) {
        print_connectors(out, arena, width);
        return;
    }
    Release told = told_release(connector, release);
    Str number = release_text(arena, told.line, told.number);
    Str title = arena_format(arena, "%s, %s%s: %s", connector->name.data, line_title(told.line), number.data,
                             connector->sentence.data);
    if (connector->keys == KEYS_UNCHECKED) {
        title = arena_format(arena, "%s: %s Its options are not in the catalogue.", connector->name.data,
                             connector->sentence.data);
    }
    add_wrapped(out, title, 0, width);
    if (connector->options.count > 0) {
        buffer_add_char(out, '\n');
        print_options(out, arena, connector, release, width);
        print_prefixes(out, arena, connector, release, width);
    }
}

/* ---- JSON */

/* Nothing may be missing from the result for want of memory, so each step can fail the buffer. */
static void put(Buffer *out, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0) {
        out->failed = true;
    }
}

static void append(Buffer *out, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0) {
        out->failed = true;
    }
}

static json_t *json_text(Str text) {
    return text.size == 0 ? json_null() : json_stringn(text.data, text.size);
}

static json_t *json_values(Buffer *out, const Connector *connector, const CatalogueOption *option, Release release) {
    json_t *values = json_array();
    size_t position = 0;
    Str value;
    while (option_next_value(connector, option, release, &position, &value)) {
        append(out, values, json_stringn(value.data, value.size));
    }
    return values;
}

static json_t *json_option(Buffer *out, Arena *arena, const Connector *connector, const CatalogueOption *option,
                           Release release) {
    static const char *const roles[] = {"", "source", "sink"}, *const modes[] = {"", "incremental", "legacy"};
    static const char *const matches[] = {"any case", "exact", "open"};
    json_t *object = json_object();
    Str text, bounds;
    bool has_default = option_default(connector, option, release, &text);
    option_bounds(connector, option, release, &bounds);
    put(out, object, "option", json_text(option->key));
    put(out, object, "type", json_text(value_type_name(option_type(connector, option, release))));
    put(out, object, "default", has_default ? json_stringn(text.data, text.size) : json_null());
    put(out, object, "required", json_boolean(option_required(connector, option, release)));
    put(out, object, "since", json_text(since_text(arena, connector, option->since)));
    put(out, object, "until", json_text(since_text(arena, connector, option->until)));
    put(out, object, "first_release", json_text(release_text(arena, connector->line, option->since)));
    put(out, object, "values", json_values(out, connector, option, release));
    put(out, object, "match", json_text(str_of(option->values.count > 0 ? matches[option->match] : "")));
    put(out, object, "bounds", json_text(bounds));
    put(out, object, "mode", json_text(str_of(modes[option_mode(connector, option, release)])));
    put(out, object, "role", json_text(str_of(roles[option->role])));
    put(out, object, "fallback_of", json_text(option_fallback_of(connector, option, release)));
    put(out, object, "secret", json_boolean(option->secret));
    put(out, object, "description", json_text(option->sentence));
    return object;
}

static json_t *json_prefixes(Buffer *out, Arena *arena, const Connector *connector, Release release) {
    json_t *prefixes = json_array();
    uint32_t number = release_number_at(connector, release);
    for (size_t i = 0; i < connector->prefixes.count; i++) {
        const Prefix *prefix = &prefix_table[connector->prefixes.first + i];
        if (number >= prefix->since && number <= prefix->until) {
            json_t *object = json_object();
            put(out, object, "prefix", json_text(prefix->text));
            put(out, object, "since", json_text(since_text(arena, connector, prefix->since)));
            put(out, object, "until", json_text(since_text(arena, connector, prefix->until)));
            put(out, object, "description", json_text(prefix->sentence));
            append(out, prefixes, object);
        }
    }
    return prefixes;
}

static json_t *json_connector(Buffer *out, Arena *arena, const Connector *connector, Release release) {
    static const char *const families[] = {"cdc", "source", "sink", "both"};
    Release told = told_release(connector, release);
    json_t *object = json_object(), *options = json_array();
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        if (option_holds(connector, option, release)) {
            append(out, options, json_option(out, arena, connector, option, release));
        }
    }
    put(out, object, "connector", json_text(connector->name));
    put(out, object, "family", json_text(str_of(families[connector->family])));
    put(out, object, "pipeline", json_boolean(connector->pipeline));
    put(out, object, "checked", json_boolean(connector->keys != KEYS_UNCHECKED));
    put(out, object, "release", json_text(release_text(arena, told.line, told.number)));
    put(out, object, "since", json_text(since_text(arena, connector, connector->since)));
    put(out, object, "description", json_text(connector->sentence));
    put(out, object, "options", options);
    put(out, object, "prefixes", json_prefixes(out, arena, connector, release));
    return object;
}

static int add_to_buffer(const char *text, size_t size, void *buffer) {
    buffer_add(buffer, (Str){text, size});
    return 0;
}

void catalogue_print_json(Buffer *out, Arena *arena, const Connector *connector, Release release) {
    json_t *json = connector == NULL ? json_array() : json_connector(out, arena, connector, release);
    if (connector == NULL) {
        for (size_t i = 0; (connector = catalogue_connector_at(i)) != NULL; i++) {
            append(out, json, json_connector(out, arena, connector, release));
        }
    }
    if (json == NULL || json_dump_callback(json, add_to_buffer, out, JSON_INDENT(2)) != 0) {
        out->failed = true;
    }
    buffer_add_char(out, '\n');
    json_decref(json);
}
