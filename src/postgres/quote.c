#include "postgres/quote.h"

#include <stdlib.h>

/* The keywords of PostgreSQL 15 but the unreserved ones (pg_get_keywords(), catcode other than U), in order. */
static const char *const keywords[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
};

static int compare_keyword(const void *name, const void *keyword) {
    return str_compare(*(const Str *)name, str_of(*(const char *const *)keyword));
}

static bool is_safe(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool is_letter = (c >= 'a' && c <= 'z') || c == '_';
        if (!is_letter && !(i > 0 && is_digit(c))) {
            return false;
        }
    }
    return name.size > 0 &&
           bsearch(&name, keywords, sizeof keywords / sizeof *keywords, sizeof *keywords, compare_keyword) == NULL;
}

/* text between two of the quotes, those inside it and `also` doubled. */
static Str enclose(Arena *arena, Str text, char quote, char also) {
    char *enclosed = arena_alloc(arena, 2 * text.size + 2);
    size_t size = 0;
    enclosed[size++] = quote;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == quote || text.data[i] == also) {
            enclosed[size++] = text.data[i];
        }
        enclosed[size++] = text.data[i];
    }
    enclosed[size++] = quote;
    return (Str){enclosed, size};
}

Str quote_identifier(Arena *arena, Str name) { return is_safe(name) ? name : enclose(arena, name, '"', '"'); }

Str quote_table(Arena *arena, Str schema, Str table) {
    Str first = quote_identifier(arena, schema), second = quote_identifier(arena, table);
    return arena_format(arena, "%.*s.%.*s", (int)first.size, first.data, (int)second.size, second.data);
}

Str quote_literal(Arena *arena, Str text) {
    if (text.size == 0 || memchr(text.data, '\\', text.size) == NULL) {
        return enclose(arena, text, '\'', '\'');
    }
    Str escaped = enclose(arena, text, '\'', '\\');
    return arena_format(arena, "E%.*s", (int)escaped.size, escaped.data);
}
