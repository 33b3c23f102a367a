#include "postgres/script.h"

typedef enum PieceKind {
    PIECE_END, /* of the script */
    PIECE_BLANK,
    PIECE_COMMENT,
    PIECE_WORD,
    PIECE_NAME, /* "…" */
    PIECE_STRING,
    PIECE_COMMAND, /* a backslash and the rest of its line */
    PIECE_SEPARATOR, /* ';', "\;" */
    PIECE_OPEN,
    PIECE_CLOSE,
    PIECE_OTHER,
} PieceKind;

typedef struct Piece {
    PieceKind kind;
    uint32_t start, end;
    bool is_unclosed;
} Piece;

/* ---- Pieces ------------------------------------------------------------------------------------------------------ */

static bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_word_part(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }

/* The byte at offset, NUL past the end. */
static char at(Str text, size_t offset) { return offset < text.size ? text.data[offset] : '\0'; }

static size_t line_end(Str text, size_t offset) {
    while (offset < text.size && text.data[offset] != '\n' && text.data[offset] != '\r') {
        offset++;
    }
    return offset;
}

/* Behind the closing quote, where a doubled one does not close. text.size + 1 when nothing closes. */
static size_t quote_end(Str text, size_t offset, char quote, bool has_backslashes) {
    for (offset++; offset < text.size; offset++) {
        if (has_backslashes && text.data[offset] == '\\') {
            offset++;
        } else if (text.data[offset] == quote && at(text, offset + 1) == quote) {
            offset++;
        } else if (text.data[offset] == quote) {
            return offset + 1;
        }
    }
    return text.size + 1;
}

/* Comments nest in PostgreSQL. */
static size_t comment_end(Str text, size_t offset) {
    size_t depth = 0;
    while (offset < text.size) {
        bool opens = text.data[offset] == '/' && at(text, offset + 1) == '*';
        bool closes = text.data[offset] == '*' && at(text, offset + 1) == '/';
        depth += opens;
        offset += opens || closes ? 2 : 1;
        if (closes && --depth == 0) {
            return offset;
        }
    }
    return text.size + 1;
}

/* The size of $tag$ at offset, or 0. */
static size_t dollar_size(Str text, size_t offset) {
    size_t end = offset + 1;
    if (is_word_start(at(text, end))) {
        while (is_word_part(at(text, end)) && at(text, end) != '$') {
            end++;
        }
    }
    return at(text, end) == '$' ? end + 1 - offset : 0;
}

static size_t dollar_end(Str text, size_t offset, size_t tag_size) {
    Str rest = str_from(text, offset + tag_size);
    const char *close = rest.size > 0 ? memmem(rest.data, rest.size, text.data + offset, tag_size) : NULL;
    return close ? (size_t)(close - text.data) + tag_size : text.size + 1;
}

static size_t word_end(Str text, size_t offset) {
    while (is_word_part(at(text, offset))) {
        offset++;
    }
    return offset;
}

/* A word, or the E'…', N'…', U&'…', U&"…" that it leads. */
static size_t word_or_string_end(Str text, size_t offset, PieceKind *kind) {
    size_t end = word_end(text, offset);
    char letter = ascii_lower(text.data[offset]);
    size_t quote = end - offset == 1 && letter == 'u' && at(text, end) == '&' ? end + 1 : end;
    *kind = PIECE_WORD;
    if (end - offset != 1 || (at(text, quote) != '\'' && (at(text, quote) != '"' || quote == end))) {
        return end;
    }
    *kind = at(text, quote) == '"' ? PIECE_NAME : PIECE_STRING;
    return quote_end(text, quote, text.data[quote], letter == 'e');
}

static size_t piece_end(Str text, size_t offset, PieceKind *kind) {
    char first = text.data[offset], second = at(text, offset + 1);
    size_t tag_size = first == '$' ? dollar_size(text, offset) : 0;
    *kind = first == '(' ? PIECE_OPEN : first == ')' ? PIECE_CLOSE : first == ';' ? PIECE_SEPARATOR : PIECE_OTHER;
    if (is_blank(first)) {
        *kind = PIECE_BLANK;
    } else if (is_word_start(first)) {
        return word_or_string_end(text, offset, kind);
    } else if (first == '-' && second == '-') {
        *kind = PIECE_COMMENT;
        return line_end(text, offset);
    } else if (first == '/' && second == '*') {
        *kind = PIECE_COMMENT;
        return comment_end(text, offset);
    } else if (first == '\'' || first == '"') {
        *kind = first == '"' ? PIECE_NAME : PIECE_STRING;
        return quote_end(text, offset, first, false);
    } else if (tag_size > 0) {
        *kind = PIECE_STRING;
        return dollar_end(text, offset, tag_size);
    } else if (first == '\\') {
        *kind = second == ';' ? PIECE_SEPARATOR : PIECE_COMMAND;
        return second == ';' ? offset + 2 : line_end(text, offset);
    } else if (is_digit(first)) {
        return word_end(text, offset);
    }
    return offset + 1;
}

