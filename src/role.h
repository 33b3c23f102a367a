/* What a table is in a job. */
#ifndef SMTPATCH_ROLE_H
#define SMTPATCH_ROLE_H

/* Bits: a table may be both. */
typedef enum Role { ROLE_ANY = 0, ROLE_SOURCE = 1, ROLE_SINK = 2 } Role;

#endif
