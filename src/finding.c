#include "finding.h"

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