static Piece piece_at(Str text, uint32_t offset) {
    Piece piece = {.start = offset, .end = offset};
    if (offset < text.size) {
        size_t end = piece_end(text, offset, &piece.kind);
        piece.is_unclosed = end > text.size;
        piece.end = (uint32_t)(end > text.size ? text.size : end);
    }
    return piece;
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

typedef struct Cutter {
    ScriptReader *reader;
    ScriptStatement *statement;
    size_t word_count, depth;
    bool has_started, reads_stdin;
    bool is_done;
} Cutter;

static bool piece_is(Str text, Piece piece, const char *word) {
    return str_equal_ignore_case((Str){text.data + piece.start, piece.end - piece.start}, str_of(word));
}

/* \g and its like send the statement; \c takes up another database. */
static void take_command(Cutter *cutter, Piece piece) {
    Str text = cutter->reader->text;
    Piece name = {.start = piece.start + 1, .end = (uint32_t)word_end(text, piece.start + 1)};
    if (cutter->has_started && ascii_lower(at(text, name.start)) == 'g') {
        cutter->is_done = true;
    } else if (cutter->has_started) {
        cutter->statement->commands++;
    } else if (piece_is(text, name, "c") || piece_is(text, name, "connect")) {
        cutter->statement->follows_connect = true;
    }
}

static void note_word(Cutter *cutter, Piece piece) {
    Str text = cutter->reader->text;
    cutter->reads_stdin = cutter->reads_stdin || piece_is(text, piece, "STDIN");
    cutter->statement->names_partition =
        cutter->statement->names_partition || piece_is(text, piece, "PARTITION") || piece_is(text, piece, "INHERITS");
}

static void take_content(Cutter *cutter, Piece piece) {
    ScriptStatement *statement = cutter->statement;
    bool is_word = piece.kind == PIECE_WORD || piece.kind == PIECE_NAME;
    if (!cutter->has_started) {
        statement->span.start = piece.start;
        cutter->has_started = true;
    }
    statement->span.end = piece.end;
    if (is_word && cutter->word_count < SCRIPT_WORDS) {
        statement->words[cutter->word_count++] = (Span){piece.start, piece.end};
    }
    if (piece.kind == PIECE_WORD && cutter->depth == 0) {
        note_word(cutter, piece);
    }
    if (piece.kind == PIECE_OPEN) {
        cutter->depth++;
    } else if (piece.kind == PIECE_CLOSE && cutter->depth > 0) {
        cutter->depth--;
    }
}

static void take_piece(Cutter *cutter, Piece piece) {
    if (piece.is_unclosed) {
        cutter->reader->unclosed = (Span){piece.start, piece.start + 1};
    }
    switch (piece.kind) {
    case PIECE_END:
        cutter->is_done = true;
        break;
    case PIECE_BLANK:
    case PIECE_COMMENT:
        break;
    case PIECE_COMMAND:
        take_command(cutter, piece);
        break;
    case PIECE_SEPARATOR:
        cutter->is_done = cutter->has_started && cutter->depth == 0; /* CREATE RULE … (…; …) goes on */
        break;
    default:
        take_content(cutter, piece);
        break;
    }
}

/* The data of COPY … FROM stdin ends with a line "\.". */
static void skip_copy_data(ScriptReader *reader) {
    Str text = reader->text;
    size_t offset = line_end(text, reader->offset);
    while (offset < text.size) {
        size_t start = offset + 1, end;
        if (text.data[offset] == '\r' && at(text, start) == '\n') {
            start++;
        }
        end = line_end(text, start);
        offset = end;
        if (end - start == 2 && text.data[start] == '\\' && text.data[start + 1] == '.') {
            break;
        }
    }
    reader->offset = (uint32_t)offset;
}

bool script_next(ScriptReader *reader, ScriptStatement *statement) {
    Cutter cutter = {.reader = reader, .statement = statement};
    *statement = (ScriptStatement){0};
    while (!cutter.is_done) {
        Piece piece = piece_at(reader->text, reader->offset);
        reader->offset = piece.end;
        take_piece(&cutter, piece);
    }
    if (cutter.reads_stdin && script_word_is(reader, statement, 0, "COPY")) {
        skip_copy_data(reader);
    }
    return cutter.has_started;
}

bool script_word_is(const ScriptReader *reader, const ScriptStatement *statement, size_t number, const char *word) {
    Span span = statement->words[number];
    return piece_is(reader->text, (Piece){.start = span.start, .end = span.end}, word);
}

Str script_statement_text(const ScriptReader *reader, const ScriptStatement *statement, Arena *arena) {
    Span span = statement->span;
    Str text = arena_copy(arena, (Str){reader->text.data + span.start, span.end - span.start});
    if (statement->commands == 0) {
        return text;
    }
    char *copy = arena_alloc(arena, text.size + 1);
    memcpy(copy, text.data, text.size);
    for (uint32_t offset = 0; offset < text.size;) {
        Piece piece = piece_at(text, offset);
        if (piece.kind == PIECE_COMMAND) {
            memset(copy + piece.start, ' ', piece.end - piece.start);
        }
        offset = piece.end;
    }
    return (Str){copy, text.size};
}
