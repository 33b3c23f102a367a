#include "catalogue/value.h"

#include <stdlib.h>

enum { NANOSECONDS = 1000000000 };

typedef struct Unit {
    const char *labels[6];
    int64_t nanoseconds;
    const char *mend; /* the label that every release takes */
} Unit;

static const Unit duration_units[] = {
    {{"d", "day", "days"}, INT64_C(86400) * NANOSECONDS, "d"},
    {{"h", "hour", "hours"}, INT64_C(3600) * NANOSECONDS, "h"},
    {{"min", "m", "minute", "minutes"}, INT64_C(60) * NANOSECONDS, "min"},
    {{"s", "sec", "secs", "second", "seconds"}, NANOSECONDS, "s"},
    {{"ms", "milli", "millis", "millisecond", "milliseconds"}, 1000000, "ms"},
    {{"\302\265s", "micro", "micros", "microsecond", "microseconds"}, 1000, "micros"},
    {{"ns", "nano", "nanos", "nanosecond", "nanoseconds"}, 1, "ns"},
};

static const char *const memory_units[][4] = {
    {"b", "bytes"},           {"k", "kb", "kibibytes"}, {"m", "mb", "mebibytes"},
    {"g", "gb", "gibibytes"}, {"t", "tb", "tebibytes"},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define DURATION_RULE \
    "a duration is a whole number and one unit: d, h, min, s, ms, micros or ns (none means ms)"
#define MEMORY_RULE "a memory size is a whole number and one unit: b, kb, mb, gb or tb (none means bytes)"

static Value refused(Str problem, Str mend) {
    return (Value){.status = VALUE_REFUSED, .problem = problem, .mend = mend};
}

/* Java's String.trim(): every character up to the blank. */
static Str java_trim(Str text) {
    while (text.size > 0 && (unsigned char)text.data[0] <= ' ') {
        text = str_from(text, 1);
    }
    while (text.size > 0 && (unsigned char)text.data[text.size - 1] <= ' ') {
        text.size--;
    }
    return text;
}

static size_t digits(Str text) {
    size_t count = 0;
    while (count < text.size && is_digit(text.data[count])) {
        count++;
    }
    return count;
}

/* The number that the digits write; false when it does not fit. */
static bool read_digits(Str text, int64_t *number) {
    *number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (__builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, text.data[i] - '0', number)) {
            return false;
        }
    }
    return text.size > 0;
}

/* ---- boolean */

static Value check_boolean(Str text) {
    static const char *const yes[] = {"yes", "on", "1", "y", "t"}, *const no[] = {"no", "off", "0", "n", "f"};
    bool is_true = str_equal_ignore_case(text, STR("true"));
    if (is_true || str_equal_ignore_case(text, STR("false"))) {
        return (Value){.boolean = is_true};
    }
    Str trimmed = java_trim(text), mend = STR_NONE;
    if (str_equal_ignore_case(trimmed, STR("true")) || str_equal_ignore_case(trimmed, STR("false"))) {
        mend = trimmed;
    }
    for (size_t i = 0; i < COUNT(yes); i++) {
        if (str_equal_ignore_case(trimmed, str_of(yes[i]))) {
            mend = STR("true");
        } else if (str_equal_ignore_case(trimmed, str_of(no[i]))) {
            mend = STR("false");
        }
    }
    return refused(STR("a boolean is true or false, without blanks around it"), mend);
}

/* ---- int and long */

/* Integer.parseInt and Long.parseLong: a sign, digits, nothing else. */
static bool read_integer(Str text, int64_t least, int64_t most, int64_t *number) {
    bool negative = text.size > 0 && text.data[0] == '-';
    Str rest = negative || (text.size > 0 && text.data[0] == '+') ? str_from(text, 1) : text;
    *number = 0;
    for (size_t i = 0; i < rest.size; i++) {
        int digit = rest.data[i] - '0';
        if (!is_digit(rest.data[i]) || __builtin_mul_overflow(*number, 10, number) ||
            __builtin_add_overflow(*number, negative ? -digit : digit, number)) {
            return false;
        }
    }
    return rest.size > 0 && *number >= least && *number <= most;
}

