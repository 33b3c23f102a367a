/* Loaded into what valgrind looks at: pcre2 does without its just-in-time compiler, whose code reads whole words at a time,
 * on purpose, and does not look at what lies behind a text. */
#include <pcre2.h>

int pcre2_jit_compile(pcre2_code *code, uint32_t options) {
    (void)code;
    (void)options;
    return PCRE2_ERROR_JIT_BADOPTION;
}
