#include "emit/simple_select.h"

#include <stdlib.h>

#include "syntax/lexer.h"

typedef struct Reader {
    Str text;
    Span span;
    Arena *arena;
    SimpleSelect *select;
    Token token;
    SelectProblem problem;
} Reader;

/* ---- Words ---- */

/* What may stand before a parenthesis in a transform: the functions of Flink CDC (TransformSqlOperatorTable; the last
 * came with 3.3), SQL's own words and types. In order. */
static const char *const transform_words[] = {
    "ABS", "AND", "BETWEEN", "BINARY", "BY", "CASE", "CAST", "CEIL", "CHAR", "CHAR_LENGTH", "COALESCE", "CONCAT",
    "DATE_FORMAT", "DEC", "DECIMAL", "ELSE", "FLOOR", "FROM_UNIXTIME", "IF", "IN", "IS", "LIKE", "LOWER", "NOT", "NOW",
    "NUMERIC", "OR", "REGEXP_REPLACE", "ROUND", "SUBSTR", "SUBSTRING", "THEN", "TIME", "TIMESTAMP", "TIMESTAMPADD",
    "TIMESTAMPDIFF", "TIMESTAMP_DIFF", "TIMESTAMP_LTZ", "TO_DATE", "TO_TIMESTAMP", "TRIM", "UNIX_TIMESTAMP", "UPPER",
    "UUID", "VARBINARY", "VARCHAR", "WHEN",
};

/* Aggregates and window functions, in order. */
static const char *const aggregates[] = {
    "ARRAY_AGG", "AVG", "COLLECT", "COUNT", "CUME_DIST", "DENSE_RANK", "FIRST_VALUE", "JSON_ARRAYAGG", "JSON_OBJECTAGG",
    "LAG", "LAST_VALUE", "LEAD", "LISTAGG", "MAX", "MIN", "NTILE", "PERCENT_RANK", "RANK", "ROW_NUMBER", "STDDEV",
    "STDDEV_POP", "STDDEV_SAMP", "SUM", "VARIANCE", "VAR_POP", "VAR_SAMP",
};

static int compare_word(const void *word, const void *item) {
    const Str *text = word;
    Str other = str_of(*(const char *const *)item);
    size_t size = text->size < other.size ? text->size : other.size;
    for (size_t i = 0; i < size; i++) {
        char c = ascii_upper(text->data[i]);
        if (c != other.data[i]) {
            return (unsigned char)c < (unsigned char)other.data[i] ? -1 : 1;
        }
    }
    return (text->size > other.size) - (text->size < other.size);
}

#define IS_AMONG(word, words)                                                                                          \
    (bsearch(&(word), (words), sizeof(words) / sizeof *(words), sizeof *(words), compare_word) != NULL)

static Str token_text(const Reader *reader, Token token) {
    return (Str){reader->text.data + token.start, token.end - token.start};
}

static bool is_name(Token token) { return token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER; }

static bool is_word(const Reader *reader, Token token) {
    return token.kind == TOKEN_IDENTIFIER || token_is_keyword(token) ||
           (token_text(reader, token).size > 0 && token_text(reader, token).data[0] == '`');
}

static Token token_after(const Reader *reader, Token token) {
    Token next = lex_significant(reader->text, token.end);
    return next.start < reader->span.end ? next : (Token){reader->span.end, reader->span.end, TOKEN_EOF};
}

/* ---- What cannot be carried over ---- */

static void fail(Reader *reader, Token token, Str reason) {
    if (reader->problem.reason.size == 0) {
        reader->problem = (SelectProblem){token_span(token), reason};
    }
}

static bool has_failed(const Reader *reader) { return reader->problem.reason.size > 0; }

