/* Passes over all tables or statements of a large script wait for memory longer than they work: what they come to soon
 * is asked for ahead. */
#ifndef SMTPATCH_PREFETCH_H
#define SMTPATCH_PREFETCH_H

#include "text.h"

enum { PREFETCH_AHEAD = 8 /* items ahead of the one at hand: time enough, and not too many */ };

/* Only speed depends on it. The empty instruction is for gcc, which drops calls of functions that do nothing else. */
static inline void prefetch(const void *memory, size_t size) {
    enum { CACHE_LINE = 64 };
    for (size_t at = 0; at < size; at += CACHE_LINE) {
        __builtin_prefetch((const char *)memory + at);
        __asm__ volatile("");
    }
}

/* The same for a text's first bytes from offset on. */
static inline void prefetch_text(Str text, uint32_t offset, size_t size) {
    size_t rest = text.size - offset;
    prefetch(text.data + offset, size < rest ? size : rest);
}

#endif
