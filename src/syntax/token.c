#include "syntax/token.h"

static const char *const keywords[] = {
#include "keyword_text.inc"
};

const char *keyword_text(unsigned kind) {
    return kind < sizeof keywords / sizeof *keywords ? keywords[kind] : NULL;
}

bool keyword_is_reserved(unsigned kind) {
    static const bool reserved[] = {
#include "keyword_reserved.inc"
    };
    return kind == TOKEN_RESERVED || (kind < sizeof reserved / sizeof *reserved && reserved[kind]);
}
