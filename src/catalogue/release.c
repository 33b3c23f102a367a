#include "catalogue/tables.h"

uint32_t release_number_at(const Connector *connector, Release release) {
    return release.line == connector->line && release.line != LINE_NONE ? release.number : UINT32_MAX;
}

Release release_newest(ReleaseLine line) {
    Release newest = {.line = line};
    for (size_t i = 0; i < release_count; i++) {
        if (release_table[i].line == line) {
            newest.number = release_table[i].number;
        }
    }
    return newest;
}

uint32_t release_oldest_flink(Release release) {
    if (release.line != LINE_FLINK_CDC) {
        release = release_newest(LINE_FLINK_CDC);
    }
    for (size_t i = 0; i < release_count; i++) {
        if (release_table[i].line == LINE_FLINK_CDC && release_table[i].number >> 8 == release.number >> 8) {
            return release_table[i].flink;
        }
    }
    return 0;
}

/* A number of at most three digits at the start of *text, which it takes away. */
static bool take_number(Str *text, uint32_t *number) {
    size_t size = 0;
    *number = 0;
    while (size < text->size && size < 3 && is_digit(text->data[size])) {
        *number = *number * 10 + (uint32_t)(text->data[size++] - '0');
    }
    *text = str_from(*text, size);
    return size > 0 && *number < 256;
}

static bool take_point(Str *text) {
    bool found = str_has_prefix(*text, STR("."));
    *text = str_from(*text, found);
    return found;
}

static bool parse_number(Str text, uint32_t *number) {
    uint32_t major, minor, patch = 255, flink;
    if (!take_number(&text, &major) || !take_point(&text) || !take_number(&text, &minor)) {
        return false;
    }
    if (take_point(&text) && !take_number(&text, &patch)) {
        return false;
    }
    if (str_has_prefix(text, STR("-"))) { /* the release of Flink that a jar was built for */
        text = str_from(text, 1);
        if (!take_number(&text, &flink) || !take_point(&text) || !take_number(&text, &flink)) {
            return false;
        }
    }
    *number = major << 16 | minor << 8 | patch;
    return text.size == 0;
}

static bool is_known(uint32_t number) {
    for (size_t i = 0; i < release_count; i++) {
        if (release_table[i].line == LINE_FLINK_CDC && release_table[i].number >> 8 == number >> 8) {
            return true;
        }
    }
    return false;
}

Str release_at(Arena *arena, ReleaseLine line, size_t index) {
    for (size_t i = 0; i < release_count; i++) {
        if (release_table[i].line == line && index-- == 0) {
            return release_text(arena, line, release_table[i].number);
        }
    }
    return STR("");
}

static Str known_releases(Arena *arena) {
    Str known = release_at(arena, LINE_FLINK_CDC, 0);
    for (size_t i = 1; release_at(arena, LINE_FLINK_CDC, i).size > 0; i++) {
        known = arena_format(arena, "%s, %s", known.data, release_at(arena, LINE_FLINK_CDC, i).data);
    }
    return known;
}

bool release_parse(Arena *arena, Str text, Release *release, Str *problem) {
    *release = (Release){.line = LINE_FLINK_CDC};
    if (parse_number(text, &release->number) && is_known(release->number)) {
        return true;
    }
    *release = (Release){0};
    *problem = arena_format(arena, "the known releases of Flink CDC are %s", known_releases(arena).data);
    return false;
}

Str release_text(Arena *arena, ReleaseLine line, uint32_t number) {
    if (line == LINE_NONE || number == 0 || number == UINT32_MAX) {
        return STR("");
    }
    unsigned major = number >> 16, minor = number >> 8 & 0xFF, patch = number & 0xFF;
    const char *v = line == LINE_STARROCKS ? "v" : "";
    bool has_patch = patch != 0xFF && (patch != 0 || line == LINE_STARROCKS);
    return has_patch ? arena_format(arena, "%s%u.%u.%u", v, major, minor, patch)
                     : arena_format(arena, "%s%u.%u", v, major, minor);
}