/* Clauses behind the table, and words that end one. */
static Str clause_reason(const Reader *reader, Token token) {
    static const struct {
        const char *word, *reason;
    } clauses[] = {
        {"JOIN", "a join"},
        {"LEFT", "a join"},
        {"RIGHT", "a join"},
        {"FULL", "a join"},
        {"INNER", "a join"},
        {"CROSS", "a join"},
        {"NATURAL", "a join"},
        {"GROUP", "an aggregate"},
        {"HAVING", "an aggregate"},
        {"WINDOW", "a window"},
        {"QUALIFY", "a window"},
        {"UNION", "a union"},
        {"INTERSECT", "a set operation"},
        {"EXCEPT", "a set operation"},
        {"MINUS", "a set operation"},
        {"ORDER", "an order"},
        {"LIMIT", "a limit"},
        {"OFFSET", "a limit"},
        {"FETCH", "a limit"},
        {"FOR", "a temporal table"},
        {"MATCH_RECOGNIZE", "a pattern match"},
        {"ON", "a conflict clause"},
        {"TABLESAMPLE", "a sample"},
    };
    Str word = token_text(reader, token);
    for (size_t i = 0; i < sizeof clauses / sizeof *clauses; i++) {
        if (str_equal_ignore_case(word, str_of(clauses[i].word))) {
            return str_of(clauses[i].reason);
        }
    }
    return token.kind == TOKEN_COMMA ? STR("a join") : token.kind == TOKEN_HINT_BEGIN ? STR("a hint") : STR("");
}

/* A word before a parenthesis. */
static void check_call(Reader *reader, Token token) {
    Str word = token_text(reader, token);
    if (IS_AMONG(word, aggregates)) {
        fail(reader, token, STR("an aggregate"));
    } else if (!IS_AMONG(word, transform_words)) {
        fail(reader, token,
             arena_format(reader->arena, "the function %.*s, which its transforms do not have",
                          (int)(word.size < 60 ? word.size : 60), word.data));
    }
}

/* A token of an expression, at any depth. */
static void check_expression(Reader *reader, Token token, size_t depth) {
    if (token.kind == TOKEN_SELECT || token.kind == TOKEN_VALUES) {
        fail(reader, token, STR("a subquery"));
    } else if (token.kind == TOKEN_HINT_BEGIN) {
        fail(reader, token, STR("a hint"));
    } else if (token.kind == TOKEN_ROW || token.kind == TOKEN_ARRAY || token.kind == TOKEN_MAP ||
               token.kind == TOKEN_MULTISET) {
        fail(reader, token, STR("a composite value"));
    } else if (str_equal_ignore_case(token_text(reader, token), STR("OVER"))) {
        fail(reader, token, STR("a window"));
    } else if (is_word(reader, token) && token_after(reader, token).kind == TOKEN_LEFT_PAREN) {
        check_call(reader, token);
    } else if (depth == 0 && clause_reason(reader, token).size > 0 && token.kind != TOKEN_COMMA &&
               token.kind != TOKEN_ON) {
        fail(reader, token, clause_reason(reader, token));
    }
}

/* ---- Reading ---- */

typedef struct Item {
    Token first, last, before_last;
    size_t count;
    Span alias;
    uint32_t before_as; /* where the expression before AS ends, at the item's level; 0 without it */
} Item;

/* An alias without AS: a name behind something that ends an expression. */
static bool has_bare_alias(const Item *item) {
    Token before = item->before_last;
    bool ends_expression = is_name(before) || token_is_string(before) || before.kind == TOKEN_RIGHT_PAREN ||
                           before.kind == TOKEN_NUMBER || before.kind == TOKEN_INTEGER_LITERAL ||
                           before.kind == TOKEN_END;
    return item->count > 1 && item->last.kind != TOKEN_RESERVED && is_name(item->last) && ends_expression;
}

static bool is_star(const Reader *reader, Token token) { return str_equal(token_text(reader, token), STR("*")); }

static void finish_item(Reader *reader, const Item *item) {
    if (item->count == 0) {
        fail(reader, reader->token, STR("an item that it cannot read"));
        return;
    }
    SelectItem *added = vector_add(reader->arena, &reader->select->items);
    uint32_t end = item->last.end;
    if (item->before_as > 0) {
        added->alias = token_span(item->last);
        end = item->before_as;
    } else if (has_bare_alias(item)) {
        added->alias = token_span(item->last);
        end = item->before_last.end;
    }
    added->expression = (Span){item->first.start, end};
    added->is_star = is_star(reader, item->last) && (item->count == 1 || item->before_last.kind == TOKEN_DOT);
}

