#include "syntax/syntax_error.h"

#include "syntax/grammar.h"
#include "syntax/lexer.h"

enum { FOUND_TEXT_MAX = 40, EXPECTED_MAX = 4 };

/* What a reader would call the next thing. The first that fits stands for a whole family of tokens. */
static const struct {
    uint16_t kind;
    const char *name;
} expectations[] = {
    {TOKEN_BIGINT, "a type"},       {TOKEN_RESERVED, "a column name"}, {TOKEN_IDENTIFIER, "a name"},
    {TOKEN_QUOTED_STRING, "a string"}, {TOKEN_INTEGER_LITERAL, "a number"}, {TOKEN_COMMA, "','"},
    {TOKEN_LEFT_PAREN, "'('"},      {TOKEN_RIGHT_PAREN, "')'"},        {TOKEN_EQUALS, "'='"},
    {TOKEN_LESS, "'<'"},            {TOKEN_GREATER, "'>'"},            {TOKEN_DOT, "'.'"},
    {TOKEN_COMMENT_END, "'*/'"},    {TOKEN_SEMICOLON, "';'"},        {TOKEN_EOF, "';'"},
};

typedef struct Names {
    const char *items[32];
    size_t count;
} Names;

static void add_name(Names *names, const char *name) {
    if (names->count < sizeof names->items / sizeof *names->items) {
        names->items[names->count++] = name;
    }
}

/* Keywords are told only where there is no name, type or string among what is expected: there they say little. */
static Names expected_names(const SyntaxErrorContext *context) {
    const void *parser = context->parser;
    Names names = {0};
    bool is_type = grammar_expects(parser, TOKEN_BIGINT);
    bool is_column = !is_type && grammar_expects(parser, TOKEN_RESERVED);
    bool says_enough =
        is_type || is_column || grammar_expects(parser, TOKEN_IDENTIFIER) || grammar_expects(parser, TOKEN_COMMA);
    for (size_t i = 0; i < sizeof expectations / sizeof *expectations; i++) {
        uint16_t kind = expectations[i].kind;
        bool is_covered = (is_type && (kind == TOKEN_RESERVED || kind == TOKEN_DOT)) ||
                          ((is_type || is_column) && kind == TOKEN_IDENTIFIER) ||
                          (kind == TOKEN_QUOTED_STRING && token_is_string(context->previous));
        if (!is_covered && grammar_expects(parser, kind)) {
            add_name(&names, expectations[i].name);
        }
    }
    for (uint16_t kind = 1; !says_enough && kind < TOKEN_BLANK; kind++) {
        if (keyword_text(kind) != NULL && grammar_expects(parser, kind)) {
            add_name(&names, keyword_text(kind));
        }
    }
    return names;
}

static Str join_names(Arena *arena, const Names *names) {
    Str text = STR("");
    for (size_t i = 0; i < names->count; i++) {
        const char *glue = i == 0 ? "" : i + 1 == names->count ? " or " : ", ";
        text = arena_format(arena, "%.*s%s%s", (int)text.size, text.data, glue, names->items[i]);
    }
    return text;
}

static Str line_of_paren(const SyntaxErrorContext *context) {
    if (context->open_paren == NULL) {
        return STR("");
    }
    return arena_format(context->arena, " to close '(' at line %zu",
                        source_line(context->source, *context->open_paren));
}

static Str expected_text(const SyntaxErrorContext *context) {
    Names names = expected_names(context);
    bool closes = grammar_expects(context->parser, TOKEN_RIGHT_PAREN);
    if (names.count == 0 || names.count > EXPECTED_MAX) {
        return STR("");
    }
    Str list = join_names(context->arena, &names);
    Str paren = closes ? line_of_paren(context) : STR("");
    return arena_format(context->arena, "expected %.*s%.*s, but found ", (int)list.size, list.data, (int)paren.size,
                        paren.data);
}

