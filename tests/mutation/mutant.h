/* What tests/mutation/mutate.pl puts into a copy of the source: every place where the program could be another one asks here
 * which it shall be. The environment's MUTANT says so; 0 is the program as it was written.
 *
 * With MUTANT_RECORD, a file of a byte for each mutant, the program marks there whose value was another at least once than
 * it would have been in the program as it was written: only those can change what a test sees. */
#ifndef MUTANT_H
#define MUTANT_H

#include <stdbool.h>

#include "text.h"

extern int mutant_chosen;
extern char *mutant_record; /* NULL when nothing is recorded */

static inline void mutant_mark(int id) {
    if (mutant_record) {
        mutant_record[id] = 1;
    }
}

/* 1 in mutant id, else 0. */
static inline int mutant_flip(int id) {
    mutant_mark(id);
    return mutant_chosen == id;
}

/* A comparison: mutant id has its boundary elsewhere, mutant id + 1 says the opposite. */
static inline bool mutant_compare(int id, bool value, bool shifted) {
    if (value != shifted) {
        mutant_mark(id);
    }
    mutant_mark(id + 1);
    return mutant_chosen == id ? shifted : mutant_chosen == id + 1 ? !value : value;
}

/* && stops at a left side that is false, || at one that is true; the mutant the other way round. */
static inline bool mutant_stops(int id, bool stops) {
    if (stops) {
        mutant_mark(id);
    }
    return (mutant_chosen == id) != stops;
}

static inline bool mutant_right(int id, bool left, bool right) {
    if (left != right) {
        mutant_mark(id);
    }
    return right;
}

static inline Str mutant_text(int id, Str text) { return mutant_flip(id) ? STR("~") : text; }

#define MUTANT_COMPARE(id, operator, shifted, left, right)                                                             \
    ({                                                                                                                 \
        __auto_type left_##id = left;                                                                                  \
        __auto_type right_##id = right;                                                                                \
        mutant_compare(id, left_##id operator right_##id, left_##id shifted right_##id);                               \
    })
#define MUTANT_LOGIC(id, stop, left, right)                                                                            \
    ({                                                                                                                 \
        bool left_##id = left;                                                                                         \
        mutant_stops(id, left_##id == stop) ? left_##id : mutant_right(id, left_##id, right);                          \
    })
#define MUTANT_STRING(id, text) (mutant_flip(id) ? "~" text : text)

/* The texts of tables are known before a mutant is chosen. */
enum { MUTANTS_MAX = 20000 };
void mutant_choose(int id);
void mutant_array(int id, char *text);
#define MUTANT_ARRAY(id, text)                                                                                         \
    static char mutant_array_##id[] = text;                                                                            \
    __attribute__((constructor(101))) static void mutant_know_##id(void) { mutant_array(id, mutant_array_##id); }

#endif
