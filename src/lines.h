/* Moving about in the lines of a text. */
#ifndef SMTPATCH_LINES_H
#define SMTPATCH_LINES_H

#include "text.h"

static inline bool is_line_blank(char c) { return c == ' ' || c == '\t' || c == '\f' || c == '\v'; }
static inline bool is_line_end(char c) { return c == '\n' || c == '\r'; }

/* Where the line of an offset begins. */
static inline uint32_t line_start(Str text, uint32_t offset) {
    while (offset > 0 && !is_line_end(text.data[offset - 1])) {
        offset--;
    }
    return offset;
}

/* Behind the blanks at offset, on its line. */
static inline uint32_t skip_line_blanks(Str text, uint32_t offset) {
    while (offset < text.size && is_line_blank(text.data[offset])) {
        offset++;
    }
    return offset;
}

/* Behind the line end at offset (LF, CRLF or CR), if one is there. */
static inline uint32_t skip_line_end(Str text, uint32_t offset) {
    if (offset < text.size && text.data[offset] == '\r') {
        offset++;
        return offset < text.size && text.data[offset] == '\n' ? offset + 1 : offset;
    }
    return offset < text.size && text.data[offset] == '\n' ? offset + 1 : offset;
}

/* Whether nothing is left on the line at offset. */
static inline bool is_at_line_end(Str text, uint32_t offset) {
    return offset >= text.size || is_line_end(text.data[offset]);
}

static inline bool is_blank_between(Str text, uint32_t start, uint32_t end) {
    return skip_line_blanks(text, start) >= end;
}

#endif
