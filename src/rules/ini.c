#include "rules/ini.h"

#include <ini.h>

#include "config.h"

typedef VECTOR(IniEntry) Sections;

typedef struct Reader {
    Source *source;
    Arena *arena;
    Findings *findings;
    uint32_t offset;  /* of the next byte for inih */
    size_t line;      /* that inih was given last */
    Str text;         /* of that line */
    bool is_mid_line; /* inih's buffer took only a part of the line so far */
    VECTOR(IniEntry) entries;
    size_t long_line; /* that this build of inih cannot take, or 0 */
    bool has_failed;  /* memory ended inside inih, which cannot be left by a jump */
} Reader;

static void add_trouble(Reader *reader, size_t line, Str message, Str hint) {
    finding_trouble(reader->findings, reader->source, source_line_span(reader->source, line), message, hint);
}

/* Where a comment begins: a '#' or ';' at the start or behind a blank. */
static size_t comment_start(Str text) {
    for (size_t i = 0; i < text.size; i++) {
        bool is_mark = text.data[i] == '#' || text.data[i] == ';';
        if (is_mark && (i == 0 || text.data[i - 1] == ' ' || text.data[i - 1] == '\t')) {
            return i;
        }
    }
    return text.size;
}

static Str without_comment(Str text) { return str_trim((Str){text.data, comment_start(text)}); }

/* "…" keeps everything up to the closing quote, behind which only a comment may stand. */
static Str entry_value(Reader *reader, Str raw, bool *is_quoted) {
    const char *close = raw.size > 1 && raw.data[0] == '"' ? memchr(raw.data + 1, '"', raw.size - 1) : NULL;
    *is_quoted = close != NULL;
    if (raw.size > 0 && raw.data[0] == '"' && close == NULL) {
        add_trouble(reader, reader->line, STR("this value's double quote is not closed"), STR(""));
    }
    if (close == NULL) {
        return without_comment(raw);
    }
    size_t size = (size_t)(close - raw.data) - 1;
    if (without_comment(str_from(raw, size + 2)).size > 0) {
        add_trouble(reader, reader->line, STR("only a comment may follow the closing double quote"), STR(""));
    }
    return (Str){raw.data + 1, size};
}

static void continue_value(Reader *reader, Str more) {
    size_t count = reader->entries.count;
    IniEntry *last = count > 0 ? &reader->entries.items[count - 1] : NULL;
    bool is_indented = reader->text.size > 0 && (reader->text.data[0] == ' ' || reader->text.data[0] == '\t');
    if (last == NULL || !is_indented) {
        add_trouble(reader, reader->line, STR("expected KEY = VALUE or [SECTION]"), STR(""));
        return;
    }
    last->value =
        arena_format(reader->arena, "%.*s %.*s", (int)last->value.size, last->value.data, (int)more.size, more.data);
}

static void take_entry(Reader *reader, Str key, const char *value) {
    if (value == NULL) {
        Str more = without_comment(key);
        if (more.size > 0) {
            continue_value(reader, more);
        }
        return;
    }
    bool is_quoted;
    Str text = entry_value(reader, str_of(value), &is_quoted);
    *vector_add(reader->arena, &reader->entries) = (IniEntry){.key = arena_copy(reader->arena, str_trim(key)),
                                                              .value = arena_copy(reader->arena, text),
                                                              .is_quoted = is_quoted,
                                                              .line = reader->line};
}

/* inih tells of a section only with its first entry and cuts its name at 50 bytes, so sections are taken from
 * the lines, before inih runs. */
static void take_section(Reader *reader, Sections *sections, Str line, size_t number) {
    const char *close = memchr(line.data, ']', line.size);
    if (close == NULL) {
        add_trouble(reader, number, STR("this section's ']' is missing"), STR(""));
        return;
    }
    Str name = str_trim((Str){line.data + 1, (size_t)(close - line.data) - 1});
    *vector_add(reader->arena, sections) = (IniEntry){.is_section = true, .key = name, .line = number};
}

static void find_sections(Reader *reader, Sections *sections) {
    Str rest = str_from(reader->source->text, reader->source->begin);
    for (size_t number = 1; rest.size > 0; number++) {
        const char *line_feed = memchr(rest.data, '\n', rest.size);
        size_t size = line_feed ? (size_t)(line_feed - rest.data) + 1 : rest.size;
        Str line = str_trim((Str){rest.data, size});
        if (line.size > 0 && line.data[0] == '[') {
            take_section(reader, sections, line, number);
        }
        rest = str_from(rest, size);
    }
}

