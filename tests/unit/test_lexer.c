/* Tokens, literals, the client's SET, pragmas. */
#include "helpers.h"

#include "syntax/pragma.h"
#include "syntax/setting.h"

/* ---- tokens ---- */

/* Each token but blanks, as its text and what it is. */
static const char *kind_name(uint16_t kind) {
    switch (kind) {
    case TOKEN_LINE_COMMENT:
    case TOKEN_BLOCK_COMMENT:
        return "comment";
    case TOKEN_UNCLOSED_STRING:
        return "open-string";
    case TOKEN_UNCLOSED_NAME:
        return "open-name";
    case TOKEN_UNCLOSED_COMMENT:
        return "open-comment";
    case TOKEN_QUOTED_STRING:
        return "string";
    case TOKEN_PREFIXED_STRING:
        return "prefixed";
    case TOKEN_UNICODE_STRING:
        return "unicode";
    case TOKEN_ESCAPE_STRING:
        return "escape";
    case TOKEN_BINARY_STRING:
        return "binary";
    case TOKEN_IDENTIFIER:
        return "name";
    case TOKEN_QUOTED_IDENTIFIER:
        return "quoted";
    case TOKEN_INTEGER_LITERAL:
        return "integer";
    case TOKEN_NUMBER:
        return "number";
    case TOKEN_OPERATOR:
        return "operator";
    case TOKEN_ILLEGAL:
        return "illegal";
    case TOKEN_HINT_BEGIN:
        return "hint";
    default:
        return "";
    }
}

static Str tokens_of(Str input) {
    Str text = arena_copy(&arena, input);
    Buffer out = {0};
    for (Token token = lex(text, 0); token.kind != TOKEN_EOF; token = lex(text, token.end)) {
        if (token.kind == TOKEN_BLANK) {
            continue;
        }
        const char *name = kind_name(token.kind);
        buffer_add(&out, out.size > 0 ? STR(" | ") : STR(""));
        buffer_format(&out, "%s%s", name, *name != '\0' ? " " : "");
        buffer_add(&out, (Str){text.data + token.start, token.end - token.start});
    }
    return buffer_take(&out, &arena);
}