/* The text of a token on one line, cut when it is long. */
static Str found_text(const SyntaxErrorContext *context) {
    Str text = source_slice(context->source, token_span(context->found));
    if (context->found.kind == TOKEN_EOF) {
        return STR("the end of the file");
    }
    size_t size = 0;
    while (size < text.size && size < FOUND_TEXT_MAX && text.data[size] != '\n' && text.data[size] != '\r') {
        size++;
    }
    while (size > 0 && size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80) {
        size--;
    }
    return arena_format(context->arena, "%.*s%s", (int)size, text.data, size < text.size ? "..." : "");
}

static bool holds_line_end(const SyntaxErrorContext *context, Token token) {
    Str text = source_slice(context->source, token_span(token));
    return memchr(text.data, '\n', text.size) != NULL || memchr(text.data, '\r', text.size) != NULL;
}

static bool is_double_quote(const SyntaxErrorContext *context) {
    return context->found.kind == TOKEN_ILLEGAL && context->source->text.data[context->found.start] == '"';
}

static Str hint_for(const SyntaxErrorContext *context) {
    if (is_double_quote(context)) {
        return STR("Flink SQL writes strings in single quotes, names in backticks");
    }
    if (context->found.kind == TOKEN_RIGHT_PAREN && context->previous.kind == TOKEN_COMMA) {
        return STR("Flink takes no comma after the last one of a list");
    }
    if (context->found.kind == TOKEN_RESERVED || keyword_text(context->found.kind) != NULL) {
        if (grammar_expects(context->parser, TOKEN_IDENTIFIER)) {
            return STR("it is a reserved word; as a name it needs backticks");
        }
    }
    if (token_is_string(context->previous) && holds_line_end(context, context->previous)) {
        return arena_format(context->arena,
                            "the string that begins at line %zu goes over several lines: is its quote missing?",
                            source_line(context->source, context->previous.start));
    }
    return STR("");
}

static void report_at(const SyntaxErrorContext *context, Findings *findings, Token at, Str message, Str hint) {
    finding_trouble(findings, context->source, token_span(at), message, hint);
}

/* 'a' = 'b' 'c' = 'd': the grammar joins 'b' and 'c' and stumbles over the second '='. */
static bool report_missing_comma(const SyntaxErrorContext *context, Findings *findings) {
    bool is_second_equals = context->found.kind == TOKEN_EQUALS && token_is_string(context->previous) &&
                            token_is_string(context->before_previous) && grammar_expects(context->parser, TOKEN_COMMA);
    if (is_second_equals) {
        report_at(context, findings, context->previous, STR("expected ',' before this option"),
                  STR("the option before it has no comma behind it"));
    }
    return is_second_equals;
}

static bool report_unclosed(const SyntaxErrorContext *context, Findings *findings) {
    switch (context->found.kind) {
    case TOKEN_UNCLOSED_STRING:
        report_at(context, findings, context->found, STR("this string is not closed"), STR("expected a ' further on"));
        return true;
    case TOKEN_UNCLOSED_NAME:
        report_at(context, findings, context->found, STR("this quoted name is not closed on its line"),
                  STR("expected a ` before the line's end"));
        return true;
    case TOKEN_UNCLOSED_COMMENT:
        report_at(context, findings, context->found, STR("this comment is not closed"), STR("expected */ further on"));
        return true;
    default:
        return false;
    }
}

static bool report_parens(const SyntaxErrorContext *context, Findings *findings) {
    bool is_end = context->found.kind == TOKEN_SEMICOLON || context->found.kind == TOKEN_EOF;
    if (context->is_unmatched) {
        bool is_comment = context->found.kind == TOKEN_COMMENT_END;
        report_at(context, findings, context->found,
                  is_comment ? STR("this */ ends no comment") : STR("this ')' closes nothing"),
                  is_comment ? STR("comments do not nest") : STR(""));
        return true;
    }
    if (!is_end || context->open_paren == NULL) {
        return false;
    }
    Str paren = line_of_paren(context), found = found_text(context);
    report_at(context, findings, context->found,
              arena_format(context->arena, "expected ')'%.*s, but found %.*s", (int)paren.size, paren.data,
                           (int)found.size, found.data),
              STR(""));
    return true;
}

