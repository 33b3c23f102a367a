#include "syntax/pragma.h"

static Str comment_content(Str text, Token comment) {
    Str content = {text.data + comment.start, comment.end - comment.start};
    content = str_from(content, 2);
    if (comment.kind == TOKEN_BLOCK_COMMENT) {
        content.size -= 2;
    }
    return str_trim(content);
}

static Span span_of(Str text, Str part) {
    uint32_t start = (uint32_t)(part.data - text.data);
    return (Span){start, start + (uint32_t)part.size};
}

PragmaResult pragma_parse(Str text, Token comment, Pragma *pragma) {
    static const struct {
        Str word;
        PragmaKind kind;
    } words[] = {{STR("off"), PRAGMA_OFF}, {STR("on"), PRAGMA_ON}, {STR("skip"), PRAGMA_SKIP}};
    Str content = comment_content(text, comment);
    if (!str_has_prefix(content, STR("smtpatch:"))) {
        return PRAGMA_NONE;
    }
    content = str_trim(str_from(content, sizeof "smtpatch:" - 1));
    *pragma = (Pragma){.comment = token_span(comment)};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal(content, words[i].word)) {
            pragma->kind = words[i].kind;
            return PRAGMA_FOUND;
        }
    }
    if (str_has_prefix(content, STR("allow(")) && content.data[content.size - 1] == ')') {
        pragma->kind = PRAGMA_ALLOW;
        pragma->argument = span_of(text, (Str){content.data + 6, content.size - 7});
        return PRAGMA_FOUND;
    }
    return PRAGMA_UNKNOWN;
}

size_t pragma_from(const Script *script, uint32_t offset) {
    size_t low = 0, high = script->pragma_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (script->pragmas[middle].comment.start < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const Pragma *pragma_at(const Script *script, Token comment) {
    size_t number = pragma_from(script, comment.start);
    bool is_it = number < script->pragma_count && script->pragmas[number].comment.start == comment.start;
    return is_it ? &script->pragmas[number] : NULL;
}
