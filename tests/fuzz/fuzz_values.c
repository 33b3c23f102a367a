/* Values as Flink reads them, templates, slot names. The first byte chooses what the rest is read as.
 * Laws: what smtpatch would write instead of a value is taken; a slot's name is one; a plain template is its text. */
#include "fuzz.h"

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
    template = template_plain(run->text, arena);
    if (!template_expand(&template, lookup, &run->text, arena, &value, &missing) || !str_equal(value, run->text)) {
        break_law("a plain text is not itself", run->text);
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
