/* Comments that speak to smtpatch: -- smtpatch: off | on | skip | allow(ID, …); in block comments too. */
#ifndef SMTPATCH_PRAGMA_H
#define SMTPATCH_PRAGMA_H

#include "syntax/tree.h"

typedef enum PragmaResult { PRAGMA_NONE, PRAGMA_FOUND, PRAGMA_UNKNOWN } PragmaResult;

/* Whether a comment is a pragma, and which. PRAGMA_UNKNOWN: it begins "smtpatch:" and goes on with no known word. */
PragmaResult pragma_parse(Str text, Token comment, Pragma *pragma);

#endif
