#include "emit/json_parts.h"

#include "syntax/lexer.h"
#include "valid.h"

/* ---- Putting values in ------------------------------------------------------------------------------------------- */

void json_put(const Json *json, json_t *object, const char *key, json_t *value) {
    if (json_object_set_new(object, key, value) != 0) {
        guard_leave(json->arena->guard);
    }
}

json_t *json_put_object(const Json *json, json_t *object, const char *key) {
    json_put(json, object, key, json_object());
    return json_object_get(object, key);
}

json_t *json_put_array(const Json *json, json_t *object, const char *key) {
    json_put(json, object, key, json_array());
    return json_object_get(object, key);
}

json_t *json_add(const Json *json, json_t *array, json_t *value) {
    if (json_array_append_new(array, value) != 0) {
        guard_leave(json->arena->guard);
    }
    return json_array_get(array, json_array_size(array) - 1);
}

json_t *json_add_object(const Json *json, json_t *array) { return json_add(json, array, json_object()); }

json_t *json_text_value(const Json *json, Str text) {
    Str valid = valid_text(text, json->arena);
    return json_stringn(valid.size > 0 ? valid.data : "", valid.size);
}

void json_put_text(const Json *json, json_t *object, const char *key, Str text) {
    json_put(json, object, key, json_text_value(json, text));
}

void json_put_text_or_null(const Json *json, json_t *object, const char *key, Str text) {
    json_put(json, object, key, text.size > 0 ? json_text_value(json, text) : json_null());
}

void json_put_boolean(const Json *json, json_t *object, const char *key, bool value) {
    json_put(json, object, key, json_boolean(value));
}

void json_put_number(const Json *json, json_t *object, const char *key, size_t number) {
    json_put(json, object, key, json_integer((json_int_t)number));
}

/* A number, or null where there is none. */
void json_put_index(const Json *json, json_t *object, const char *key, bool has_index, size_t index) {
    json_put(json, object, key, has_index ? json_integer((json_int_t)index) : json_null());
}

void json_put_place(const Json *json, json_t *object, uint32_t offset) {
    json_t *object_of_place = json_put_object(json, object, "place");
    Place place = source_character(json->source, offset);
    json_put_number(json, object_of_place, "line", place.line);
    json_put_number(json, object_of_place, "column", place.column);
}

/* ---- Names ------------------------------------------------------------------------------------------------------- */

void json_fill_name(const Json *json, json_t *object, const TableName *name) {
    json_put_text(json, object, "catalog", name->catalog);
    json_put_text(json, object, "database", name->database);
    json_put_text(json, object, "table", name->table);
}

const Plan *json_plan_of(const Json *json, const Table *table) {
    return &json->request->plans->items[table - json->model->tables];
}

static void fill_known(const Json *json, json_t *object, const Table *table) {
    TableName name = overview_table_name(json_plan_of(json, table));
    json_fill_name(json, object, &name);
    json_put_index(json, object, "index", true, (size_t)(table - json->model->tables));
}

void json_fill_reference(const Json *json, json_t *object, const TableName *name, const Table *table) {
    if (table != NULL) {
        fill_known(json, object, table);
        return;
    }
    json_fill_name(json, object, name);
    json_put_index(json, object, "index", false, 0);
}

void json_add_references(const Json *json, json_t *array, Table *const *tables, size_t count) {
    for (size_t i = 0; i < count; i++) {
        fill_known(json, json_add_object(json, array), tables[i]);
    }
}

void json_put_statement(const Json *json, json_t *object, const Statement *statement) {
    json_put_number(json, object, "statement", (size_t)(statement - json->script->statements));
}

/* The names of a list in parentheses. */
void json_add_names(const Json *json, json_t *array, Span list) {
    Str text = json->source->text;
    for (Token token = lex_significant(text, list.start); token.start < list.end;
         token = lex_significant(text, token.end)) {
        bool is_name = token.kind != TOKEN_LEFT_PAREN && token.kind != TOKEN_RIGHT_PAREN && token.kind != TOKEN_COMMA;
        if (is_name) {
            json_add(json, array, json_text_value(json, identifier_value(text, token_span(token), json->arena)));
        }
    }
}

/* A type or an expression on one line: without its comments, one blank where there was room. is_tight: none inside of
 * brackets and before commas, for types. */
Str json_one_line(const Json *json, Span span, bool is_tight) {
    Str text = json->source->text;
    Buffer line = {0};
    uint32_t end = span.start;
    for (Token token = lex_significant(text, span.start); token.start < span.end;
         token = lex_significant(text, token.end)) {
        bool opens = line.size > 0 && strchr("(<", line.data[line.size - 1]) != NULL;
        bool closes = token.kind == TOKEN_RIGHT_PAREN || token.kind == TOKEN_GREATER || token.kind == TOKEN_COMMA;
        if (token.start > end && line.size > 0 && !(is_tight && (opens || closes))) {
            buffer_add_char(&line, ' ');
        }
        buffer_add(&line, source_slice(json->source, token_span(token)));
        end = token.end;
    }
    return buffer_take(&line, json->arena);
}