/* Both lists are by line. */
static IniFile merge(Reader *reader, const Sections *sections) {
    VECTOR(IniEntry) merged = {0};
    size_t next = 0;
    for (size_t i = 0; i < reader->entries.count; i++) {
        for (; next < sections->count && sections->items[next].line < reader->entries.items[i].line; next++) {
            *vector_add(reader->arena, &merged) = sections->items[next];
        }
        *vector_add(reader->arena, &merged) = reader->entries.items[i];
    }
    for (; next < sections->count; next++) {
        *vector_add(reader->arena, &merged) = sections->items[next];
    }
    return (IniFile){merged.items, merged.count};
}

static void start_line(Reader *reader, uint32_t end) {
    reader->line++;
    reader->text = (Str){reader->source->text.data + reader->offset, end - reader->offset};
}

/* fgets for inih. */
static char *read_line(char *buffer, int size, void *stream) {
    Reader *reader = stream;
    Str text = reader->source->text;
    if (reader->offset >= text.size || size < 2) {
        return NULL;
    }
    const char *start = text.data + reader->offset;
    const char *line_feed = memchr(start, '\n', text.size - reader->offset);
    size_t left = line_feed ? (size_t)(line_feed - start) + 1 : text.size - reader->offset;
    if (!reader->is_mid_line) {
        start_line(reader, reader->offset + (uint32_t)left);
    }
    size_t count = left < (size_t)size - 1 ? left : (size_t)size - 1;
#ifndef HAVE_INI_SETTINGS
    if (count < left && !reader->is_mid_line) {
        reader->long_line = reader->line;
    }
#endif
    memcpy(buffer, start, count);
    buffer[count] = '\0';
    reader->offset += (uint32_t)count;
    reader->is_mid_line = count < left;
    return buffer;
}

/* What inih hands over; inih must not be left by a jump. */
typedef struct Entry {
    Reader *reader;
    const char *name, *value;
} Entry;

static void take_entry_guarded(void *context) {
    Entry *entry = context;
    take_entry(entry->reader, str_of(entry->name), entry->value);
}

static int handle(void *user, const char *section, const char *name, const char *value) {
    Reader *reader = user;
    (void)section;
    Entry entry = {reader, name, value};
    reader->has_failed = !arena_run(reader->arena, take_entry_guarded, &entry) || reader->has_failed;
    return 1;
}

/* Debian's inih lets a program set these; upstream's is compiled with them (see the Makefile). */
static void configure(void) {
#ifdef HAVE_INI_SETTINGS
    ini_use_stack = false;
    ini_allow_realloc = true;
    ini_max_line = INT32_MAX;
    ini_allow_inline_comments = false;
    ini_allow_multiline = false;
    ini_allow_no_value = true;
#endif
}

static void check_text(Reader *reader) {
    Str text = reader->source->text;
    const char *nul = memchr(text.data, '\0', text.size);
    if (nul != NULL) {
        uint32_t offset = (uint32_t)(nul - text.data);
        finding_trouble(reader->findings, reader->source, (Span){offset, offset + 1},
                        STR("a NUL byte stands in this rules file"), STR("rules files are UTF-8 text"));
    }
}

IniFile ini_read(Source *source, Arena *arena, Findings *findings) {
    Reader reader = {.source = source, .arena = arena, .findings = findings};
    Sections sections = {0};
    size_t first_finding = findings->list.count;
    configure();
    check_text(&reader);
    find_sections(&reader, &sections);
    int status = ini_parse_stream(read_line, &reader, handle, &reader);
    if (status == -2 || reader.has_failed) {
        guard_leave(arena->guard);
    }
    if (reader.long_line > 0) {
        add_trouble(&reader, reader.long_line, STR("this line is longer than smtpatch's build of inih takes"), STR(""));
    }
    if (status > 0 && findings->list.count == first_finding) {
        add_trouble(&reader, (size_t)status, STR("expected KEY = VALUE or [SECTION]"), STR(""));
    }
    return merge(&reader, &sections);
}

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
