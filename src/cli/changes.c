#include "cli/changes.h"

#include "report/text.h"
#include "secret.h"

static void add_quoted(Str text, Buffer *out) {
    buffer_add_char(out, '\'');
    report_printable(text, out);
    buffer_add_char(out, '\'');
}

/* What is a secret under one of its names is none to be told under another. */
static void add_value(const PlannedOption *option, Str value, Arena *arena, Buffer *out) {
    Str masked = mask_value(option->key, value, arena);
    if (option->source != NULL) {
        masked = mask_value(option->old_key, masked, arena);
    }
    add_quoted(masked, out);
}

static void add_new_value(const PlannedOption *option, Arena *arena, Buffer *out) {
    add_value(option, option->is_secret ? STR(SECRET_MASK) : option->value, arena, out);
}

static void add_change(const PlannedOption *option, Arena *arena, Buffer *out) {
    if (option->is_removed) {
        buffer_add(out, STR("removed "));
        add_quoted(option->old_key, out);
        buffer_add(out, STR(", which was "));
        add_value(option, option->old_value, arena, out);
    } else if (option->source == NULL) {
        buffer_add(out, STR("added "));
        add_quoted(option->key, out);
        buffer_add(out, STR(" = "));
        add_new_value(option, arena, out);
    } else {
        add_quoted(option->old_key, out);
        buffer_add(out, STR(" = "));
        add_value(option, option->old_value, arena, out);
        buffer_add(out, STR(" -> "));
        if (option_key_changed(option)) {
            add_quoted(option->key, out);
            buffer_add(out, STR(" = "));
        }
        add_new_value(option, arena, out);
    }
}

static bool is_change(const PlannedOption *option) {
    if (option->source == NULL) {
        return !option->is_removed;
    }
    return option->is_removed || option_key_changed(option) || option_value_changed(option);
}

static uint32_t place_of(const Plan *plan, const PlannedOption *option) {
    const TableDefinition *definition = plan->table->definition;
    if (option->source != NULL) {
        return option->source->key.start;
    }
    return span_is_empty(definition->option_list) ? definition->name.start : definition->option_list.start;
}

static void add_place(const Plan *plan, Source *source, uint32_t offset, Buffer *out) {
    report_printable(source->name, out);
    buffer_format(out, ":%zu: ", source_line(source, offset));
    report_printable(plan->table->name.table, out);
    buffer_add(out, STR(": "));
}

static void add_rule(const Action *action, Buffer *out) {
    buffer_add(out, STR(" ("));
    report_printable(action->place, out);
    buffer_add(out, STR(")\n"));
}

static void report_new_name(const Plan *plan, Source *source, Buffer *out) {
    if (plan->new_name.size > 0) {
        add_place(plan, source, plan->table->definition->name.start, out);
        buffer_add(out, STR("renamed "));
        add_quoted(plan->new_name, out);
        add_rule(plan->renamed_by, out);
    }
}

void report_changes(const Plans *plans, Arena *arena, Buffer *out) {
    Source *source = plans->model->script->source;
    for (size_t i = 0; i < plans->model->table_count; i++) {
        const Plan *plan = &plans->items[i];
        report_new_name(plan, source, out);
        for (size_t j = 0; plan->is_changed && j < plan->count; j++) {
            const PlannedOption *option = &plan->options[j];
            if (is_change(option)) {
                add_place(plan, source, place_of(plan, option), out);
                add_change(option, arena, out);
                add_rule(option->action, out);
            }
        }
    }
}
