/* Checks of what was to be filled in, and of what should not stand in a script. */
#include "checks/registry.h"

#include "secret.h"

/* Options of which the same is said: the first of them, and how many there are. */
typedef struct Seen {
    const CheckedTable *table;
    const PlannedOption *option;
    size_t count;
} Seen;

static void see(Seen *seen, const CheckedTable *table, const PlannedOption *option) {
    if (seen->count++ == 0) {
        seen->table = table;
        seen->option = option;
    }
}

static Str and_more(const Checker *checker, const Seen *seen) {
    return seen->count == 1 ? STR("") : format(checker, " (%zu more like it)", seen->count - 1);
}

/* SMT writes an empty password where its configuration has none. MySQL and StarRocks have users without one; these
 * servers do not let such a user in over the network, short of a setting that nobody should use. */
static bool is_empty_password(const CheckedTable *table, const PlannedOption *option) {
    bool needs_password = is_connector(table, "postgres-cdc") || is_connector(table, "oracle-cdc") ||
                          is_connector(table, "sqlserver-cdc") || is_connector(table, "db2-cdc");
    return needs_password && option->value.size == 0 && str_equal(option->key, STR("password"));
}

/* ---- A slot's name that changes with each deployment ------------------------------------------------------------- */

static size_t digits_at(Str text, size_t from) {
    size_t count = 0;
    while (from + count < text.size && is_digit(text.data[from + count])) {
        count++;
    }
    return count;
}

static int two_digits(Str text, size_t at) { return (text.data[at] - '0') * 10 + text.data[at + 1] - '0'; }

/* YYYYMMDD at `at`, or YYYY_MM_DD, of this century. */
static bool is_date(Str text, size_t at) {
    size_t count = digits_at(text, at), gap = 0;
    if (count == 4 && at + 10 <= text.size && text.data[at + 4] == '_' && digits_at(text, at + 5) == 2 &&
        text.data[at + 7] == '_' && digits_at(text, at + 8) >= 2) {
        gap = 1;
    } else if (count < 8) {
        return false;
    }
    int month = two_digits(text, at + 4 + gap), day = two_digits(text, at + 6 + 2 * gap);
    return two_digits(text, at) == 20 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool holds_date(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        bool is_start = is_digit(name.data[i]) && (i == 0 || !is_digit(name.data[i - 1]));
        if (is_start && is_date(name, i)) {
            return true;
        }
    }
    return false;
}

/* How many letters are among the `count` hexadecimal digits at `at`; SIZE_MAX when others stand there. */
static size_t hexadecimal_letters(Str text, size_t at, size_t count) {
    size_t letters = 0;
    for (size_t i = at; i < at + count; i++) {
        char c = i < text.size ? ascii_lower(text.data[i]) : ' ';
        if (!is_digit(c) && (c < 'a' || c > 'f')) {
            return SIZE_MAX;
        }
        letters += !is_digit(c);
    }
    return letters;
}

/* 32 hexadecimal digits at `at`, letters and digits among them: in one piece, or as a UUID is written. */
static bool is_uuid(Str name, size_t at) {
    static const size_t groups[] = {8, 4, 4, 4, 12};
    size_t all = 0;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        bool is_parted = i > 0 && at < name.size && (name.data[at] == '_' || name.data[at] == '-');
        size_t letters = hexadecimal_letters(name, at + is_parted, groups[i]);
        if (letters == SIZE_MAX) {
            return false;
        }
        at += is_parted + groups[i];
        all += letters;
    }
    return all > 0 && all < 32;
}

static bool holds_uuid(Str name) {
    for (size_t i = 0; i + 32 <= name.size; i++) {
        if (is_uuid(name, i)) {
            return true;
        }
    }
    return false;
}

static void check_slot(Checker *checker, const CheckedTable *table) {
    Str slot = effective_value(checker, table, "debezium.slot.name", "slot.name", STR(""));
    bool has_date = holds_date(slot);
    if (!is_connector(table, "postgres-cdc") || (!has_date && !holds_uuid(slot))) {
        return;
    }
    const PlannedOption *option = effective_option(checker, table, "debezium.slot.name", "slot.name");
    if (is_own(table, option)) {
        Str name = shown(checker, option->value);
        fire_at_value(
            checker, table, option,
            format(checker,
                   "the slot '%.*s' has a %s in its name: a new one with each deployment keeps the old ones' WAL",
                   SHOW(name), has_date ? "date" : "UUID"),
            STR("take a name that stays, and drop the old slots"));
    }
}

/* ---- All of a script --------------------------------------------------------------------------------------------- */

static bool has_leftovers(const Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        if (is_placeholder(option->value) || is_empty_password(table, option)) {
            return true;
        }
    }
    return false;
}

static void look_at(const Checker *checker, const CheckedTable *table, Seen *placeholders, Seen *passwords) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        if (is_placeholder(option->value)) {
            see(placeholders, table, option);
        } else if (is_empty_password(table, option)) {
            see(passwords, table, option);
        }
    }
}

void check_template_or_secret_leftover(Checker *checker) {
    Seen placeholders = {0}, passwords = {0};
    for (size_t i = 0; i < checker->table_count; i++) {
        const CheckedTable *table = &checker->tables[i];
        if (is_frozen(table)) {
            continue;
        }
        if (holds_of_shape(checker, table, has_leftovers)) {
            look_at(checker, table, &placeholders, &passwords);
        }
        check_slot(checker, table);
    }
    if (placeholders.count > 0) {
        Str key = shown(checker, placeholders.option->key), more = and_more(checker, &placeholders);
        fire_at_value(checker, placeholders.table, placeholders.option,
                      format(checker, "the value of '%.*s' is a placeholder%.*s", SHOW(key), SHOW(more)),
                      STR("Flink does not fill it in"));
    }
    if (passwords.count > 0) {
        Str more = and_more(checker, &passwords);
        fire_at_value(checker, passwords.table, passwords.option,
                      format(checker, "the password is empty%.*s", SHOW(more)),
                      STR("SMT writes none when its configuration has none"));
    }
}

void check_plain_text_secret(Checker *checker, const CheckedTable *table) {
    for (size_t i = 0; i < own_count(table); i++) {
        const PlannedOption *option = own_option(checker, table, i);
        if (is_secret_key(option->key) && option->value.size > 0 && !is_placeholder(option->value)) {
            Str key = shown(checker, option->key);
            fire_at_value(
                checker, table, option,
                format(checker, "the value of '%.*s' stands in the script in plain text", SHOW(key)),
                format(checker, "let a rule write it when the job is deployed: set.%.*s = ${env:NAME}", SHOW(key)));
        }
    }
}
