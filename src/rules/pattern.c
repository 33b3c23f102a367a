#include "rules/pattern.h"

#include <stdio.h>
#include <stdlib.h>

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
    return true;
}

void pattern_free(Pattern *pattern) {
    pcre2_code_free(pattern->code);
    pattern->code = NULL;
}

bool matcher_init(Matcher *matcher) {
    matcher->data = pcre2_match_data_create(GROUPS_MAX, NULL);
    matcher->context = pcre2_match_context_create(NULL);
    matcher->quick = calloc(QUICK_PATTERNS, sizeof *matcher->quick);
    if (matcher->data == NULL || matcher->context == NULL || matcher->quick == NULL) {
        matcher_free(matcher);
        return false;
    }
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_set_depth_limit(matcher->context, DEPTH_LIMIT);
    pcre2_set_heap_limit(matcher->context, HEAP_LIMIT_KIB);
    return true;
}

void matcher_free(Matcher *matcher) {
    for (size_t i = 0; matcher->quick != NULL && i < QUICK_PATTERNS; i++) {
        pcre2_code_free(matcher->quick[i].code);
    }
    free(matcher->quick);
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    *matcher = (Matcher){0};
}

/* The matcher's entry for the pattern; NULL when another pattern has it. */
static QuickPattern *quick_pattern(const Pattern *pattern, Matcher *matcher) {
    uint64_t hash = (uint64_t)(uintptr_t)pattern * UINT64_C(0x9E3779B97F4A7C15);
    QuickPattern *quick = &matcher->quick[hash >> 57];
    if (quick->pattern == NULL) {
        quick->pattern = pattern;
        for (size_t i = 0; i < SUBJECTS_KEPT; i++) {
            quick->subjects[i].size = SIZE_MAX;
        }
    }
    return quick->pattern == pattern ? quick : NULL;
}

/* JIT takes longer than a hundred matches, and a pattern may not be changed while other threads use it. Without JIT the
 * interpreter serves. */
static const pcre2_code *code_of(const Pattern *pattern, QuickPattern *quick) {
    enum { USES_THAT_PAY = 200 };
    if (quick != NULL && ++quick->uses == USES_THAT_PAY) {
        quick->code = pcre2_code_copy(pattern->code);
        if (quick->code != NULL) {
            pcre2_jit_compile(quick->code, PCRE2_JIT_COMPLETE);
        }
    }
    return quick != NULL && quick->code != NULL ? quick->code : pattern->code;
}

static int match(const Pattern *pattern, Str subject, QuickPattern *quick, Matcher *matcher) {
    return pcre2_match(code_of(pattern, quick), (PCRE2_SPTR)(subject.data ? subject.data : ""), subject.size, 0, 0,
                       matcher->data, matcher->context);
}

static MatchResult result_of(int status) {
    switch (status) {
    case PCRE2_ERROR_NOMATCH:
        return MATCH_NO;
    case PCRE2_ERROR_NOMEMORY:
        return MATCH_OUT_OF_MEMORY;
    default:
        return status >= 0 ? MATCH_YES : MATCH_GAVE_UP;
    }
}

MatchResult pattern_match(const Pattern *pattern, Str subject, Matcher *matcher) {
    int status = match(pattern, subject, quick_pattern(pattern, matcher), matcher);
    matcher->group_count = status > 0    ? (size_t)status
                           : status == 0 ? pcre2_get_ovector_count(matcher->data)
                                         : 0;
    return result_of(status);
}

MatchResult pattern_test(const Pattern *pattern, Str subject, Matcher *matcher) {
    QuickPattern *quick = quick_pattern(pattern, matcher);
    if (quick == NULL || subject.size > SUBJECT_KEPT_MAX) {
        return result_of(match(pattern, subject, quick, matcher));
    }
    for (size_t i = 0; i < SUBJECTS_KEPT; i++) {
        if (str_equal((Str){quick->subjects[i].text, quick->subjects[i].size}, subject)) {
            return result_of(quick->subjects[i].status);
        }
    }
    KeptSubject *kept = &quick->subjects[quick->next++ % SUBJECTS_KEPT];
    kept->status = match(pattern, subject, quick, matcher);
    kept->size = subject.size;
    if (subject.size > 0) {
        memcpy(kept->text, subject.data, subject.size);
    }
    return result_of(kept->status);
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
