#include "rules/template.h"

#include "buffer.h"

/* The longest slot that smtpatch makes: Flink CDC appends _N for the slots of parallel snapshot readers
 * (PostgresSourceConfig.getSlotNameForBackfillTask), and the whole must stay within 63. */
enum { SLOT_NAME_MAX = 58, SLOT_ROOM_MIN = 16, HASH_DIGITS = 6 };

static const struct {
    Str name;
    TemplateField field;
} fields[] = {
    {STR("table"), TEMPLATE_TABLE},       {STR("schema"), TEMPLATE_SCHEMA}, {STR("database"), TEMPLATE_DATABASE},
    {STR("name"), TEMPLATE_NAME},         {STR("connector"), TEMPLATE_CONNECTOR},
};

static const struct {
    Str name;
    unsigned filter;
} filters[] = {{STR("slot"), FILTER_SLOT}, {STR("lower"), FILTER_LOWER}, {STR("upper"), FILTER_UPPER}};

typedef struct TemplateParser {
    Arena *arena;
    const Pattern *table_pattern;
    VECTOR(TemplatePart) parts;
    Str problem;
} TemplateParser;

static void add_text(TemplateParser *parser, Str text) {
    if (text.size > 0) {
        *vector_add(parser->arena, &parser->parts) = (TemplatePart){.field = TEMPLATE_TEXT, .text = text};
    }
}

static bool parse_group(const TemplateParser *parser, Str name, TemplatePart *part) {
    if (parser->table_pattern == NULL || name.size == 0) {
        return false;
    }
    bool is_number = name.size == 1 && name.data[0] >= '1' && name.data[0] <= '9';
    part->field = TEMPLATE_GROUP;
    part->group = is_number ? (size_t)(name.data[0] - '0') : pattern_group(parser->table_pattern, name);
    return part->group > 0 && part->group <= pattern_group_count(parser->table_pattern);
}

static bool parse_name(const TemplateParser *parser, Str name, TemplatePart *part) {
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (str_equal(name, fields[i].name)) {
            part->field = fields[i].field;
            return true;
        }
    }
    if (str_has_prefix(name, STR("option:"))) {
        part->field = TEMPLATE_OPTION;
        part->text = str_from(name, 7);
        return part->text.size > 0;
    }
    if (str_has_prefix(name, STR("env:"))) {
        part->field = TEMPLATE_ENVIRONMENT;
        part->text = arena_copy(parser->arena, str_from(name, 4));
        return part->text.size > 0;
    }
    return parse_group(parser, name, part);
}

/* The filters behind the first bar; behind a bar without a name stands one that is none. */
static bool parse_filters(TemplateParser *parser, Str text, TemplatePart *part) {
    for (bool is_last = false; !is_last;) {
        const char *bar = text.size > 0 ? memchr(text.data, '|', text.size) : NULL;
        Str name = {text.data, bar ? (size_t)(bar - text.data) : text.size};
        unsigned found = 0;
        is_last = bar == NULL;
        for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
            found |= str_equal(name, filters[i].name) ? filters[i].filter : 0;
        }
        if (found == 0) {
            parser->problem = arena_format(parser->arena, "'%.*s' is no filter; there are slot, lower and upper",
                                           (int)name.size, name.data);
            return false;
        }
        part->filters |= found;
        text = str_from(text, name.size + 1);
    }
    return true;
}

/* inside: what stands between the braces. */
static void add_reference(TemplateParser *parser, Str inside) {
    const char *bar = memchr(inside.data, '|', inside.size);
    Str name = {inside.data, bar ? (size_t)(bar - inside.data) : inside.size};
    TemplatePart part = {0};
    if (bar != NULL && !parse_filters(parser, str_from(inside, name.size + 1), &part)) {
        return;
    }
    if (!parse_name(parser, name, &part)) {
        parser->problem = arena_format(
            parser->arena,
            "'${%.*s}' is no name that templates know (table, schema, database, name, connector, option:KEY, env:NAME, "
            "or a group of the rule's table pattern); to write it literally, double the dollar: $${%.*s}",
            (int)name.size, name.data, (int)inside.size, inside.data);
        return;
    }
    *vector_add(parser->arena, &parser->parts) = part;
}

/* Takes one dollar and what belongs to it; returns how many bytes that was. */
static size_t take_dollar(TemplateParser *parser, Str rest) {
    if (rest.size > 1 && rest.data[1] == '$') {
        add_text(parser, (Str){rest.data, 1});
        return 2;
    }
    if (rest.size < 2 || rest.data[1] != '{') {
        add_text(parser, (Str){rest.data, 1});
        return 1;
    }
    const char *close = memchr(rest.data, '}', rest.size);
    if (close == NULL) {
        parser->problem = STR("'${' has no '}'; to write a dollar literally, double it: $$");
        return rest.size;
    }
    add_reference(parser, (Str){rest.data + 2, (size_t)(close - rest.data) - 2});
    return (size_t)(close - rest.data) + 1;
}

