#include "postgres/parse.h"

#include <limits.h>
#include <pg_query.h>
#include <pthread.h>
#include <stdlib.h>

/* libpg_query writes the tree by recursion, about 130 bytes of stack for each level, and a level takes two bytes of text
 * ("+1"), so a long text gets a thread with a stack to fit. Its JSON is up to 100 times as long as the text, and past
 * 1 GiB PostgreSQL's memory would end the process, so there is a limit. */
enum { STACK_PER_BYTE = 256, SHORT_TEXT = 2048, LARGEST_TEXT = 4 << 20, STACK_AT_LEAST = 1 << 20 };

/* Everything that must be freed. */
typedef struct Call {
    const char *text;
    PgQueryParseResult result;
} Call;

/* pg_query_init() keeps what it makes for a thread, but makes a key for the thread's end in a variable that all threads
 * share (pg_query.c, 15-4.0.0). */
static pthread_mutex_t first_use = PTHREAD_MUTEX_INITIALIZER;

static void *call_parser(void *context) {
    Call *call = context;
    pthread_mutex_lock(&first_use);
    pg_query_init();
    pthread_mutex_unlock(&first_use);
    call->result = pg_query_parse(call->text);
    return NULL;
}

/* False when no thread could be had. */
static bool call_in_thread(Call *call, size_t size) {
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    bool is_running = pthread_attr_setstacksize(&attributes, STACK_AT_LEAST + size * STACK_PER_BYTE) == 0 &&
                      pthread_create(&thread, &attributes, call_parser, call) == 0;
    pthread_attr_destroy(&attributes);
    return is_running && pthread_join(thread, NULL) == 0;
}

static bool run_parser(Call *call, size_t size) {
    if (size > SHORT_TEXT) {
        return call_in_thread(call, size);
    }
    call_parser(call);
    return true;
}

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

/* False when memory ended: jansson says so in some places, and nothing at all in others. */
static bool load_tree(const char *json, json_t **tree, Parse *parse) {
    json_error_t error;
    *tree = json_loads(json, 0, &error);
    if (*tree == NULL) {
        enum json_error_code code = json_error_code(&error);
        parse->is_opaque = true;
        return code != json_error_out_of_memory && code != json_error_unknown;
    }
    parse->statements = json_object_get(*tree, "stmts");
    return true;
}

typedef struct Reading {
    const Parse *parse;
    ReadParse read;
    void *context;
} Reading;

static void read_guarded(void *context) {
    Reading *reading = context;
    reading->read(reading->parse, reading->context);
}

static bool read_result(const PgQueryParseResult *result, Parse *parse, Arena *arena, ReadParse read, void *context) {
    json_t *tree = NULL;
    bool is_done = result->error == NULL || strcmp(result->error->message, "out of memory") != 0;
    if (!is_done) {
        return false;
    }
    if (result->error != NULL) {
        parse->problem = str_of(result->error->message);
        parse->place = place_of(parse->text, parse->problem, result->error->cursorpos);
    } else {
        is_done = load_tree(result->parse_tree, &tree, parse);
    }
    is_done = is_done && arena_run(arena, read_guarded, &(Reading){parse, read, context});
    json_decref(tree);
    return is_done;
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
    Parse parse = {.text = text.size > 0 ? text : STR("")};
    if (judge_text(parse.text, &parse)) {
        read(&parse, context);
        return;
    }
    Call call = {.text = arena_copy(arena, text).data};
    if (!run_parser(&call, text.size)) {
        guard_leave(arena->guard);
    }
    bool is_done = read_result(&call.result, &parse, arena, read, context);
    pg_query_free_parse_result(call.result);
    if (!is_done) {
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