/* What is certainly meant by a number with blanks around it, `1_000` or `10.0`; empty otherwise. */
static Str integer_mend(Arena *arena, Str text, int64_t least, int64_t most) {
    Str trimmed = java_trim(text);
    char *mend = arena_alloc(arena, trimmed.size + 1);
    size_t size = 0, i = 0;
    for (; i < trimmed.size && trimmed.data[i] != '.'; i++) {
        bool separator = trimmed.data[i] == '_' && i > 0 && is_digit(trimmed.data[i - 1]) &&
                         i + 1 < trimmed.size && is_digit(trimmed.data[i + 1]);
        if (!separator) {
            mend[size++] = trimmed.data[i];
        }
    }
    for (size_t j = i + 1; j < trimmed.size; j++) {
        if (trimmed.data[j] != '0') {
            return STR_NONE;
        }
    }
    int64_t number;
    return read_integer((Str){mend, size}, least, most, &number) ? (Str){mend, size} : STR_NONE;
}

static Value check_integer(Arena *arena, Str text, int64_t least, int64_t most) {
    Value value = {0};
    if (read_integer(text, least, most, &value.integer)) {
        return value;
    }
    Str problem = most == INT32_MAX
                      ? STR("an int is a whole number from -2147483648 to 2147483647, digits only")
                      : STR("a long is a whole number of at most 64 bits, digits only");
    return refused(problem, integer_mend(arena, text, least, most));
}

/* ---- double */

static bool is_hexadecimal(char c) { return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }

/* The length of `digits [. digits]` with at least one digit; 0 when there is none. */
static size_t mantissa(Str text, bool hexadecimal) {
    size_t size = 0, found = 0, points = 0;
    while (size < text.size) {
        char c = text.data[size];
        if (c == '.' && points == 0) {
            points++;
        } else if (hexadecimal ? is_hexadecimal(c) : is_digit(c)) {
            found++;
        } else {
            break;
        }
        size++;
    }
    return found > 0 ? size : 0;
}

/* The length of an exponent that begins with the letter; 0 when there is none. */
static size_t exponent(Str text, char letter) {
    if (text.size < 2 || ascii_lower(text.data[0]) != letter) {
        return 0;
    }
    size_t sign = text.data[1] == '+' || text.data[1] == '-' ? 1 : 0;
    size_t count = digits(str_from(text, 1 + sign));
    return count > 0 ? 1 + sign + count : 0;
}

/* The part of text that strtod shall read, when all of it is what Double.parseDouble takes; else empty. */
static Str java_double(Str text) {
    size_t sign = text.size > 0 && (text.data[0] == '+' || text.data[0] == '-') ? 1 : 0;
    Str rest = str_from(text, sign);
    if (str_equal(rest, STR("NaN")) || str_equal(rest, STR("Infinity"))) {
        return text;
    }
    bool hexadecimal = rest.size > 1 && rest.data[0] == '0' && ascii_lower(rest.data[1]) == 'x';
    size_t size = hexadecimal ? 2 : 0;
    size_t body = mantissa(str_from(rest, size), hexadecimal);
    size_t power = exponent(str_from(rest, size + body), hexadecimal ? 'p' : 'e');
    size += body + power;
    bool suffix = size + 1 == rest.size && strchr("fFdD", rest.data[size]) != NULL && rest.data[size] != '\0';
    if (body == 0 || (hexadecimal && power == 0) || (size != rest.size && !suffix)) {
        return STR_NONE;
    }
    return (Str){text.data, sign + size};
}

static Value check_double(Arena *arena, Str text) {
    Str number = java_double(java_trim(text));
    if (number.size == 0) {
        return refused(STR("a double is a number such as 0.05, 1000.0 or 1e3"), STR_NONE);
    }
    return (Value){.number = strtod(arena_copy(arena, number).data, NULL)};
}

/* ---- duration */

static const Unit *duration_unit(Str label) {
    for (size_t i = 0; i < COUNT(duration_units); i++) {
        for (size_t j = 0; j < COUNT(duration_units[i].labels) && duration_units[i].labels[j] != NULL; j++) {
            if (str_equal_ignore_case(label, str_of(duration_units[i].labels[j]))) {
                return &duration_units[i];
            }
        }
    }
    return NULL;
}

