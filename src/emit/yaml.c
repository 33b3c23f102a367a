#include "emit/yaml.h"

#include "emit/upstream.h"

enum { LINE_WIDTH = 100, NUMBER_DIGITS = 15 };

static int write_part(void *data, unsigned char *bytes, size_t size) {
    Yaml *yaml = data;
    buffer_add(yaml->out, (Str){(const char *)bytes, size});
    return !yaml->out->failed;
}

/* libyaml takes the event over, also when it fails. */
static void emit(Yaml *yaml, yaml_event_t *event, int is_made) {
    if (is_made && yaml->failed) {
        yaml_event_delete(event);
    }
    if (!is_made || yaml->failed) {
        yaml->failed = true;
        return;
    }
    yaml->failed = !yaml_emitter_emit(&yaml->emitter, event);
}

void yaml_start(Yaml *yaml, Buffer *out) {
    yaml_event_t event;
    *yaml = (Yaml){.out = out};
    yaml->failed = !yaml_emitter_initialize(&yaml->emitter);
    if (yaml->failed) {
        return;
    }
    yaml_emitter_set_output(&yaml->emitter, write_part, yaml);
    yaml_emitter_set_unicode(&yaml->emitter, 1);
    yaml_emitter_set_width(&yaml->emitter, LINE_WIDTH);
    emit(yaml, &event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
    emit(yaml, &event, yaml_document_start_event_initialize(&event, NULL, NULL, NULL, 0));
}

bool yaml_finish(Yaml *yaml) {
    yaml_event_t event;
    emit(yaml, &event, yaml_document_end_event_initialize(&event, 1));
    emit(yaml, &event, yaml_stream_end_event_initialize(&event));
    yaml_emitter_delete(&yaml->emitter);
    return !yaml->failed;
}

void yaml_begin_map(Yaml *yaml) {
    yaml_event_t event;
    emit(yaml, &event, yaml_mapping_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_MAPPING_STYLE));
}

void yaml_end_map(Yaml *yaml) {
    yaml_event_t event;
    emit(yaml, &event, yaml_mapping_end_event_initialize(&event));
}

void yaml_begin_list(Yaml *yaml) {
    yaml_event_t event;
    emit(yaml, &event, yaml_sequence_start_event_initialize(&event, NULL, NULL, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

void yaml_end_list(Yaml *yaml) {
    yaml_event_t event;
    emit(yaml, &event, yaml_sequence_end_event_initialize(&event));
}

static bool is_whole_number(Str text) {
    bool is_number = text.size > 0 && text.size <= NUMBER_DIGITS && (text.data[0] != '0' || text.size == 1);
    for (size_t i = 0; is_number && i < text.size; i++) {
        is_number = is_digit(text.data[i]);
    }
    return is_number;
}

/* Whether some reader of YAML 1.1 or 1.2 could take the plain text for null, a truth value, a number, a time or a date.
 */
static bool is_ambiguous(Str text) {
    static const Str words[] = {STR(""),      STR("~"),   STR("null"), STR("yes"),  STR("no"),
                                STR("on"),    STR("off"), STR("y"),    STR("n"),    STR("true"),
                                STR("false"), STR("<<"),  STR("="),    STR(".nan"), STR(".inf")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal_ignore_case(text, words[i])) {
            return true;
        }
    }
    size_t dots = 0, others = 0;
    for (size_t i = 0; i < text.size; i++) {
        dots += text.data[i] == '.';
        others += !is_digit(text.data[i]) && strchr("+-._:,eEtTzZ xXoOabcdfABCDF", text.data[i]) == NULL;
    }
    return others == 0 && dots < 2 && (is_digit(text.data[0]) || strchr("+-.", text.data[0]) != NULL);
}

void yaml_text(Yaml *yaml, Str text) {
    yaml_event_t event;
    bool is_truth = str_equal(text, STR("true")) || str_equal(text, STR("false"));
    bool is_plain = is_truth || is_whole_number(text) || !is_ambiguous(text);
    yaml_scalar_style_t style = is_plain ? YAML_PLAIN_SCALAR_STYLE : YAML_SINGLE_QUOTED_SCALAR_STYLE;
    if (text.size > INT32_MAX || !is_utf8(text)) {
        yaml->failed = yaml->refused_text = true;
        return;
    }
    const yaml_char_t *bytes = (const yaml_char_t *)(text.size > 0 ? text.data : "");
    emit(yaml, &event, yaml_scalar_event_initialize(&event, NULL, NULL, bytes, (int)text.size, 1, 1, style));
}
