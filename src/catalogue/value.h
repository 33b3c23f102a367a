/* The values of options, read as Flink reads them. ASCII only: that Java also takes the digits of other
 * scripts is of no use to anybody. */
#ifndef SMTPATCH_CATALOGUE_VALUE_H
#define SMTPATCH_CATALOGUE_VALUE_H

#include "arena.h"

typedef enum ValueType {
    VALUE_STRING,
    VALUE_BOOLEAN,
    VALUE_INT,
    VALUE_LONG,
    VALUE_DOUBLE,
    VALUE_DURATION,
    VALUE_MEMORY,
    VALUE_ENUM,
    VALUE_LIST,
} ValueType;

typedef enum ValueStatus {
    VALUE_TAKEN,
    VALUE_DEPENDS, /* newer releases of Flink take it, older ones do not */
    VALUE_REFUSED,
} ValueStatus;

typedef struct Duration {
    int64_t seconds;
    int32_t nanoseconds; /* 0 to 999 999 999 */
} Duration;

typedef struct Value {
    ValueStatus status;
    union {
        bool boolean;
        int64_t integer; /* int, long; memory: bytes */
        double number;
        Duration duration;
        size_t count; /* list: its items */
    };
    Str problem; /* unless taken: what would be accepted, a phrase that begins small */
    Str mend;    /* what to write instead; empty where that is not certain */
} Value;

/* Releases of Flink as numbers, for `oldest_flink` below. */
#define FLINK_1_15 0x010F00U

/* Reads text as a value of the type. oldest_flink: the oldest Flink that may run the script, as 0xMMmmpp (it
 * decides over the unit `m`); 0 when nothing is known. A string or enum is always taken: which texts are
 * allowed is the option's, see catalogue_check_value(). Texts that are made live in the arena. */
Value value_check(Arena *arena, ValueType type, Str text, uint32_t oldest_flink);

/* "int", "duration", ... */
Str value_type_name(ValueType type);

/* Whole milliseconds, cut off; INT64_MAX when there are more. */
int64_t duration_milliseconds(Duration duration);

/* Whole nanoseconds; INT64_MAX when there are more. */
int64_t duration_nanoseconds(Duration duration);

#endif
