/* Values of rules: text with ${…} in it. */
#ifndef SMTPATCH_TEMPLATE_H
#define SMTPATCH_TEMPLATE_H

#include "rules/pattern.h"

typedef enum TemplateField {
    TEMPLATE_TEXT,
    TEMPLATE_TABLE,
    TEMPLATE_SCHEMA,
    TEMPLATE_DATABASE,
    TEMPLATE_NAME,
    TEMPLATE_CONNECTOR,
    TEMPLATE_OPTION,
    TEMPLATE_ENVIRONMENT,
    TEMPLATE_GROUP, /* of the rule's table pattern */
} TemplateField;

enum { FILTER_SLOT = 1, FILTER_LOWER = 2, FILTER_UPPER = 4 };

typedef struct TemplatePart {
    TemplateField field;
    Str text;         /* of TEXT; the key of OPTION; the variable of ENVIRONMENT, with a NUL after it */
    size_t group;     /* of GROUP */
    unsigned filters; /* FILTER_… bits */
} TemplatePart;

typedef struct Template {
    Str text; /* as it was written */
    TemplatePart *parts;
    size_t count;
} Template;

/* What a part may stand for. table_pattern: whose groups may be named, or NULL.
 * Parses text into *template, in arena. Empty, or what is wrong with it and how to mend it. */
Str template_parse(Str text, const Pattern *table_pattern, Arena *arena, Template *template);

/* Where the values come from: context's answer for a part, or false when there is none (an option that the table
 * lacks, a variable that is not set). */
typedef bool (*TemplateLookup)(void *context, const TemplatePart *part, Str *value);

/* The template filled in, in arena. False when a lookup failed: *missing is then the part.
 * What ${…|slot} gives is cut so that the whole value fits a slot's name. */
bool template_expand(const Template *template, TemplateLookup lookup, void *context, Arena *arena, Str *value,
                     const TemplatePart **missing);

/* A slot name of at most `room` bytes for text: lower case, other characters than [a-z0-9_] replaced by '_'. Where
 * the text had to be cut, or characters beyond ASCII were replaced, a short hash at the end keeps different texts
 * different. PostgreSQL takes 63 bytes (NAMEDATALEN - 1). */
Str slot_name(Str text, size_t room, Arena *arena);

#endif
