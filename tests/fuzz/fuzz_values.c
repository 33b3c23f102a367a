/* Values as Flink reads them, templates, slot names. The first byte chooses what the rest is read as.
 * Laws: what smtpatch would write instead of a value is taken; a slot's name is one; a plain template is its text. */
#include "mutate.h"

#include "catalogue/catalogue.h"
#include "catalogue/value.h"
#include "rules/template.h"

typedef struct Run {
    Ground ground;
    uint8_t choice;
    Str text;
} Run;

static void check_values(Run *run) {
    Arena *arena = &run->ground.arena;
    ValueType type = (ValueType)(run->choice % (VALUE_LIST + 1));
    uint32_t flink = run->choice & 0x80 ? FLINK_1_15 : 0;
    Value value = value_check(arena, type, run->text, flink);
    if (value.status != VALUE_TAKEN && value.problem.size == 0) {
        break_law("a value is refused without a word", run->text);
    }
    if (value.mend.size > 0 && value_check(arena, type, value.mend, flink).status == VALUE_REFUSED) {
        break_law("what to write instead is refused", value.mend);
    }
    if (type == VALUE_DURATION && value.status == VALUE_TAKEN) {
        duration_milliseconds(value.duration);
        duration_nanoseconds(value.duration);
    }
}

/* As the key of a connector, and as the value of each of its options. */
static void check_catalogue(Run *run) {
    Arena *arena = &run->ground.arena;
    Release release = {0};
    size_t number = run->choice & 0x3F;
    const Connector *connector = catalogue_connector_at(number);
    if (connector == NULL) {
        return;
    }
    catalogue_option(connector, run->text, release);
    right_name_text(arena, catalogue_right_name(connector, run->text, release));
    right_name_text(arena, catalogue_nearest(connector, run->text, release));
    const CatalogueOption *option;
    for (size_t i = 0; (option = catalogue_option_at(connector, i)) != NULL; i++) {
        catalogue_check_value(arena, connector, option, release, run->text);
    }
}

static bool lookup(void *context, const TemplatePart *part, Str *value) {
    *value = *(const Str *)context;
    return part->field != TEMPLATE_ENVIRONMENT;
}

static void check_templates(Run *run) {
    Arena *arena = &run->ground.arena;
    Template template;
    const TemplatePart *missing;
    Str value, slot = slot_name(run->text, 63, arena);
    for (size_t i = 0; i < slot.size; i++) {
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_", slot.data[i]) || slot.data[i] == '\0' || slot.size > 63) {
            break_law("this is no name of a slot", slot);
        }
    }
    if (template_parse(run->text, NULL, arena, &template).size == 0) {
        template_expand(&template, lookup, &run->text, arena, &value, &missing);
    }
}

static void work(void *context) {
    Run *run = context;
    run->text = arena_copy(&run->ground.arena, run->text);
    check_values(run);
    check_catalogue(run);
    check_templates(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    Run run = {.choice = data[0], .text = {(const char *)data + 1, size - 1}};
    ground_init(&run.ground);
    if (!guard_run(&run.ground.guard, work, &run)) {
        break_law("memory ended", STR(""));
    }
    ground_end(&run.ground);
    return 0;
}

static const char *const pieces[] = {
    "1",
    "0",
    "-1",
    "+",
    "9223372036854775807",
    "9223372036854775808",
    "2147483648",
    "18446744073709551616",
    "0x1F",
    "1e400",
    "NaN",
    "Infinity",
    ".5",
    "1.",
    "ms",
    "millis",
    "milliseconds",
    "s",
    "sec",
    "min",
    "m",
    "h",
    "d",
    "day",
    "µs",
    "us",
    "ns",
    "nanos",
    "PT1H",
    "P1DT2S",
    "b",
    "kb",
    "k",
    "mb",
    "m",
    "g",
    "gb",
    "tebibytes",
    "true",
    "TRUE",
    "false",
    " ",
    "\t",
    ";",
    ",",
    ":",
    "'",
    "''",
    "\"",
    "k:v",
    "k1:v1,k2:v2",
    "UTC",
    "+08:00",
    "Europe/Moscow",
    "GMT+8",
    "EST",
    "initial",
    "latest-offset",
    "specific-offset",
    "5400-5409",
    "jdbc:mysql://u:p@h:1/d",
    "http://h:8030",
    "h1:1,h2:2",
    "${table}",
    "${table|slot}",
    "${option:a}",
    "${env:HOME}",
    "${1}",
    "$$",
    "${",
    "}",
    "|lower",
    "|upper",
    "(",
    ")",
    "[",
    "]",
    "*",
    "\\.",
    "^a$",
    "a|b",
    "\xFF",
    "\xE8\xAE\xA2",
    "",
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
    static const Kind kind = {1, word_end, NULL, pieces, sizeof pieces / sizeof *pieces};
    return mutate(&kind, data, size, max_size, seed);
}
