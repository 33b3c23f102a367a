#include "syntax/token.h"

static const char *const keywords[] = {
#include "keyword_text.inc"
};

const char *keyword_text(unsigned kind) {
    return kind < sizeof keywords / sizeof *keywords ? keywords[kind] : NULL;
}