/* number times the unit; false when the seconds do not fit. */
static bool duration_of(int64_t number, const Unit *unit, Duration *duration) {
    if (unit->nanoseconds >= NANOSECONDS) {
        *duration = (Duration){0};
        return !__builtin_mul_overflow(number, unit->nanoseconds / NANOSECONDS, &duration->seconds);
    }
    int64_t per_second = NANOSECONDS / unit->nanoseconds;
    *duration = (Duration){number / per_second, (int32_t)(number % per_second * unit->nanoseconds)};
    return true;
}

/* Writes so many nanoseconds with the largest unit that leaves no rest. */
static Str duration_text(Arena *arena, int64_t nanoseconds) {
    for (size_t i = 0; i < COUNT(duration_units); i++) {
        const Unit *unit = &duration_units[i];
        if (nanoseconds % unit->nanoseconds == 0 && nanoseconds > 0) {
            return arena_format(arena, "%lld %s", (long long)(nanoseconds / unit->nanoseconds), unit->mend);
        }
    }
    return STR("0 ms");
}

/* Adds one `number unit` of a text like 1h30m or 0.5s to *total and cuts it off *rest. */
static bool take_piece(Str *rest, int64_t *total) {
    size_t whole = digits(*rest), part = 0;
    Str fraction = STR_NONE;
    if (whole < rest->size && rest->data[whole] == '.') {
        part = digits(str_from(*rest, whole + 1));
        fraction = (Str){rest->data + whole + 1, part};
        part++;
    }
    Str after = str_trim(str_from(*rest, whole + part));
    size_t letters = 0;
    while (letters < after.size && !is_digit(after.data[letters]) && after.data[letters] != ' ') {
        letters++;
    }
    const Unit *unit = duration_unit((Str){after.data, letters});
    int64_t number = 0, nanoseconds;
    if (unit == NULL || !read_digits((Str){rest->data, whole}, &number) ||
        __builtin_mul_overflow(number, unit->nanoseconds, &nanoseconds)) {
        return false;
    }
    int64_t scale = unit->nanoseconds;
    for (size_t i = 0; i < fraction.size; i++) {
        if (scale % 10 != 0) {
            return false;
        }
        scale /= 10;
        if (__builtin_add_overflow(nanoseconds, scale * (fraction.data[i] - '0'), &nanoseconds)) {
            return false;
        }
    }
    *rest = str_trim(str_from(after, letters));
    return part != 1 && !__builtin_add_overflow(*total, nanoseconds, total);
}

/* What is meant by 1h30m, 0.5 s or PT10S, as Flink takes it; empty where that is not certain. */
static Str duration_mend(Arena *arena, Str text) {
    bool iso = text.size > 2 && str_equal_ignore_case((Str){text.data, 2}, STR("PT"));
    Str rest = iso ? str_from(text, 2) : text;
    int64_t total = 0;
    while (rest.size > 0) {
        if (!take_piece(&rest, &total)) {
            return STR_NONE;
        }
    }
    return text.size > 0 ? duration_text(arena, total) : STR_NONE;
}

static Value check_duration(Arena *arena, Str text, uint32_t oldest_flink) {
    Str trimmed = java_trim(text);
    size_t count = digits(trimmed);
    Str label = java_trim(str_from(trimmed, count));
    const Unit *unit = duration_unit(label.size > 0 ? label : STR("ms"));
    Value value = {0};
    int64_t number;
    if (count == 0 || unit == NULL) {
        return refused(STR(DURATION_RULE), duration_mend(arena, trimmed));
    }
    if (!read_digits((Str){trimmed.data, count}, &number) || !duration_of(number, unit, &value.duration)) {
        return refused(STR("a duration of that length does not fit in 64 bits"), STR_NONE);
    }
    if (str_equal_ignore_case(label, STR("m")) && oldest_flink < FLINK_1_15) {
        value.status = VALUE_DEPENDS;
        value.problem = STR("the unit m is known since Flink 1.15; min is known to every release");
        value.mend = arena_format(arena, "%lld min", (long long)number);
    }
    return value;
}

int64_t duration_milliseconds(Duration duration) {
    int64_t milliseconds;
    bool too_long = __builtin_mul_overflow(duration.seconds, 1000, &milliseconds) ||
                    __builtin_add_overflow(milliseconds, duration.nanoseconds / 1000000, &milliseconds);
    return too_long ? INT64_MAX : milliseconds;
}

