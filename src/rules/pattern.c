#include "rules/pattern.h"

#include <stdio.h>

/* Far above what any sane pattern needs on a name, and reached in well under a second. */
enum { MATCH_LIMIT = 1000000, DEPTH_LIMIT = 10000, HEAP_LIMIT_KIB = 20000, GROUPS_MAX = 64 };

bool pattern_compile(Str text, Pattern *pattern, Arena *arena, Str *message, size_t *offset) {
    int error;
    PCRE2_SIZE at;
    *pattern = (Pattern){.text = text};
    pattern->code = pcre2_compile((PCRE2_SPTR)(text.data ? text.data : ""), text.size,
                                  PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at, NULL);
    if (pattern->code == NULL && error == PCRE2_ERROR_HEAP_FAILED) {
        guard_leave(arena->guard);
    }
    if (pattern->code == NULL) {
        PCRE2_UCHAR reason[256];
        pcre2_get_error_message(error, reason, sizeof reason);
        *message = arena_format(arena, "%s", (const char *)reason);
        *offset = at;
        return false;
    }
    pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE); /* without it the interpreter serves */
    return true;
}

void pattern_free(Pattern *pattern) {
    pcre2_code_free(pattern->code);
    pattern->code = NULL;
}

bool matcher_init(Matcher *matcher) {
    matcher->data = pcre2_match_data_create(GROUPS_MAX, NULL);
    matcher->context = pcre2_match_context_create(NULL);
    if (matcher->data == NULL || matcher->context == NULL) {
        matcher_free(matcher);
        return false;
    }
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_set_depth_limit(matcher->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(matcher->context, HEAP_LIMIT_KIB);
    return true;
}

void matcher_free(Matcher *matcher) {
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    *matcher = (Matcher){0};
}

MatchResult pattern_match(const Pattern *pattern, Str subject, Matcher *matcher) {
    int status = pcre2_match(pattern->code, (PCRE2_SPTR)(subject.data ? subject.data : ""), subject.size, 0, 0,
                             matcher->data, matcher->context);
    matcher->group_count = 0;
    if (status >= 0) {
        matcher->group_count = status > 0 ? (size_t)status : pcre2_get_ovector_count(matcher->data);
        return MATCH_YES;
    }
    return status == PCRE2_ERROR_NOMATCH ? MATCH_NO : MATCH_GAVE_UP;
}

Str matcher_group(const Matcher *matcher, Str subject, size_t group) {
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(matcher->data);
    if (group >= matcher->group_count || offsets[2 * group] == PCRE2_UNSET ||
        offsets[2 * group] > offsets[2 * group + 1]) {
        return STR("");
    }
    return (Str){subject.data + offsets[2 * group], offsets[2 * group + 1] - offsets[2 * group]};
}

size_t pattern_group(const Pattern *pattern, Str name) {
    char terminated[64];
    if (name.size >= sizeof terminated) {
        return 0;
    }
    snprintf(terminated, sizeof terminated, "%.*s", (int)name.size, name.data);
    int group = pcre2_substring_number_from_name(pattern->code, (PCRE2_SPTR)terminated);
    return group > 0 ? (size_t)group : 0;
}

size_t pattern_group_count(const Pattern *pattern) {
    uint32_t count = 0;
    pcre2_pattern_info(pattern->code, PCRE2_INFO_CAPTURECOUNT, &count);
    return count;
}
