/* The session's settings as the run's prelude and the script's own statements leave them. */
#ifndef SMTPATCH_SESSION_H
#define SMTPATCH_SESSION_H

#include "syntax/tree.h"

/* KEY = VALUE that a script shall set. */
typedef struct PreludeSetting {
    Str key, value;
} PreludeSetting;

typedef struct Session {
    const Script *script;
    const PreludeSetting *prelude; /* goes before what the script sets */
    size_t prelude_count;
    Arena *arena; /* of values */
} Session;

typedef struct SessionValue {
    Str value;
    Span place; /* of the value in its SET; none when it is the prelude's */
} SessionValue;

/* What the run's prelude gives the key; else what SET, in either form, last gave it in front of an offset of the
 * script. False when nothing did, or RESET took it away again. What the cluster's own configuration says is not known
 * here. */
bool session_value(const Session *session, const char *key, uint32_t before, SessionValue *found);

/* The parallelism that the script sets for its jobs; 0 when it sets none. */
int64_t session_parallelism(const Session *session);

#endif