static const struct {
    const char *text, *tokens;
} token_cases[] = {
    /* strings */
    {"'a;b' 'x--y'", "string 'a;b' | string 'x--y'"},
    {"'http://h' '/* no */'", "string 'http://h' | string '/* no */'"},
    {"'it''s' '''' ''", "string 'it''s' | string '''' | string ''"},
    {"'a\r\nb\x01'", "string 'a\r\nb\x01'"},
    {"'c:\\' x", "string 'c:\\' | name x"},
    {"E'x\\'y' e'\\\\'", "escape E'x\\'y' | escape e'\\\\'"},
    {"E'a''b'", "escape E'a''b'"},
    {"N'a' n'b' _utf8'c' _UTF-8'd'", "prefixed N'a' | prefixed n'b' | prefixed _utf8'c' | prefixed _UTF-8'd'"},
    {"U&'\\0041' u&'x' UESCAPE '#'", "unicode U&'\\0041' | unicode u&'x' | UESCAPE | string '#'"},
    {"x'41' X''", "binary x'41' | binary X''"},
    {"N 'a'", "name N | string 'a'"},
    {"'a' 'b'='c'", "string 'a' | string 'b' | = | string 'c'"},
    {"'abc", "open-string 'abc"},
    {"'it''", "open-string 'it''"},
    {"E'a\\'", "open-string E'a\\'"},
    {"E'a\\", "open-string E'a\\"},
    {"\"b\"", "illegal \" | name b | illegal \""},
    /* names */
    {"$$b$$ $t a$b _1 $x", "name $$b$$ | name $t | name a$b | name _1 | name $x"},
    {"$ ${x}", "operator $ | operator $ | operator { | name x | operator }"},
    {"`a;b` `x--y` `a``b` `c\"d`", "quoted `a;b` | quoted `x--y` | quoted `a``b` | quoted `c\"d`"},
    {"`a\nb", "open-name `a | name b"},
    {"`a``", "open-name `a``"},
    {"1a my-table", "integer 1 | name a | name my | - | TABLE"},
    {"\xE8\xAE\xA2\xE5\x8D\x95 \xC3\xA4\xC3\x9F \xE3\x81\x82",
     "name \xE8\xAE\xA2\xE5\x8D\x95 | name \xC3\xA4\xC3\x9F | name \xE3\x81\x82"},
    {"\xED\x95\x9C", "illegal \xED\x95\x9C"}, /* a Hangul syllable */
    {"\xF0\x9F\x98\x80 `\xF0\x9F\x98\x80`", "illegal \xF0\x9F\x98\x80 | quoted `\xF0\x9F\x98\x80`"},
    {"a.`b` . c", "name a | . | quoted `b` | . | name c"},
    {"type Name", "name type | name Name"},
    /* comments and hints */
    {"5--3", "integer 5 | comment --3"},
    {"-- it's\nx", "comment -- it's | name x"},
    {"// it's\rx", "comment // it's | name x"},
    {"a--", "name a | comment --"},
    {"a-- c\r\nb", "name a | comment -- c | name b"},
    {"/**/x /****/y", "comment /**/ | name x | comment /****/ | name y"},
    {"/***/x*/y", "comment /***/x*/ | name y"},
    {"/***/x", "open-comment /***/x"},
    {"/** doc **/x", "comment /** doc **/ | name x"},
    {"/* a /* b */ c */", "comment /* a /* b */ | name c | */"},
    {"/*", "open-comment /*"},
    {"/*/", "open-comment /*/"},
    {"/*+ a */ /* + b */", "hint /*+ | name a | */ | comment /* + b */"},
    {"#c", "illegal # | name c"},
    /* numbers */
    {"12 1.5 1. .5 1e3 1.5E-3 1e+2",
     "integer 12 | number 1.5 | number 1. | number .5 | number 1e3 | number 1.5E-3 | number 1e+2"},
    {"t.1 1e x", "name t | number .1 | integer 1 | name e | name x"},
    {"-5", "- | integer 5"},
    /* operators */
    {"ARRAY<ROW<x MAP<STRING,ARRAY<INT>>>>",
     "ARRAY | < | ROW | < | name x | MAP | < | STRING | , | ARRAY | < | INT | > | > | > | >"},
    {"ROW<> ROW< >", "ROW | <> | ROW | < | >"},
    {"<= >= != << -> => || .. == ::", "operator <= | operator >= | operator != | operator << | operator -> | operator "
                                      "=> | operator || | operator .. | = | = | operator : | operator :"},
    {"MAP<INT,INT>='x'", "MAP | < | INT | , | INT | operator >= | string 'x'"},
    {"create table t(a int)with('a'='b')--",
     "CREATE | TABLE | name t | ( | name a | INT | ) | WITH | ( | string 'a' | = | string 'b' | ) | comment --"},
    /* what Flink refuses */
    {"\x0B\xC2\xA0\xE3\x80\x80\xEF\xBB\xBF",
     "illegal \x0B | illegal \xC2\xA0 | illegal \xE3\x80\x80 | illegal \xEF\xBB\xBF"},
    {"\xFF\x80\xC3", "illegal \xFF\x80 | illegal \xC3"},
    {"\xE2\x80\x98x\xE2\x80\x99", "illegal \xE2\x80\x98 | name x | illegal \xE2\x80\x99"},
};

static void test_tokens(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(token_cases); i++) {
        Str tokens = tokens_of(str_of(token_cases[i].text));
        if (!str_equal_ignore_case(tokens, str_of(token_cases[i].tokens))) {
            fail_msg("%s\nis        %s\nshould be %s", token_cases[i].text, tokens.data, token_cases[i].tokens);
        }
    }
    assert_str(tokens_of(STR("a\0b")), STR("name a | illegal \0 | name b"));
    assert_int_equal(lex(STR(""), 0).kind, TOKEN_EOF);
    assert_int_equal(lex_significant(STR(" -- c\n/* d */ x"), 0).start, 14);
}

static void test_keywords(void **state) {
    (void)state;
    static const char *const spellings[] = {"TABLE", "table", "Table", "tAbLe"};
    for (size_t i = 0; i < COUNT_OF(spellings); i++) {
        assert_int_equal(lex(str_of(spellings[i]), 0).kind, TOKEN_TABLE);
    }
    assert_string_equal(keyword_text(TOKEN_TABLE), "TABLE");
    assert_null(keyword_text(TOKEN_IDENTIFIER));
    assert_int_equal(lex(STR("tables2"), 0).kind, TOKEN_IDENTIFIER);
    assert_true(token_is_keyword(lex(STR("value"), 0)));
    assert_false(token_is_keyword(lex(STR("`table`"), 0)));
}

/* Every byte string lexes, and its tokens lie end to end. */
static void assert_tiled(Str text) {
    uint32_t at = 0;
    for (;;) {
        Token token = lex(text, at);
        assert_int_equal(token.start, at);
        if (token.kind == TOKEN_EOF) {
            assert_int_equal(token.end, at);
            break;
        }
        assert_true(token.end > at && token.end <= text.size);
        at = token.end;
    }
    assert_int_equal(at, text.size);
}