int64_t duration_nanoseconds(Duration duration) {
    int64_t nanoseconds;
    bool too_long = __builtin_mul_overflow(duration.seconds, NANOSECONDS, &nanoseconds) ||
                    __builtin_add_overflow(nanoseconds, duration.nanoseconds, &nanoseconds);
    return too_long ? INT64_MAX : nanoseconds;
}

/* ---- memory size */

/* The power of 1024 that the label stands for, -1 when there is no such label. */
static int memory_power(Str label) {
    for (size_t i = 0; i < COUNT(memory_units); i++) {
        for (size_t j = 0; j < COUNT(memory_units[i]) && memory_units[i][j] != NULL; j++) {
            if (str_equal_ignore_case(label, str_of(memory_units[i][j]))) {
                return (int)i;
            }
        }
    }
    return label.size == 0 ? 0 : -1;
}

static Value check_memory(Str text) {
    Str trimmed = java_trim(text);
    size_t count = digits(trimmed);
    int power = memory_power(java_trim(str_from(trimmed, count)));
    Value value = {0};
    if (count == 0 || power < 0) {
        return refused(STR(MEMORY_RULE), STR_NONE);
    }
    if (!read_digits((Str){trimmed.data, count}, &value.integer) ||
        __builtin_mul_overflow(value.integer, INT64_C(1) << (10 * power), &value.integer)) {
        return refused(STR("a memory size of that many bytes does not fit in 64 bits"), STR_NONE);
    }
    return value;
}

/* ---- list */

/* The length of the quoted text at the start, 0 when it is not closed. A doubled quote stands for one. */
static size_t quoted_size(Str text) {
    for (size_t i = 1; i < text.size; i++) {
        if (text.data[i] == text.data[0]) {
            if (i + 1 == text.size || text.data[i + 1] != text.data[0]) {
                return i + 1;
            }
            i++;
        }
    }
    return 0;
}

/* Items with semicolons between them. An item that begins with a quote must end with it; two semicolons have
 * an empty item between them, one at an end has none there. */
static Value check_list(Str text) {
    Value value = {0};
    bool after_quoted = false, after_delimiter = false;
    while (text.size > 0) {
        char c = text.data[0];
        size_t size = 1;
        if (c == ';') {
            value.count += after_delimiter;
            after_quoted = false;
        } else if (is_blank(c)) {
            text = str_from(text, 1);
            continue;
        } else {
            if (after_quoted) {
                return refused(
                    STR("a quoted item of a list ends at its second quote; a semicolon must follow"),
                    STR_NONE);
            }
            after_quoted = c == '\'' || c == '"';
            const char *end = memchr(text.data, ';', text.size);
            size = after_quoted ? quoted_size(text) : end == NULL ? text.size : (size_t)(end - text.data);
            if (size == 0) {
                return refused(STR("the quote of a list's item is not closed"), STR_NONE);
            }
            value.count++;
        }
        after_delimiter = c == ';';
        text = str_from(text, size);
    }
    return value;
}

/* ---- all */

Value value_check(Arena *arena, ValueType type, Str text, uint32_t oldest_flink) {
    switch (type) {
    case VALUE_BOOLEAN:
        return check_boolean(text);
    case VALUE_INT:
        return check_integer(arena, text, INT32_MIN, INT32_MAX);
    case VALUE_LONG:
        return check_integer(arena, text, INT64_MIN, INT64_MAX);
    case VALUE_DOUBLE:
        return check_double(arena, text);
    case VALUE_DURATION:
        return check_duration(arena, text, oldest_flink);
    case VALUE_MEMORY:
        return check_memory(text);
    case VALUE_LIST:
        return check_list(text);
    case VALUE_STRING:
    case VALUE_ENUM:
        break;
    }
    return (Value){.status = VALUE_TAKEN};
}

Str value_type_name(ValueType type) {
    static const char *const names[] = {
        [VALUE_STRING] = "string", [VALUE_BOOLEAN] = "boolean", [VALUE_INT] = "int",
        [VALUE_LONG] = "long",     [VALUE_DOUBLE] = "double",   [VALUE_DURATION] = "duration",
        [VALUE_MEMORY] = "memory", [VALUE_ENUM] = "enum",       [VALUE_LIST] = "list",
    };
    return str_of(names[type]);
}