/* Reads the items up to FROM. */
static void read_items(Reader *reader) {
    Item item = {0};
    size_t depth = 0;
    for (; reader->token.kind != TOKEN_EOF && !has_failed(reader); reader->token = token_after(reader, reader->token)) {
        Token token = reader->token;
        depth += token.kind == TOKEN_LEFT_PAREN;
        depth -= token.kind == TOKEN_RIGHT_PAREN && depth > 0;
        if (depth == 0 && token.kind == TOKEN_FROM) {
            break;
        }
        if (depth == 0 && token.kind == TOKEN_COMMA) {
            finish_item(reader, &item);
            item = (Item){0};
            continue;
        }
        check_expression(reader, token, depth);
        item.before_as = depth == 0 && token.kind == TOKEN_AS ? item.last.end : item.before_as;
        item.first = item.count == 0 ? token : item.first;
        item.before_last = item.last;
        item.last = token;
        item.count++;
    }
    finish_item(reader, &item);
}

/* a, a.b or a.b.c, and perhaps another name for it. */
static void read_table(Reader *reader) {
    Token token = reader->token;
    if (!is_name(token)) {
        fail(reader, token, token.kind == TOKEN_LEFT_PAREN ? STR("a subquery") : STR("a table that is computed"));
        return;
    }
    reader->select->from.start = token.start;
    for (Token dot = token_after(reader, token); dot.kind == TOKEN_DOT; dot = token_after(reader, token)) {
        token = token_after(reader, dot);
    }
    reader->select->from.end = token.end;
    reader->select->table = token_span(token);
    token = token_after(reader, token);
    if (token.kind == TOKEN_AS) {
        token = token_after(reader, token);
    }
    if (is_name(token) && clause_reason(reader, token).size == 0) {
        reader->select->alias = token_span(token);
        token = token_after(reader, token);
    }
    reader->token = token;
}

static void read_condition(Reader *reader) {
    size_t depth = 0;
    reader->select->where = (Span){reader->token.start, reader->span.end};
    for (; reader->token.kind != TOKEN_EOF && !has_failed(reader); reader->token = token_after(reader, reader->token)) {
        depth += reader->token.kind == TOKEN_LEFT_PAREN;
        depth -= reader->token.kind == TOKEN_RIGHT_PAREN && depth > 0;
        check_expression(reader, reader->token, depth);
        reader->select->where.end = reader->token.end;
        if (depth == 0 && reader->token.kind == TOKEN_ON) {
            fail(reader, reader->token, STR("a conflict clause"));
        }
    }
}

static void read_select(Reader *reader) {
    if (reader->token.kind != TOKEN_SELECT) {
        fail(reader, reader->token,
             reader->token.kind == TOKEN_WITH ? STR("a WITH clause") : STR("a query that is no plain SELECT"));
        return;
    }
    reader->token = token_after(reader, reader->token);
    if (reader->token.kind == TOKEN_DISTINCT) {
        fail(reader, reader->token, STR("an aggregate"));
    }
    if (reader->token.kind == TOKEN_ALL) {
        reader->token = token_after(reader, reader->token);
    }
    read_items(reader);
    if (reader->token.kind != TOKEN_FROM) {
        fail(reader, reader->token, STR("a query without a table"));
    }
    if (has_failed(reader)) {
        return;
    }
    reader->token = token_after(reader, reader->token);
    read_table(reader);
    if (!has_failed(reader) && reader->token.kind == TOKEN_WHERE) {
        reader->token = token_after(reader, reader->token);
        read_condition(reader);
    } else if (!has_failed(reader) && reader->token.kind != TOKEN_EOF) {
        Str reason = clause_reason(reader, reader->token);
        fail(reader, reader->token, reason.size > 0 ? reason : STR("a clause that it does not know"));
    }
}

SelectProblem simple_select_read(Str text, Span span, Arena *arena, SimpleSelect *select) {
    Reader reader = {.text = text, .span = span, .arena = arena, .select = select};
    *select = (SimpleSelect){0};
    reader.token = lex_significant(text, span.start);
    read_select(&reader);
    return reader.problem;
}