/* A hint ends in its statement, and holds no other. */
static bool report_open_hint(const SyntaxErrorContext *context, Findings *findings) {
    uint16_t kind = context->found.kind;
    bool is_open = context->open_hint != NULL &&
                   (kind == TOKEN_SEMICOLON || kind == TOKEN_EOF || kind == TOKEN_HINT_BEGIN);
    if (is_open) {
        Str found = found_text(context);
        report_at(context, findings, context->found,
                  arena_format(context->arena, "expected '*/' to close '/*+' at line %zu, but found %.*s",
                               source_line(context->source, *context->open_hint), (int)found.size, found.data),
                  STR(""));
    }
    return is_open;
}

bool is_byte_order_mark(const Source *source, Token token) {
    return token.kind == TOKEN_ILLEGAL && str_equal(source_slice(source, token_span(token)), STR("\xEF\xBB\xBF"));
}

static bool report_byte_order_mark(const SyntaxErrorContext *context, Findings *findings) {
    bool is_mark = is_byte_order_mark(context->source, context->found);
    if (is_mark) {
        report_at(context, findings, context->found,
                  STR("a byte order mark (U+FEFF) stands here, not at the file's start"),
                  STR("it cannot be seen; files that were joined have one"));
    }
    return is_mark;
}

void syntax_error_report(const SyntaxErrorContext *context, Findings *findings) {
    Str found = found_text(context);
    if (context->is_missing_semicolon) {
        report_at(context, findings, context->found,
                  arena_format(context->arena, "expected ';' before %.*s", (int)found.size, found.data),
                  STR("the statement before it has no end"));
        return;
    }
    if (report_unclosed(context, findings) || report_byte_order_mark(context, findings) ||
        report_parens(context, findings) || report_open_hint(context, findings) ||
        report_missing_comma(context, findings)) {
        return;
    }
    Str expected = expected_text(context);
    Str message = expected.size > 0 ? arena_format(context->arena, "%.*s%.*s", (int)expected.size, expected.data,
                                                   (int)found.size, found.data)
                  : context->found.kind == TOKEN_EOF
                      ? STR("unexpected end of the file")
                      : arena_format(context->arena, "unexpected %.*s", (int)found.size, found.data);
    report_at(context, findings, context->found, message, hint_for(context));
}

/* word, blanks, mark: at offset, whatever the case of the word. */
static bool stands_at(Str text, size_t offset, Str word, Str marks) {
    Str rest = str_from(text, offset);
    if (rest.size < word.size || !str_equal_ignore_case((Str){rest.data, word.size}, word)) {
        return false;
    }
    rest = str_from(rest, word.size);
    for (size_t i = 0; i < marks.size; i++) {
        while (rest.size > 0 && is_blank(rest.data[0])) {
            rest = str_from(rest, 1);
        }
        if (rest.size == 0 || rest.data[0] != marks.data[i]) {
            return false;
        }
        rest = str_from(rest, 1);
    }
    return true;
}

/* ) ENGINE = word: a query's `engine = 'x'` is another thing. */
static bool is_engine_clause(Str text, size_t offset) {
    size_t before = offset;
    while (before > 0 && is_blank(text.data[before - 1])) {
        before--;
    }
    return before > 0 && text.data[before - 1] == ')' && stands_at(text, offset, STR("ENGINE"), STR("="));
}

bool is_starrocks_script(const Source *source) {
    Str text = source->text;
    for (size_t i = 0; i < text.size; i++) {
        char first = ascii_upper(text.data[i]);
        if ((first == 'E' && is_engine_clause(text, i)) ||
            (first == 'P' && stands_at(text, i, STR("PROPERTIES"), STR("(\"")))) {
            return true;
        }
    }
    return false;
}
