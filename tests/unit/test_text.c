/* Text, memory, places and widths: what all stages stand on. */
#include "helpers.h"

#include "width.h"

/* ---- text ---- */

static void test_distance(void **state) {
    (void)state;
    static const struct {
        const char *a, *b;
        size_t limit, distance;
    } cases[] = {
        {"", "", 3, 0},
        {"", "abc", 3, 3},
        {"abc", "", 2, SIZE_MAX},
        {"slot", "slot", 0, 0},
        {"slot", "SLOT", 0, 0},
        {"slott", "slot", 3, 1},
        {"layuot", "layout", 3, 1},
        {"ca", "abc", 3, 3},
        {"kitten", "sitting", 3, 3},
        {"kitten", "sitting", 2, SIZE_MAX},
        {"ab", "ba", 1, 1},
        {"publication.name", "debezium.publication.name", 8, SIZE_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(str_distance(str_of(cases[i].a), str_of(cases[i].b), cases[i].limit), cases[i].distance);
        assert_int_equal(str_distance(str_of(cases[i].b), str_of(cases[i].a), cases[i].limit), cases[i].distance);
    }
    char longest[129];
    memset(longest, 'x', sizeof longest);
    assert_int_equal(str_distance((Str){longest, 128}, (Str){longest, 127}, 3), 1);
    assert_int_equal(str_distance((Str){longest, 129}, (Str){longest, 129}, 3), SIZE_MAX);
}

static void test_comparing(void **state) {
    (void)state;
    assert_true(str_equal(STR_NONE, STR("")));
    assert_true(str_equal(STR("a\0b"), STR("a\0b")));
    assert_false(str_equal(STR("a\0b"), STR("a\0c")));
    assert_true(str_equal_ignore_case(STR("WiTh"), STR("wItH")));
    assert_false(str_equal_ignore_case(STR("\xC3\x84"), STR("\xC3\xA4")));
    assert_true(str_compare(STR("a"), STR("ab")) < 0);
    assert_true(str_compare(STR("b"), STR("ab")) > 0);
    assert_true(str_compare(STR("\xFF"), STR("a")) > 0);
    assert_int_equal(str_compare(STR_NONE, STR("")), 0);
    assert_true(str_has_prefix(STR("abc"), STR("")));
    assert_false(str_has_prefix(STR("ab"), STR("abc")));
    assert_true(str_has_suffix(STR("mysql-cdc"), STR("-cdc")));
    assert_false(str_has_suffix(STR("cdc"), STR("-cdc")));
    assert_str(str_trim(STR(" \t\r\n\f\va b \n")), STR("a b"));
    assert_str(str_trim(STR(" \n")), STR(""));
    assert_str(str_from(STR("abc"), 2), STR("c"));
    assert_str(str_from(STR("abc"), 7), STR(""));
}

/* ---- arena and buffer ---- */

static void ask_for_too_much(void *context) { arena_array(context, SIZE_MAX / 2, 3); }
static void ask_for_all(void *context) { arena_alloc(context, SIZE_MAX - 8); }
static void ask_for_most(void *context) { arena_alloc(context, SIZE_MAX / 2); }

static void grow_without_end(void *context) {
    size_t capacity = SIZE_MAX / 2 + 1;
    arena_grow(context, NULL, &capacity, 8);
}

static void take_from_failed_buffer(void *context) {
    Buffer buffer = {0};
    buffer_add(&buffer, STR("text"));
    buffer.failed = true;
    buffer_take(&buffer, context);
}

static void test_arena_leaves_through_its_guard(void **state) {
    (void)state;
    static void (*const works[])(void *) = {ask_for_too_much, ask_for_all, ask_for_most, grow_without_end,
                                            take_from_failed_buffer};
    for (size_t i = 0; i < COUNT_OF(works); i++) {
        assert_false(guard_run(&guard, works[i], &arena));
    }
    assert_null(arena_try(&arena, SIZE_MAX - 8));
    assert_non_null(arena_alloc(&arena, 1));
}

static void test_arena_memory(void **state) {
    (void)state;
    char *last = NULL;
    for (size_t size = 1; size < 40000; size = size * 2 + 1) {
        char *memory = arena_alloc(&arena, size);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(memory[i], 0);
        }
        memset(memory, 'x', size);
        assert_ptr_not_equal(memory, last);
        last = memory;
    }
    assert_text(arena_format(&arena, "%s-%d", "a", 42), "a-42");
    Str copy = arena_copy(&arena, STR("a\0b"));
    assert_int_equal(copy.data[copy.size], '\0');
    assert_str(copy, STR("a\0b"));
    assert_int_equal(arena_copy(&arena, STR_NONE).data[0], '\0');
    arena_free(&arena);
    assert_non_null(arena_alloc(&arena, 10));
}

