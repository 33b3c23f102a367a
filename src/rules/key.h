/* The key that an action writes on a table of some connector. */
#ifndef SMTPATCH_KEY_H
#define SMTPATCH_KEY_H

#include "rules/rule.h"

/* The connector's own key for slot, publication or heartbeat; an empty Str when it has none. */
Str short_key(Str name, Str connector);

/* The key that connector has for what people write as `key`; `key` itself when it is not known to be wrong. */
Str right_key(Str key, Str connector);

#endif
