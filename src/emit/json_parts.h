/* What the parts of --emit json share: the document under way, and putting values into it. A value is put in as soon as
 * it is made; when memory ends all of these leave through the arena's guard. */
#ifndef SMTPATCH_JSON_PARTS_H
#define SMTPATCH_JSON_PARTS_H

#include "emit/overview.h"
#include "report/json_text.h"

typedef VECTOR(const View *) Views;

typedef struct Json {
    const OutputRequest *request;
    const Script *script;
    const Model *model;
    Source *source;
    Arena *arena;
    Overview overview;
    const Statement *const *sets; /* overview_sets() */
    Views views;
    Str connector;     /* of the table at hand */
    json_t *item;      /* the item of a list that is being made; all values are put into it as soon as they are made */
    size_t list_count; /* how many items the list has so far */
} Json;

/* ---- Values: under a key of an object, or at the end of an array ------------------------------------------------- */

void json_put(const Json *json, json_t *object, const char *key, json_t *value);
json_t *json_put_object(const Json *json, json_t *object, const char *key);
json_t *json_put_array(const Json *json, json_t *object, const char *key);
void json_put_text(const Json *json, json_t *object, const char *key, Str text);
void json_put_text_or_null(const Json *json, json_t *object, const char *key, Str text);
void json_put_boolean(const Json *json, json_t *object, const char *key, bool value);
void json_put_number(const Json *json, json_t *object, const char *key, size_t number);
/* The index, or null when there is none. */
void json_put_index(const Json *json, json_t *object, const char *key, bool has_index, size_t index);
/* "place": line and column of an offset. */
void json_put_place(const Json *json, json_t *object, uint32_t offset);
json_t *json_add(const Json *json, json_t *array, json_t *value);
json_t *json_add_object(const Json *json, json_t *array);
/* Text made valid UTF-8. */
json_t *json_text_value(const Json *json, Str text);

/* ---- Names ------------------------------------------------------------------------------------------------------- */

const Plan *json_plan_of(const Json *json, const Table *table);
void json_fill_name(const Json *json, json_t *object, const TableName *name);
/* A name, and the place in "tables" of the table it stands for, which may be NULL. */
void json_fill_reference(const Json *json, json_t *object, const TableName *name, const Table *table);
void json_add_references(const Json *json, json_t *array, Table *const *tables, size_t count);
void json_put_statement(const Json *json, json_t *object, const Statement *statement);
/* The names of a list in parentheses. */
void json_add_names(const Json *json, json_t *array, Span list);
/* A type or an expression on one line: without its comments, one blank where there was room. is_tight: none inside of
 * brackets and before commas, for types. */
Str json_one_line(const Json *json, Span span, bool is_tight);

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

/* Fills json->item with a table of the overview. */
void json_fill_table(Json *json, size_t index);

#endif