static void test_vectors_grow_in_place(void **state) {
    (void)state;
    VECTOR(uint32_t) numbers = {0}, others = {0};
    *vector_add(&arena, &numbers) = 0;
    uint32_t *first = numbers.items;
    for (uint32_t i = 1; i < 1000; i++) {
        *vector_add(&arena, &numbers) = i;
    }
    assert_ptr_equal(numbers.items, first); /* nothing else was allocated meanwhile */
    for (uint32_t i = 0; i < 100000; i++) {
        *vector_add(&arena, &others) = i;
        if (i % 1000 == 0) {
            *vector_add(&arena, &numbers) = i;
        }
    }
    for (uint32_t i = 0; i < 100000; i++) {
        assert_int_equal(others.items[i], i);
    }
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(numbers.items[i], i);
    }
    vector_add(&arena, &numbers);
    assert_int_equal(numbers.items[numbers.count - 1], 0);
}

/* An array that outgrows its block has one of its own; a release takes away those made since the mark and no others. */
static void test_large_arrays(void **state) {
    (void)state;
    enum { MANY = 300000 };
    VECTOR(size_t) before = {0}, behind = {0};
    for (size_t i = 0; i < MANY; i++) {
        *vector_add(&arena, &before) = i;
    }
    char *small = arena_alloc(&arena, 8);
    ArenaMark mark = arena_mark(&arena);
    for (size_t i = 0; i < MANY; i++) {
        *vector_add(&arena, &behind) = 2 * i;
        *vector_add(&arena, &before) = MANY + i;
    }
    assert_int_equal(behind.items[MANY - 1], 2 * (MANY - 1));
    arena_release(&arena, mark);
    for (size_t i = 0; i < 2 * MANY; i++) {
        assert_int_equal(before.items[i], i);
    }
    assert_int_equal(*small, 0);
    arena_release(&arena, (ArenaMark){0});
    assert_null(arena.block);
}

static void test_pieces(void **state) {
    (void)state;
    static const char text[] = "one two three";
    Pieces pieces = {.arena = &arena};
    pieces_add(&pieces, (Str){text, 4});
    pieces_add(&pieces, (Str){text + 4, 4});
    assert_int_equal(pieces.list.count, 1);
    pieces_add(&pieces, STR(""));
    pieces_add_like(&pieces, STR("thirty-three"), (Str){text + 8, 5});
    assert_text(pieces_text(&pieces, (PiecePlace){0, 0}, &arena), "one two thirty-three");
    assert_int_equal(pieces.list.count, 3);
    assert_int_equal(pieces.size, 20);
    assert_true(pieces_equal(&pieces, STR("one two thirty-three")));
    assert_false(pieces_equal(&pieces, STR("one two thirty-thred")));
    assert_false(pieces_equal(&pieces, STR("one two thirty-three ")));
    assert_text(pieces_text(&pieces, pieces_behind(&pieces, (PiecePlace){0, 0}, 4), &arena), "two thirty-three");
    assert_text(pieces_text(&pieces, pieces_behind(&pieces, (PiecePlace){0, 2}, 10), &arena), "ty-three");
    assert_text(pieces_text(&pieces, pieces_end(&pieces), &arena), "");
    assert_int_equal(common_prefix(STR("abcdefghijk"), STR("abcdefghijx")), 10);
    assert_int_equal(common_prefix(STR("abcdefgh"), STR("abcdefgh")), 8);
    assert_int_equal(common_suffix(STR("x23456789"), STR("123456789")), 8);
    assert_int_equal(common_suffix(STR("ab"), STR("aab")), 2);
}

static void test_buffer(void **state) {
    (void)state;
    Buffer buffer = {0};
    buffer_add(&buffer, STR_NONE);
    assert_null(buffer.data);
    buffer_add(&buffer, STR("a\0b"));
    buffer_add_char(&buffer, 'c');
    buffer_add_repeated(&buffer, ' ', 3);
    buffer_add_repeated(&buffer, 'x', 0);
    buffer_format(&buffer, "%05d", 42);
    assert_str(buffer_str(&buffer), STR("a\0bc   00042"));
    assert_false(buffer_reserve(&buffer, SIZE_MAX / 2));
    assert_true(buffer.failed);
    buffer_add(&buffer, STR("dropped"));
    buffer_format(&buffer, "%s", "dropped");
    assert_int_equal(buffer.size, 12);
    buffer_clear(&buffer);
    assert_false(buffer.failed);
    for (size_t i = 0; i < 5000; i++) {
        buffer_format(&buffer, "%zu,", i);
    }
    Str taken = buffer_take(&buffer, &arena);
    assert_int_equal(taken.data[taken.size], '\0');
    assert_true(str_has_suffix(taken, STR(",4998,4999,")));
    assert_null(buffer.data);
    assert_str(buffer_take(&buffer, &arena), STR(""));
}

/* ---- places ---- */

static Source source(const char *text) { return source_in(&arena, str_of(text)); }

static void assert_place(const char *text, uint32_t offset, size_t line, size_t column) {
    Source at = source(text);
    Place place = source_place(&at, offset);
    if (place.line != line || place.column != column) {
        fail_msg("offset %u is %zu:%zu, should be %zu:%zu", offset, place.line, place.column, line, column);
    }
    assert_int_equal(source_line(&at, offset), line);
}

