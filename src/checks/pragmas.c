/* Checks of the comments that silence checks. */
#include "checks/registry.h"

static void check_names(Checker *checker, const Pragma *pragma) {
    Str list = source_slice(checker->script->source, pragma->argument);
    while (list.size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size;
        Str id = str_trim((Str){list.data, size});
        if (check_index(id) == SIZE_MAX) {
            Str nearest = check_nearest(id), name = shown(checker, id);
            fire_at(checker, pragma->comment, format(checker, "'%.*s' is no check", SHOW(name)),
                    nearest.size > 0 ? format(checker, "did you mean '%.*s'?", SHOW(nearest))
                                     : STR("'smtpatch --explain' lists the checks"));
            return;
        }
        list = str_from(list, size + 1);
    }
    fire_at(checker, pragma->comment, STR("this allow(...) silences nothing"),
            STR("take it away, or put it where the finding is"));
}

void check_unused_allow(Checker *checker) {
    for (size_t i = 0; i < checker->script->pragma_count; i++) {
        const Pragma *pragma = &checker->script->pragmas[i];
        if (pragma->kind == PRAGMA_ALLOW && !checker->used_pragmas[i]) {
            check_names(checker, pragma);
        }
    }
}
