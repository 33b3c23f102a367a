#include "source.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "width.h"

/* By the last one, which pretty's output always has as it should be: so printing again finds the same. */
static Newline find_newline(Str text) {
    const char *line_feed = memrchr(text.data, '\n', text.size);
    if (line_feed == NULL) {
        return memchr(text.data, '\r', text.size) != NULL ? NEWLINE_CR : NEWLINE_LF;
    }
    return line_feed > text.data && line_feed[-1] == '\r' ? NEWLINE_CRLF : NEWLINE_LF;
}

Source source_of(Str name, Str text, Arena *arena) {
    bool has_mark = str_has_prefix(text, STR("\xEF\xBB\xBF"));
    return (Source){.name = name,
                    .text = text,
                    .begin = has_mark ? 3 : 0,
                    .newline = find_newline(text),
                    .arena = arena};
}

bool is_utf16(Str text) {
    bool has_mark = str_has_prefix(text, STR("\xFF\xFE")) || str_has_prefix(text, STR("\xFE\xFF"));
    return has_mark || (text.size >= 2 && (text.data[0] == '\0') != (text.data[1] == '\0'));
}

Str newline_text(Newline newline) {
    switch (newline) {
    case NEWLINE_CRLF:
        return STR("\r\n");
    case NEWLINE_CR:
        return STR("\r");
    default:
        return STR("\n");
    }
}

/* Behind the line that begins at `at`: behind its LF, its CRLF or its lone CR; NULL when no line end is left. */
static const char *next_line(const char *at, const char *end, bool has_returns) {
    const char *line_feed = memchr(at, '\n', (size_t)(end - at));
    size_t size = (size_t)((line_feed ? line_feed : end) - at);
    const char *carriage_return = has_returns ? memchr(at, '\r', size) : NULL;
    if (carriage_return != NULL && carriage_return + 1 != line_feed) {
        return carriage_return + 1;
    }
    return line_feed ? line_feed + 1 : NULL;
}

static void find_next_line(Source *source) {
    Str text = source->text;
    const char *end = text.data + text.size;
    const char *at = text.data + source->line_starts[source->line_count - 1];
    at = at < end ? next_line(at, end, source->has_returns) : NULL;
    source->knows_all_lines = at == NULL;
    if (at != NULL) {
        source->line_starts = arena_make_room(source->arena, source->line_starts, source->line_count,
                                              &source->line_capacity, sizeof *source->line_starts);
        source->line_starts[source->line_count++] = (uint32_t)(at - text.data);
    }
}

/* So that the line with the offset, and the start of the next one, are known: findings often stand near the top. */
static void find_lines(Source *source, uint32_t offset) {
    if (source->line_starts == NULL) {
        source->has_returns = source->text.size > 0 && memchr(source->text.data, '\r', source->text.size) != NULL;
        source->line_starts = arena_make_room(source->arena, NULL, 0, &source->line_capacity,
                                              sizeof *source->line_starts);
        source->line_count = 1;
    }
    while (!source->knows_all_lines && source->line_starts[source->line_count - 1] <= offset) {
        find_next_line(source);
    }
}

size_t source_line(Source *source, uint32_t offset) {
    find_lines(source, offset);
    size_t low = 0, high = source->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (source->line_starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low + 1;
}

enum { STOP_GAP = 1024 };

/* One stop each STOP_GAP bytes: the first character that begins there or behind. */
static void find_stops(Source *source) {
    Str text = source->text;
    size_t stops = text.size / STOP_GAP + 1, next = 0;
    SourceStop stop = {0};
    source->stops = arena_array(source->arena, stops, sizeof *source->stops);
    for (; next < stops; stop.characters++) {
        while (next < stops && (stop.offset >= next * STOP_GAP || stop.offset >= text.size)) {
            source->stops[next++] = stop;
        }
        unsigned columns = 0;
        stop.offset += stop.offset < text.size ? (uint32_t)next_character(str_from(text, stop.offset), &columns) : 0;
        stop.columns += columns;
    }
}

static SourceStop count_on(const Source *source, SourceStop stop, uint32_t offset) {
    while (stop.offset < offset) {
        unsigned columns;
        stop.offset += (uint32_t)next_character(str_from(source->text, stop.offset), &columns);
        stop.columns += columns;
        stop.characters++;
    }
    return stop;
}

/* How much stands before the offset in the whole text. */
static SourceStop count_before(Source *source, uint32_t offset) {
    if (source->stops == NULL) {
        find_stops(source);
    }
    return count_on(source, source->stops[offset / STOP_GAP], offset);
}

/* How much stands between the start of a line and an offset in it. Stops are for long lines only. */
static SourceStop count_in_line(Source *source, uint32_t start, uint32_t offset) {
    if (offset <= start) {
        return (SourceStop){0};
    }
    if (offset - start <= STOP_GAP) {
        return count_on(source, (SourceStop){.offset = start}, offset);
    }
    SourceStop before = count_before(source, start), all = count_before(source, offset);
    return (SourceStop){offset, all.characters - before.characters, all.columns - before.columns};
}

static uint32_t start_of_line(Source *source, size_t line) { return source_line_span(source, line).start; }

Place source_place(Source *source, uint32_t offset) {
    size_t line = source_line(source, offset);
    return (Place){line, 1 + (size_t)count_in_line(source, start_of_line(source, line), offset).columns};
}

Place source_character(Source *source, uint32_t offset) {
    size_t line = source_line(source, offset);
    return (Place){line, 1 + (size_t)count_in_line(source, start_of_line(source, line), offset).characters};
}

Span source_line_span(Source *source, size_t line) {
    find_lines(source, 0);
    while (!source->knows_all_lines && source->line_count <= line) {
        find_next_line(source);
    }
    uint32_t start = source->line_starts[line - 1];
    uint32_t end = line < source->line_count ? source->line_starts[line] : (uint32_t)source->text.size;
    while (end > start && (source->text.data[end - 1] == '\n' || source->text.data[end - 1] == '\r')) {
        end--;
    }
    if (start == 0 && end >= source->begin) {
        start = source->begin;
    }
    return (Span){start, end};
}

/* A regular file's size spares the buffer its growing; anything else starts with a page. */
static bool reserve_for(int descriptor, Buffer *buffer) {
    struct stat status;
    bool is_sized = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    if (is_sized && (uint64_t)status.st_size > SOURCE_SIZE_MAX) {
        return false;
    }
    buffer_reserve(buffer, is_sized ? (size_t)status.st_size + 2 : 65536);
    return true;
}

const char *source_read(int descriptor, Buffer *buffer) {
    static const char too_large[] = "is larger than 2 GiB, the most that smtpatch takes";
    if (!reserve_for(descriptor, buffer)) {
        return too_large;
    }
    for (;;) {
        if (buffer->size > SOURCE_SIZE_MAX) {
            return too_large;
        }
        if (buffer->capacity - buffer->size < 2 && !buffer_reserve(buffer, buffer->size)) {
            break;
        }
        if (buffer->failed) {
            break;
        }
        ssize_t count = read(descriptor, buffer->data + buffer->size, buffer->capacity - buffer->size - 1);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return strerror(errno);
        }
        if (count == 0) {
            buffer->data[buffer->size] = '\0';
            return NULL;
        }
        buffer->size += (size_t)count;
    }
    return strerror(ENOMEM);
}
