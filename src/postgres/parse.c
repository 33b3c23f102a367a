#include "postgres/parse.h"

#include <pg_query.h>
#include <stdlib.h>

#include "postgres/memory.h"

/* libpg_query writes the tree by recursion, about 130 bytes of stack for each level, and a level takes two bytes of
 * text ("+1"), so the stack grows with the text. Its JSON is up to 100 times as long as the text, and past 1 GiB
 * PostgreSQL gives up, so there is a limit. */
enum { STACK_PER_BYTE = 256, LARGEST_TEXT = 4 << 20, STACK_AT_LEAST = 1 << 20 };

/* ---- Places ------------------------------------------------------------------------------------------------------ */

/* PostgreSQL counts characters, from 1; 0 is nowhere. */
static size_t byte_offset(Str text, int cursor) {
    size_t offset = 0;
    for (int i = 1; i < cursor && offset < text.size; i++) {
        offset++;
        while (offset < text.size && ((unsigned char)text.data[offset] & 0xC0) == 0x80) {
            offset++;
        }
    }
    return offset;
}

/* The messages of the scanner end in: at or near "TOKEN". */
static size_t token_size(Str message, Str rest) {
    static const char lead[] = "at or near \"";
    const char *found = memmem(message.data, message.size, lead, sizeof lead - 1);
    if (found == NULL || message.data[message.size - 1] != '"') {
        return 0;
    }
    Str token = str_from(message, (size_t)(found - message.data) + sizeof lead - 1);
    token.size -= token.size > 0;
    return str_has_prefix(rest, token) ? token.size : 0;
}

static Span place_of(Str text, Str message, int cursor) {
    size_t start = byte_offset(text, cursor);
    return (Span){(uint32_t)start, (uint32_t)(start + token_size(message, str_from(text, start)))};
}

/* ---- The whole --------------------------------------------------------------------------------------------------- */

typedef struct Reading {
    Parse parse;
    const char *terminated; /* the text, with a NUL behind it */
    Arena *arena;
    ReadParse read;
    void *context;
    bool is_done;
} Reading;

static void read_guarded(void *context) {
    Reading *reading = context;
    reading->read(&reading->parse, reading->context);
}

/* What libpg_query makes is gone when the thread ends, in which this runs. */
static void parse_and_read(void *context) {
    Reading *reading = context;
    Parse *parse = &reading->parse;
    PgQueryParseResult result = pg_query_parse(reading->terminated);
    json_t *tree = NULL;
    if (result.error != NULL) {
        parse->problem = str_of(result.error->message);
        parse->place = place_of(parse->text, parse->problem, result.error->cursorpos);
    } else {
        tree = json_loads(result.parse_tree, 0, NULL);
        parse->is_opaque = tree == NULL;
        parse->statements = json_object_get(tree, "stmts");
    }
    reading->is_done = arena_run(reading->arena, read_guarded, reading);
    json_decref(tree); /* jansson may have its own memory */
}

/* What need not be asked of the parser. */
static bool judge_text(Str text, Parse *parse) {
    const char *nul = memchr(text.data, '\0', text.size);
    if (nul != NULL) {
        uint32_t offset = (uint32_t)(nul - text.data);
        parse->problem = STR("invalid byte sequence for encoding \"UTF8\": 0x00");
        parse->place = (Span){offset, offset + 1};
    }
    parse->is_opaque = nul == NULL && text.size > LARGEST_TEXT;
    return nul != NULL || parse->is_opaque;
}

void parse_postgres(Str text, Arena *arena, ReadParse read, void *context) {
    Reading reading = {.parse.text = text.size > 0 ? text : STR(""), .arena = arena, .read = read, .context = context};
    if (judge_text(reading.parse.text, &reading.parse)) {
        read(&reading.parse, context);
        return;
    }
    reading.terminated = arena_copy(arena, text).data;
    size_t stack_size = STACK_AT_LEAST + text.size * STACK_PER_BYTE;
    if (!postgres_memory_run(stack_size, parse_and_read, &reading) || !reading.is_done) {
        guard_leave(arena->guard);
    }
}

/* ---- Reading the tree -------------------------------------------------------------------------------------------- */

const char *node_kind(const json_t *wrapped, const json_t **node) {
    void *member = json_object_iter((json_t *)wrapped); /* jansson's iterators know no const, but change nothing */
    *node = member ? json_object_iter_value(member) : NULL;
    return member ? json_object_iter_key(member) : "";
}

Str node_text(const json_t *node, const char *key) {
    const json_t *value = json_object_get(node, key);
    return json_is_string(value) ? (Str){json_string_value(value), json_string_length(value)} : STR("");
}

Str string_node_text(const json_t *node) { return node_text(json_object_get(node, "String"), "sval"); }

size_t node_location(const json_t *node) {
    const json_t *value = json_object_get(node, "location");
    json_int_t location = json_is_integer(value) ? json_integer_value(value) : 0;
    return location > 0 ? (size_t)location : 0;
}
