/* Names of tables as CDC sources take them: regular expressions (of Java) that mostly are plain names. */
#ifndef SMTPATCH_NAME_PATTERN_H
#define SMTPATCH_NAME_PATTERN_H

#include "buffer.h"

typedef VECTOR(Str) Names;

/* Whether the pattern is a plain name or a list of them: orders, ^orders$, (orders|items), ^a$|^b$. The names are added
 * to names, escaped characters as they mean. Nothing is added when it is not. */
bool pattern_names(Str pattern, Arena *arena, Names *names);

/* The pattern as a part of a pipeline's table id, in arena. There an unescaped dot ends the part and "\." is the dot of
 * a regular expression (flink-cdc: Predicates.RegExSplitterByDot; TableIdRouter.convertTableListToRegExpPattern), a
 * comma ends the id, and a part is matched as a whole, so anchors are left out. False when it cannot be written: it
 * holds a comma, which the two read in different ways. */
bool pipeline_pattern(Str pattern, Arena *arena, Str *part);

#endif
