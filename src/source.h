/* One input: its bytes as they came, and where its lines begin. */
#ifndef SMTPATCH_SOURCE_H
#define SMTPATCH_SOURCE_H

#include "arena.h"
#include "buffer.h"

/* Offsets are 32 bits wide, so a source is at most this long. */
#define SOURCE_SIZE_MAX ((size_t)INT32_MAX)

typedef enum Newline { NEWLINE_LF, NEWLINE_CRLF, NEWLINE_CR } Newline;

/* What stands before the character at offset. */
typedef struct SourceStop {
    uint32_t offset, characters, columns;
} SourceStop;

typedef struct Secrets Secrets;

typedef struct Source {
    Str name;         /* as messages show it */
    Str text;         /* with a NUL after it, as the lexer wants */
    uint32_t begin;   /* where the script starts: after a byte order mark, else 0 */
    Newline newline;  /* of the last line; CR only where no LF is; LF when there is none */

    uint32_t *line_starts; /* of those that were asked for, and those before them; see source_line() */
    size_t line_count, line_capacity;
    bool knows_all_lines, has_returns;
    SourceStop *stops;     /* made at the first question, see source_place() */
    Secrets **secrets;     /* made at the first question, see secret.h */
    Arena *arena;
} Source;

/* A place as people count: both from 1. A column is a character as a terminal shows it. */
typedef struct Place {
    size_t line, column;
} Place;

/* Wraps text, which must have a NUL after it and outlive the source, and be at most SOURCE_SIZE_MAX long.
 * The arena serves the table of lines. */
Source source_of(Str name, Str text, Arena *arena);

/* Whether text that should be a script is UTF-16, by its mark or by its first character. Windows PowerShell writes so;
 * Flink's client reads UTF-8 (SqlClient, CliClient). */
bool is_utf16(Str text);

Str newline_text(Newline newline);

static inline Str source_slice(const Source *source, Span span) {
    return (Str){source->text.data + span.start, span.end - span.start};
}

/* The line (from 1) that holds a byte offset. LF, CRLF and a lone CR end a line, as in Flink's parser. */
size_t source_line(Source *source, uint32_t offset);

/* The same with the column. */
Place source_place(Source *source, uint32_t offset);

/* The same as other programs count: the column is a code point, whatever its width (a broken byte counts as one).
 * However long the line is, an answer takes no longer. */
Place source_character(Source *source, uint32_t offset);

/* The bytes of a line (from 1), without its end. */
Span source_line_span(Source *source, size_t line);

/* Reads a whole open file. NULL, or what went wrong in the operating system's words, or that it is too large.
 * The text is in `buffer`, with a NUL after it that its size does not count. */
const char *source_read(int descriptor, Buffer *buffer);

#endif
