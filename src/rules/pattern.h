/* Regular expressions of rules: PCRE2, compiled once, run with limits, so that no pattern can hang smtpatch. */
#ifndef SMTPATCH_PATTERN_H
#define SMTPATCH_PATTERN_H

#include <pcre2.h>

#include "arena.h"

typedef struct Pattern {
    Str text;
    pcre2_code *code; /* freed by pattern_free() */
} Pattern;

/* Compiles text (UTF-8, unanchored). False when it is no regular expression; then
 * *message, in arena, says why, and *offset where in text. Leaves through the arena's guard when memory ends. */
bool pattern_compile(Str text, Pattern *pattern, Arena *arena, Str *message, size_t *offset);

void pattern_free(Pattern *pattern);

enum { QUICK_PATTERNS = 128, SUBJECT_KEPT_MAX = 32, SUBJECTS_KEPT = 4 };

/* How a match ended. */
typedef struct KeptSubject {
    size_t size; /* SIZE_MAX: none was kept */
    int status;
    char text[SUBJECT_KEPT_MAX];
} KeptSubject;

/* A pattern that a matcher has much to do with. */
typedef struct QuickPattern {
    const Pattern *pattern;
    unsigned uses;
    pcre2_code *code; /* the matcher's own, with JIT; NULL while it would not pay */
    unsigned next;    /* of the subjects, to be replaced */
    KeptSubject subjects[SUBJECTS_KEPT]; /* short ones, matched before: connectors are few */
} QuickPattern;

/* What matching needs besides the pattern; one for each thread. */
typedef struct Matcher {
    pcre2_match_data *data;
    pcre2_match_context *context;
    size_t group_count;  /* that the last match has set */
    QuickPattern *quick; /* QUICK_PATTERNS of them, each for one of several patterns */
} Matcher;

/* False when memory ended. */
bool matcher_init(Matcher *matcher);
void matcher_free(Matcher *matcher);

typedef enum MatchResult {
    MATCH_NO,
    MATCH_YES,
    MATCH_GAVE_UP, /* the limits were reached */
    MATCH_OUT_OF_MEMORY,
} MatchResult;

/* Whether the pattern, which must live as long as the matcher does, matches; for who does not ask for its groups: the
 * same subject once more costs nothing. */
MatchResult pattern_test(const Pattern *pattern, Str subject, Matcher *matcher);

MatchResult pattern_match(const Pattern *pattern, Str subject, Matcher *matcher);

/* After MATCH_YES of pattern_match(): the group as a part of the subject; empty when it took no part or there is no
 * such group. */
Str matcher_group(const Matcher *matcher, Str subject, size_t group);

/* The number of a named group, or 0. */
size_t pattern_group(const Pattern *pattern, Str name);

/* How many groups the pattern has. */
size_t pattern_group_count(const Pattern *pattern);

#endif