static void test_lines(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint32_t offset;
        size_t line, column;
    } cases[] = {
        {"", 0, 1, 1},          {"ab", 0, 1, 1},         {"ab", 2, 1, 3},
        {"a\nb\nc", 2, 2, 1},   {"a\nb\nc", 4, 3, 1},    {"a\n", 2, 2, 1},
        {"a\nb", 1, 1, 2},      {"a\r\nb", 3, 2, 1},     {"a\r\nb", 1, 1, 2},
        {"a\rb\rc", 2, 2, 1},   {"a\rb\rc", 4, 3, 1},    {"a\r", 2, 2, 1},
        {"a\r\n\nb\rc", 3, 2, 1}, {"a\r\n\nb\rc", 4, 3, 1}, {"a\r\n\nb\rc", 6, 4, 1},
        {"a\r\r\nb", 4, 3, 1},  {"\n\n\n", 3, 4, 1},     {"\n\r\n\r", 4, 4, 1},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_place(cases[i].text, cases[i].offset, cases[i].line, cases[i].column);
    }
}

static void test_columns(void **state) {
    (void)state;
    assert_place("\xEF\xBB\xBF" "ab", 3, 1, 1); /* a byte order mark takes no column */
    assert_place("\xEF\xBB\xBF" "ab", 4, 1, 2);
    assert_place("\xEF\xBB\xBF" "a\nbc", 6, 2, 2);
    assert_place("\xE8\xAE\xA2\xE5\x8D\x95x", 6, 1, 5);  /* two wide characters */
    assert_place("e\xCC\x81x", 3, 1, 2);                  /* a combining accent */
    assert_place("\xD0\xB6x", 2, 1, 2);                   /* Cyrillic */
    assert_place("\xF0\x9F\x98\x80x", 4, 1, 3);           /* an emoji */
    assert_place("\t\tx", 2, 1, 3);                       /* tabs count as one, as in Flink's messages */
    assert_place("\xFF\xC3x", 2, 1, 3);                   /* no UTF-8 */
    assert_place("\xE8\xAEx", 2, 1, 3);                   /* a character that is cut */
}

static void test_line_spans(void **state) {
    (void)state;
    Source at = source("\xEF\xBB\xBF" "ab\r\n\ncd\ref");
    static const char *const lines[] = {"ab", "", "cd", "ef"};
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        assert_text(source_slice(&at, source_line_span(&at, i + 1)), lines[i]);
    }
    assert_int_equal(at.begin, 3);
    assert_int_equal(at.line_count, 4);
}

static void test_newlines(void **state) {
    (void)state;
    static const struct {
        const char *text, *newline;
    } cases[] = {{"", "\n"},       {"a", "\n"},      {"a\nb", "\n"},      {"a\r\nb", "\r\n"}, {"a\rb", "\r"},
                 {"a\r", "\r"},    {"\n", "\n"},     {"\r\n", "\r\n"},    {"a\r\nb\n", "\n"}, {"a\nb\r\n", "\r\n"},
                 {"a\nb\r", "\n"}, {"a\rb\n", "\n"}, {"a\rb\r\n", "\r\n"}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_text(newline_text(source(cases[i].text).newline), cases[i].newline);
    }
}

static void test_widths(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t bytes;
        unsigned columns;
    } cases[] = {{"a", 1, 1},           {"\t", 1, 1},         {"\x01", 1, 1},         {"\xC3\xA9", 2, 1},
                 {"\xCC\x81", 2, 0},    {"\xE2\x80\x8B", 3, 0}, {"\xE3\x81\x82", 3, 2}, {"\xEF\xBC\xA1", 3, 2},
                 {"\xF0\x9F\x98\x80", 4, 2}, {"\xFF", 1, 1},   {"\x80", 1, 1},         {"\xC0\x80", 1, 1},
                 {"\xED\xA0\x80", 1, 1}, {"\xF0\x9F", 1, 1}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned columns;
        size_t size = next_character(str_of(cases[i].text), &columns);
        if (size != cases[i].bytes || columns != cases[i].columns) {
            fail_msg("case %zu: %zu bytes, %u columns", i, size, columns);
        }
    }
    assert_int_equal(text_columns(STR("")), 0);
    assert_int_equal(text_columns(STR("a\xE8\xAE\xA2" "e\xCC\x81\xFF")), 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        arena_test(test_distance),
        arena_test(test_comparing),
        arena_test(test_arena_leaves_through_its_guard),
        arena_test(test_arena_memory),
        arena_test(test_vectors_grow_in_place),
        arena_test(test_large_arrays),
        arena_test(test_pieces),
        arena_test(test_buffer),
        arena_test(test_lines),
        arena_test(test_columns),
        arena_test(test_line_spans),
        arena_test(test_newlines),
        arena_test(test_widths),
    };
    return run_all(tests);
}
