#include "emit/comment.h"

#include "width.h"

enum { COMMENT_COLUMNS = 110 };

static size_t word_size(Str text) {
    const char *blank = text.size > 0 ? memchr(text.data, ' ', text.size) : NULL;
    return blank ? (size_t)(blank - text.data) : text.size;
}

/* A byte that is no part of a UTF-8 character is a character of its own for next_character(). */
static void add_word(Buffer *out, Str word) {
    while (word.size > 0) {
        unsigned columns;
        unsigned char first = (unsigned char)word.data[0];
        size_t size = next_character(word, &columns);
        bool is_shown = first >= 0x20 && first != 0x7F && (first < 0x80 || size > 1);
        buffer_add(out, is_shown ? (Str){word.data, size} : STR("?"));
        word = str_from(word, size);
    }
}

void comment_line(Buffer *out, const char *mark, Str text) {
    buffer_add(out, str_of(mark));
    buffer_add_char(out, ' ');
    add_word(out, text);
    buffer_add_char(out, '\n');
}

void comment_write(Buffer *out, const char *mark, Str text) {
    size_t column = strlen(mark);
    buffer_add(out, str_of(mark));
    while (text.size > 0) {
        Str word = {text.data, word_size(text)};
        size_t columns = text_columns(word);
        if (column > strlen(mark) && column + 1 + columns > COMMENT_COLUMNS) {
            buffer_add_char(out, '\n');
            buffer_add(out, str_of(mark));
            column = strlen(mark);
        }
        buffer_add_char(out, ' ');
        add_word(out, word);
        column += 1 + columns;
        text = str_from(text, word.size + 1);
    }
    buffer_add_char(out, '\n');
}
