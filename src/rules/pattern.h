/* Regular expressions of rules: PCRE2, compiled once, run with limits, so that no pattern can hang smtpatch. */
#ifndef SMTPATCH_PATTERN_H
#define SMTPATCH_PATTERN_H

#include <pcre2.h>

#include "arena.h"

typedef struct Pattern {
    Str text;
    pcre2_code *code; /* freed by pattern_free() */
} Pattern;

/* Compiles text (UTF-8, unanchored, with JIT where it is to be had). False when it is no regular expression; then
 * *message, in arena, says why, and *offset where in text. Leaves through the arena's guard when memory ends. */
bool pattern_compile(Str text, Pattern *pattern, Arena *arena, Str *message, size_t *offset);

void pattern_free(Pattern *pattern);

/* What matching needs besides the pattern; one for each thread. */
typedef struct Matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t group_count; /* that the last match has set */
} Matcher;

/* False when memory ended. */
bool matcher_init(Matcher *matcher);
void matcher_free(Matcher *matcher);

typedef enum MatchResult {
    MATCH_NO,
    MATCH_YES,
    MATCH_GAVE_UP, /* the limits were reached */
} MatchResult;

MatchResult pattern_match(const Pattern *pattern, Str subject, Matcher *matcher);

/* After MATCH_YES: the group as a part of the subject; empty when it took no part or there is no such group. */
Str matcher_group(const Matcher *matcher, Str subject, size_t group);

/* The number of a named group, or 0. */
size_t pattern_group(const Pattern *pattern, Str name);

/* How many groups the pattern has. */
size_t pattern_group_count(const Pattern *pattern);

#endif