static void test_tokens_tile_the_text(void **state) {
    (void)state;
    static const char alphabet[] = "'`\"\n\r\t /*-+;,()=.<>\\$&{}aeEnNuUxX_09\xC3\xA4\xE8\xAE\xA2\xFF";
    char text[64];
    Random random = {1};
    for (size_t round = 0; round < 60000; round++) {
        size_t size = random_below(&random, sizeof text);
        bool is_alphabet = round % 3 > 0;
        for (size_t i = 0; i < size; i++) {
            text[i] = is_alphabet ? alphabet[random_below(&random, sizeof alphabet)] : (char)random_next(&random);
        }
        text[size] = '\0';
        assert_tiled((Str){text, size});
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        char one[2] = {(char)byte, '\0'};
        assert_tiled((Str){one, 1});
    }
}

/* ---- literals ---- */

static Str value_of(Str literal) {
    Str text = arena_copy(&arena, literal);
    return literal_value(text, (Span){0, (uint32_t)text.size}, &arena);
}

static void test_literal_values(void **state) {
    (void)state;
    static const struct {
        const char *literal, *value;
    } cases[] = {
        {"'a'", "a"},
        {"''", ""},
        {"''''", "'"},
        {"'it''s'", "it's"},
        {"'c:\\n'", "c:\\n"},
        {"N'a''b'", "a'b"},
        {"_utf8'\xC3\xA4'", "\xC3\xA4"},
        {"U&'\\0041\\+01F600x'", "A\xF0\x9F\x98\x80x"},
        {"U&'#0041\\' UESCAPE '#'", "A\\"},
        {"u&'a\\\\b'", "a\\b"},
        {"U&'\\00e4'", "\xC3\xA4"},
        {"U&'\\zz'", "\\zz"},
        {"E'a\\'b\\\\\\n\\t\\r\\b\\f'", "a'b\\\n\t\r\b\f"},
        {"e'\\x41\\u00e4\\U0001F600'", "A\xC3\xA4\xF0\x9F\x98\x80"},
        {"E'it''s'", "it's"},
        {"E'\\q'", "q"},
        {"x'41'", "x'41'"},
        {"'a' 'b'", "ab"},
        {"'a'\n-- c 'x'\n/* 'y' */'b''' 'c'", "ab'c"},
        {"N'a' 'b'", "ab"},
        {"U&'\\0041' '\\0042'", "AB"},
        {"U&'#0041' '#0042' /* c */ UESCAPE /* d */ '#'", "AB"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str value = value_of(str_of(cases[i].literal));
        if (!str_equal(value, str_of(cases[i].value))) {
            fail_msg("%s is <%.*s>, should be <%s>", cases[i].literal, (int)value.size, value.data, cases[i].value);
        }
    }
}

/* What is written is one plain literal, and reads back as the same. */
static void test_literal_round_trip(void **state) {
    (void)state;
    Random random = {2};
    for (size_t round = 0; round < 20000; round++) {
        char value[40];
        size_t size = random_below(&random, sizeof value);
        for (size_t i = 0; i < size; i++) {
            value[i] = random_below(&random, 3) == 0 ? '\'' : (char)random_next(&random);
        }
        Buffer buffer = {0};
        literal_write(&buffer, (Str){value, size});
        Str literal = buffer_take(&buffer, &arena);
        Token token = lex(literal, 0);
        assert_int_equal(token.kind, TOKEN_QUOTED_STRING);
        assert_int_equal(token.end, literal.size);
        assert_str(value_of(literal), (Str){value, size});
    }
}

/* No form may decode to more than the room that there is, whatever stands in it. */
static void test_literals_of_random_bytes(void **state) {
    (void)state;
    static const char *const prefixes[] = {"'", "N'", "U&'", "E'", "x'", "_u'"};
    static const char alphabet[] = "\\\\\\'uUxX+09aF#\xC3\xA4 ";
    Random random = {3};
    for (size_t round = 0; round < 40000; round++) {
        Buffer buffer = {0};
        buffer_add(&buffer, str_of(prefixes[random_below(&random, COUNT_OF(prefixes))]));
        for (size_t i = random_below(&random, 24); i > 0; i--) {
            buffer_add_char(&buffer, alphabet[random_below(&random, sizeof alphabet - 1)]);
        }
        buffer_add(&buffer, random_below(&random, 4) == 0 ? STR("' UESCAPE '#'") : STR("'"));
        Str literal = buffer_take(&buffer, &arena);
        Token first = lex(literal, 0);
        if (token_is_string(first)) {
            uint32_t end =
                lex_significant(literal, first.end).kind == TOKEN_UESCAPE ? (uint32_t)literal.size : first.end;
            Str value = literal_value(literal, (Span){0, end}, &arena);
            assert_true(value.size <= literal.size);
        }
    }
}

/* ---- SET as the client reads it ---- */

static void test_raw_settings(void **state) {
    (void)state;
    static const struct {
        const char *text, *key, *value; /* key NULL: not taken */
    } cases[] = {
        {"SET a.b = c", "a.b", "c"},
        {"set a.b=c", "a.b", "c"},
        {"SET a = 'x y'", "a", "x y"},
        {"SET a=''", "a", ""},
        {"SET\n a\t=\r\n c", "a", "c"},
        {"SET x=hdfs://h/p", "x", "hdfs://h/p"},
        {"SET a = b=c", "a", "b=c"},
        {"RESET a.b", "a.b", ""},
        {"reset a", "a", ""},
        {"SET", NULL, NULL},
        {"SET 'a' = 'b'", NULL, NULL},
        {"SET a", NULL, NULL},
        {"SET a =", NULL, NULL},
        {"SET a = b c", NULL, NULL},
        {"SET a = 'it''s'", NULL, NULL},
        {"SET a = 'x' y", NULL, NULL},
        {"SET a /* c */ = b", NULL, NULL},
        {"SETa=b", NULL, NULL},
        {"RESET", NULL, NULL},
        {"RESET 'a'", NULL, NULL},
        {"RESET a b", NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str text = str_of(cases[i].text);
        RawSetting setting;
        bool is_taken = raw_setting_parse(text, (Span){0, (uint32_t)text.size}, &setting);
        if (is_taken != (cases[i].key != NULL)) {
            fail_msg("%s: %s", cases[i].text, is_taken ? "taken" : "not taken");
        }
        if (is_taken) {
            assert_text((Str){text.data + setting.key.start, setting.key.end - setting.key.start}, cases[i].key);
            assert_text((Str){text.data + setting.value.start, setting.value.end - setting.value.start},
                        cases[i].value);
        }
    }
}

/* ---- pragmas ---- */

static void test_pragmas(void **state) {
    (void)state;
    static const struct {
        const char *comment;
        PragmaResult result;
        PragmaKind kind;
        const char *argument;
    } cases[] = {
        {"-- smtpatch: off", PRAGMA_FOUND, PRAGMA_OFF, ""},
        {"--smtpatch:on", PRAGMA_FOUND, PRAGMA_ON, ""},
        {"//  smtpatch:  skip  ", PRAGMA_FOUND, PRAGMA_SKIP, ""},
        {"/* smtpatch: off */", PRAGMA_FOUND, PRAGMA_OFF, ""},
        {"/*smtpatch:skip*/", PRAGMA_FOUND, PRAGMA_SKIP, ""},
        {"-- smtpatch: allow(a, b-c)", PRAGMA_FOUND, PRAGMA_ALLOW, "a, b-c"},
        {"-- smtpatch: allow()", PRAGMA_FOUND, PRAGMA_ALLOW, ""},
        {"-- smtpatch: allow(a", PRAGMA_UNKNOWN, 0, ""},
        {"-- smtpatch: of", PRAGMA_UNKNOWN, 0, ""},
        {"-- smtpatch:", PRAGMA_UNKNOWN, 0, ""},
        {"-- smtpatch: off, please", PRAGMA_UNKNOWN, 0, ""},
        {"-- smtpatch is nice", PRAGMA_NONE, 0, ""},
        {"-- see smtpatch: off", PRAGMA_NONE, 0, ""},
        {"--", PRAGMA_NONE, 0, ""},
        {"/**/", PRAGMA_NONE, 0, ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        Str text = str_of(cases[i].comment);
        Pragma pragma = {0};
        PragmaResult result = pragma_parse(text, lex(text, 0), &pragma);
        if (result != cases[i].result || (result == PRAGMA_FOUND && pragma.kind != cases[i].kind)) {
            fail_msg("%s: %d, %d", cases[i].comment, result, pragma.kind);
        }
        assert_text((Str){text.data + pragma.argument.start, pragma.argument.end - pragma.argument.start},
                    cases[i].argument);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_tokens),
        arena_test(test_keywords),
        arena_test(test_tokens_tile_the_text),
        arena_test(test_literal_values),
        arena_test(test_literal_round_trip),
        arena_test(test_literals_of_random_bytes),
        arena_test(test_raw_settings),
        arena_test(test_pragmas),
    };
    return run_all(tests);
}
