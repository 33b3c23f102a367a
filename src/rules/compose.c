#include "rules/compose.h"

#include "secret.h"

void rule_trouble(Findings *findings, const RulePlace *place, Str message, Str hint) {
    if (place->source != NULL) {
        finding_trouble(findings, place->source, source_line_span(place->source, place->line), message, hint);
    } else {
        finding_file_trouble(findings, place->text, message);
    }
}

void composer_start(Composer *composer, Str name) {
    composer->name = name;
    composer->conditions.count = 0;
    composer->actions.count = 0;
    composer->renames_upstream = false;
}

void composer_condition(Composer *composer, ConditionField field, Str option, Str expression, const RulePlace *place) {
    Condition condition = {.field = field, .option = option};
    condition.is_negated = expression.size > 0 && expression.data[0] == '!';
    Str text = str_trim(str_from(expression, condition.is_negated));
    Str reason;
    size_t offset;
    if (!pattern_compile(text, &condition.pattern, composer->arena, &reason, &offset)) {
        text = field == FIELD_OPTION ? mask_value(option, text, composer->arena) : text;
        rule_trouble(composer->findings, place,
                     arena_format(composer->arena, "'%.*s' is no regular expression: %.*s at its character %zu",
                                  (int)text.size, text.data, (int)reason.size, reason.data, offset + 1),
                     STR("patterns are Perl's (PCRE2)"));
        return;
    }
    *vector_add(composer->arena, &composer->patterns) = condition.pattern;
    *vector_add(composer->arena, &composer->conditions) = condition;
}

static const Pattern *table_pattern(const Composer *composer) {
    const Pattern *pattern = NULL;
    for (size_t i = 0; i < composer->conditions.count; i++) {
        const Condition *condition = &composer->conditions.items[i];
        if (condition->field == FIELD_TABLE && !condition->is_negated) {
            pattern = &condition->pattern;
        }
    }
    return pattern;
}

void composer_action(Composer *composer, ActionKind kind, ActionScope scope, Str key, Str value,
                     const RulePlace *place) {
    Action action = {.kind = kind,
                     .scope = scope,
                     .key = key,
                     .rule = composer->name,
                     .place = place->text,
                     .source = place->source,
                     .line = place->line,
                     .number = composer->action_count++};
    Str problem = STR("");
    if (key.size == 0) {
        problem = STR("the option's key is missing");
    } else if (kind == ACTION_RENAME && value.size == 0) {
        problem = arena_format(composer->arena, "the new name of '%.*s' is missing", (int)key.size, key.data);
    } else if (kind != ACTION_UNSET && kind != ACTION_ESCAPE_BACKSLASHES) {
        problem = template_parse(value, table_pattern(composer), composer->arena, &action.value);
    }
    if (problem.size > 0) {
        rule_trouble(composer->findings, place, problem, STR(""));
        return;
    }
    *vector_add(composer->arena, &composer->actions) = action;
}

static void *copy_items(Arena *arena, const void *items, size_t count, size_t size) {
    return count == 0 ? NULL : memcpy(arena_array(arena, count, size), items, count * size);
}

void composer_finish(Composer *composer) {
    if (composer->actions.count == 0) {
        return;
    }
    Arena *arena = composer->arena;
    Rule rule = {.name = composer->name,
                 .condition_count = composer->conditions.count,
                 .action_count = composer->actions.count,
                 .renames_upstream = composer->renames_upstream};
    rule.conditions = copy_items(arena, composer->conditions.items, rule.condition_count, sizeof *rule.conditions);
    rule.actions = copy_items(arena, composer->actions.items, rule.action_count, sizeof *rule.actions);
    for (size_t i = 0; i < rule.condition_count; i++) {
        if (rule.conditions[i].field == FIELD_TABLE && !rule.conditions[i].is_negated) {
            rule.table_condition = &rule.conditions[i];
        }
    }
    *vector_add(arena, &composer->rules) = rule;
}

void composer_free(Composer *composer) {
    for (size_t i = 0; i < composer->patterns.count; i++) {
        pattern_free(&composer->patterns.items[i]);
    }
    composer->patterns.count = 0;
}