Str template_parse(Str text, const Pattern *table_pattern, Arena *arena, Template *template) {
    TemplateParser parser = {.arena = arena, .table_pattern = table_pattern, .problem = STR("")};
    Str rest = text;
    while (rest.size > 0 && parser.problem.size == 0) {
        const char *dollar = memchr(rest.data, '$', rest.size);
        size_t plain = dollar ? (size_t)(dollar - rest.data) : rest.size;
        add_text(&parser, (Str){rest.data, plain});
        rest = str_from(rest, plain);
        if (rest.size > 0) {
            rest = str_from(rest, take_dollar(&parser, rest));
        }
    }
    *template = (Template){.text = text, .parts = parser.parts.items, .count = parser.parts.count};
    return parser.problem;
}

static Str change_case(Str text, unsigned filter, Arena *arena) {
    char *changed = arena_alloc(arena, text.size);
    for (size_t i = 0; i < text.size; i++) {
        changed[i] = filter & FILTER_UPPER ? ascii_upper(text.data[i]) : ascii_lower(text.data[i]);
    }
    return (Str){changed, text.size};
}

static bool is_slot_character(char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; }

Str slot_name(Str text, size_t room, Arena *arena) {
    char *name = arena_alloc(arena, text.size + HASH_DIGITS + 2);
    size_t size = 0;
    bool needs_hash = text.size > room;
    for (size_t i = 0; i < text.size; i++) {
        char c = ascii_lower(text.data[i]);
        needs_hash = needs_hash || (unsigned char)c >= 0x80;
        if (((unsigned char)c & 0xC0) != 0x80) { /* one '_' for a character, not for a byte */
            name[size++] = is_slot_character(c) ? c : '_';
        }
    }
    if (needs_hash) {
        size_t kept = room > HASH_DIGITS + 1 ? room - HASH_DIGITS - 1 : 0;
        size = size < kept ? size : kept;
        uint64_t hash = str_hash(text);
        name[size++] = '_';
        for (unsigned digit = 0; digit < HASH_DIGITS; digit++) {
            name[size++] = "abcdefghijklmnopqrstuvwxyz012345"[(hash >> (5 * digit)) & 31];
        }
    }
    return (Str){name, size};
}

static Str apply_filters(Str value, const TemplatePart *part, size_t room, Arena *arena) {
    if (part->filters & (FILTER_LOWER | FILTER_UPPER)) {
        value = change_case(value, part->filters, arena);
    }
    return part->filters & FILTER_SLOT ? slot_name(value, room, arena) : value;
}

/* What the parts without the slot filter leave for those with it. */
static size_t slot_room(const TemplatePart *parts, const Str *values, size_t count) {
    size_t taken = 0, sharing = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_slot = parts[i].filters & FILTER_SLOT;
        sharing += is_slot;
        taken += is_slot ? 0 : values[i].size;
    }
    size_t room = taken < SLOT_NAME_MAX && sharing > 0 ? (SLOT_NAME_MAX - taken) / sharing : 0;
    return room < SLOT_ROOM_MIN ? SLOT_ROOM_MIN : room;
}

bool template_expand(const Template *template, TemplateLookup lookup, void *context, Arena *arena, Str *value,
                     const TemplatePart **missing) {
    if (template->count == 1 && template->parts->field == TEMPLATE_TEXT) {
        *value = template->parts->text;
        return true;
    }
    Str *values = arena_array(arena, template->count, sizeof *values);
    size_t size = 0;
    for (size_t i = 0; i < template->count; i++) {
        const TemplatePart *part = &template->parts[i];
        values[i] = part->text;
        if (part->field != TEMPLATE_TEXT && !lookup(context, part, &values[i])) {
            *missing = part;
            return false;
        }
    }
    size_t room = slot_room(template->parts, values, template->count);
    for (size_t i = 0; i < template->count; i++) {
        values[i] = apply_filters(values[i], &template->parts[i], room, arena);
        size += values[i].size;
    }
    char *text = arena_alloc(arena, size);
    *value = (Str){text, size};
    for (size_t i = 0; i < template->count; i++) {
        if (values[i].size > 0) {
            memcpy(text, values[i].data, values[i].size);
            text += values[i].size;
        }
    }
    return true;
}
