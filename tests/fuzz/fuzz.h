/* What the fuzzers share: an arena for each input, and how a broken law is told. */
#ifndef SMTPATCH_FUZZ_H
#define SMTPATCH_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "finding.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

/* libFuzzer keeps the input of a run that aborts. */
static inline _Noreturn void break_law(const char *law, Str detail) {
    fprintf(stderr, "broken law: %s\n%.*s\n", law, (int)detail.size, detail.data ? detail.data : "");
    abort();
}

/* What the work on an input stands on. */
typedef struct Ground {
    Guard guard;
    Arena arena, scratch;
    Findings findings;
} Ground;

static inline void ground_init(Ground *ground) {
    arena_init(&ground->arena, &ground->guard);
    arena_init(&ground->scratch, &ground->guard);
    ground->findings = (Findings){.arena = &ground->arena};
}

static inline void ground_end(Ground *ground) {
    arena_free(&ground->scratch);
    arena_free(&ground->arena);
}

/* The text in the arena, with the NUL that sources want. */
static inline Source ground_source(Ground *ground, const char *name, Str text) {
    return source_of(str_of(name), arena_copy(&ground->arena, text), &ground->arena);
}

/* A finding's place must be one of its source. */
static inline void check_findings(const Findings *findings) {
    for (size_t i = 0; i < findings->list.count; i++) {
        const Finding *finding = &findings->list.items[i];
        if (finding->severity == SEVERITY_BUG) {
            break_law("a bug was found by smtpatch itself", finding->message);
        }
        if (finding->source != NULL &&
            (finding->span.start > finding->span.end || finding->span.end > finding->source->text.size)) {
            break_law("a finding stands outside of the text", finding->message);
        }
    }
}

#endif
