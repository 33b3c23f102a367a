#include "mutate.h"

#include "syntax/lexer.h"

typedef struct Random {
    uint64_t state;
} Random;

/* splitmix64 */
static size_t random_below(Random *random, size_t limit) {
    uint64_t bits = random->state += UINT64_C(0x9E3779B97F4A7C15);
    bits = (bits ^ (bits >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ (bits >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (size_t)((bits ^ (bits >> 31)) % limit);
}

uint32_t token_end(Str text, uint32_t offset) { return lex(text, offset).end; }

uint32_t line_end(Str text, uint32_t offset) {
    const char *newline = memchr(text.data + offset, '\n', text.size - offset);
    return newline ? (uint32_t)(newline + 1 - text.data) : (uint32_t)text.size;
}

static bool is_word_byte(char c) { return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'); }

uint32_t word_end(Str text, uint32_t offset) {
    uint32_t end = offset + 1;
    while (is_word_byte(text.data[offset]) && end < text.size && is_word_byte(text.data[end])) {
        end++;
    }
    return end;
}

/* An input under way: data holds the new one, and text what its part behind the header was before. */
typedef struct Mutation {
    const Kind *kind;
    uint8_t *data;
    size_t size, max_size;
    Str text;
    Random random;
} Mutation;

/* A unit of the text, chosen at random; may be empty at its end. */
static Span random_unit(Mutation *mutation) {
    const Kind *kind = mutation->kind;
    bool is_small = kind->small_end != NULL && random_below(&mutation->random, 2) == 0;
    UnitEnd *unit_end = is_small ? kind->small_end : kind->unit_end;
    uint32_t wanted = (uint32_t)random_below(&mutation->random, mutation->text.size + 1), offset = 0;
    while (offset < mutation->text.size) {
        uint32_t end = unit_end(mutation->text, offset);
        if (end > wanted) {
            return (Span){offset, end};
        }
        offset = end;
    }
    return (Span){offset, offset};
}

/* Replaces bytes of the text by others, unless they do not fit. */
static void splice(Mutation *mutation, Span span, Str with) {
    size_t start = mutation->kind->header_size + span.start, end = mutation->kind->header_size + span.end;
    if (mutation->size - (end - start) + with.size > mutation->max_size) {
        return;
    }
    memmove(mutation->data + start + with.size, mutation->data + end, mutation->size - end);
    if (with.size > 0) {
        memcpy(mutation->data + start, with.data, with.size);
    }
    mutation->size = mutation->size - (end - start) + with.size;
}

static Str part(const Mutation *mutation, Span span) {
    return (Str){mutation->text.data + span.start, span.end - span.start};
}

static void mutate_units(Mutation *mutation) {
    const Kind *kind = mutation->kind;
    Span one = random_unit(mutation), other = random_unit(mutation);
    switch (random_below(&mutation->random, 4)) {
    case 0: /* taken away */
        splice(mutation, one, STR(""));
        break;
    case 1: /* one in another's place */
        splice(mutation, one, part(mutation, other));
        break;
    case 2: /* a piece put in, or put in the place of a unit */
        one.end = random_below(&mutation->random, 2) == 0 ? one.start : one.end;
        splice(mutation, one, str_of(kind->pieces[random_below(&mutation->random, kind->piece_count)]));
        break;
    default: /* a run of units doubled elsewhere */
        one = (Span){one.start < other.start ? one.start : other.start, one.end > other.end ? one.end : other.end};
        other = random_unit(mutation);
        splice(mutation, (Span){other.start, other.start}, part(mutation, one));
    }
}

/* The units are those of a copy, as the input changes while they are moved about. */
static bool mutate_copy(Mutation *mutation) {
    size_t header = mutation->kind->header_size, size = mutation->size - header;
    char *copy = malloc(size + 1);
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, mutation->data + header, size);
    copy[size] = '\0';
    mutation->text = (Str){copy, size};
    mutate_units(mutation);
    free(copy);
    return true;
}

size_t mutate(const Kind *kind, uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    Mutation mutation = {.kind = kind, .data = data, .size = size, .max_size = max_size, .random = {seed}};
    if (size < kind->header_size || random_below(&mutation.random, 3) == 0) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    if (kind->header_size > 0 && random_below(&mutation.random, 8) == 0) {
        data[random_below(&mutation.random, kind->header_size)] = (uint8_t)random_below(&mutation.random, 256);
    }
    for (size_t i = 1 + random_below(&mutation.random, 3); i > 0 && mutate_copy(&mutation); i--) {
    }
    return mutation.size;
}
