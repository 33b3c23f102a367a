#include "finding.h"

#include <stdlib.h>

void finding_add(Findings *findings, Finding finding) {
    *vector_add(findings->arena, &findings->list) = finding;
    if (finding.severity > findings->worst) {
        findings->worst = finding.severity;
    }
}

void finding_trouble(Findings *findings, Source *source, Span span, Str message, Str hint) {
    finding_add(findings, (Finding){.severity = SEVERITY_TROUBLE,
                                    .source = source,
                                    .span = span,
                                    .message = message,
                                    .hint = hint});
}

void finding_file_trouble(Findings *findings, Str file, Str message) {
    finding_add(findings, (Finding){.severity = SEVERITY_TROUBLE, .file = file, .message = message});
}

static int compare_places(const void *a, const void *b) {
    const Finding *left = a, *right = b;
    if (left->span.start != right->span.start) {
        return left->span.start < right->span.start ? -1 : 1;
    }
    int order = left->id != NULL && right->id != NULL ? strcmp(left->id, right->id) : 0;
    return order != 0 ? order : (left->number > right->number) - (left->number < right->number);
}

void findings_sort(Findings *findings, size_t from) {
    size_t count = findings->list.count;
    for (size_t i = from; i < count; i++) {
        findings->list.items[i].number = i;
    }
    if (count > from + 1) {
        qsort(findings->list.items + from, count - from, sizeof *findings->list.items, compare_places);
    }
}
