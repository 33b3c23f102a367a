#include "emit/comment.h"

#include "width.h"

enum { COMMENT_COLUMNS = 110 };

static size_t word_size(Str text) {
    const char *blank = text.size > 0 ? memchr(text.data, ' ', text.size) : NULL;
    return blank ? (size_t)(blank - text.data) : text.size;
}

static void add_word(Buffer *out, Str word) {
    for (size_t i = 0; i < word.size; i++) {
        unsigned char c = (unsigned char)word.data[i];
        buffer_add_char(out, c < 0x20 || c == 0x7F ? '?' : word.data[i]);
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
