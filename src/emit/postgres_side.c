#include "emit/postgres_side.h"

#include <stdlib.h>

#include "emit/comment.h"
#include "postgres/quote.h"

/* ---- Pieces -------------------------------------------------------------------------------------------------------
 */

void side_note(Side *side, Str text) { comment_write(side->out, "--", text); }

/* A line of SQL to copy. */
void side_show(Side *side, Str sql) { comment_line(side->out, "--", sql); }

/* What was written since `start` is a statement inside of a DO. */
void side_add_inner(Side *side, size_t start) {
    if (side->out->size <= UINT32_MAX) {
        *vector_add(side->arena, &side->inner) = (Span){(uint32_t)start, (uint32_t)side->out->size};
    }
}

/* Items with a comma between them, each on a line. */
void side_add_lines(Side *side, const Names *items, const char *indent) {
    for (size_t i = 0; i < items->count; i++) {
        buffer_format(side->out, "%s%s%.*s", i > 0 ? ",\n" : "", indent, TEXT(items->items[i]));
    }
}

Names side_literals(Side *side, const Names *names) {
    Names literals = {0};
    for (size_t i = 0; i < names->count; i++) {
        Str literal = quote_literal(side->arena, names->items[i]);
        *vector_add(side->arena, &literals) = literal;
    }
    return literals;
}

static bool holds(Str text, Str part) {
    return text.size >= part.size && memmem(text.data, text.size, part.data, part.size) != NULL;
}

/* A tag for a dollar-quoted text that holds the names: one that is in none of them. */
Str side_dollar_tag(Side *side, const Names *names) {
    Str tag = STR("$smtpatch$");
    for (size_t i = 0; i < names->count; i++) {
        while (holds(names->items[i], tag)) {
            tag = arena_format(side->arena, "%.*s_$", (int)tag.size - 1, tag.data);
        }
    }
    return tag;
}

/* ---- Sorted tables ------------------------------------------------------------------------------------------------
 */

int compare_table_names(const ServerTable *a, const ServerTable *b) {
    int order = str_compare(a->schema, b->schema);
    return order != 0 ? order : str_compare(a->table, b->table);
}

int compare_by_publication(const void *a, const void *b) {
    const ServerTable *left = a, *right = b;
    int order = str_compare(left->publication, right->publication);
    return order != 0 ? order : compare_table_names(left, right);
}

void sort_tables(ServerTables *tables, int (*compare)(const void *, const void *)) {
    if (tables->count > 1) {
        qsort(tables->items, tables->count, sizeof *tables->items, compare);
    }
}

/* The quoted names of tables[from..to), each once; they are in order. */
Names names_between(Side *side, const ServerTables *tables, size_t from, size_t to) {
    Names names = {0};
    for (size_t i = from; i < to; i++) {
        if (i == from || compare_table_names(&tables->items[i - 1], &tables->items[i]) != 0) {
            Str name = quote_table(side->arena, tables->items[i].schema, tables->items[i].table);
            *vector_add(side->arena, &names) = name;
        }
    }
    return names;
}
