#include "checks/tables.h"

#include "checks/facts.h"
#include "checks/shapes.h"
#include "prefetch.h"
#include "rules/name_options.h"
#include "rules/plan_options.h"
#include "syntax/lexer.h"

static bool is_incremental(const Checker *checker, const CheckedTable *table) {
    const PlannedOption *option = table_option(checker, table, "scan.incremental.snapshot.enabled");
    if (option != NULL) {
        return str_equal_ignore_case(str_trim(option->value), STR("true"));
    }
    return table->connector != NULL && catalogue_incremental_default(table->connector, checker->settings->release);
}

/* The values of names, which stay when the plan does not; also in the plan, for who looks at it yet. */
static void keep_names(const Checker *checker, CheckedTable *table) {
    Str *names = arena_array(checker->arena, NAME_KEYS, sizeof *names);
    for (size_t i = 0; i < NAME_KEYS; i++) {
        PlannedOption *option = (PlannedOption *)plan_own_option(table->plan, name_key(i));
        if (option != NULL) {
            names[i] = option->value = kept_text(checker, option->value);
        }
    }
    table->names = names;
}

static void look_at_plan(Checker *checker, CheckedTable *table) {
    table->connector_name = plan_value(checker->plans, table->plan, STR("connector"));
    table->connector = catalogue_connector(table->connector_name);
    table->roles = plan_roles(checker->plans, table->plan);
    table->is_incremental = is_incremental(checker, table);
    find_own_options(checker, table);
    find_secret_values(checker, table->plan);
}

static void collect_facts(Checker *checker, const CheckedTable *table) {
    if (checker->collector != NULL) {
        facts_add(checker->collector, table);
    }
}

/* What is the same of all tables of the shape; and the names, which stay when the plan does not. */
static void look_as_at_first(Checker *checker, CheckedTable *table) {
    const CheckedTable *first = table->shape->first;
    table->connector_name = first->connector_name;
    table->connector = first->connector;
    table->roles = first->roles;
    table->is_incremental = first->is_incremental;
    table->own_count = first->own_count;
    keep_names(checker, table);
    collect_facts(checker, table);
    table->plan = NULL;
}

/* A plan that was only promised is made in the scratch arena, and once more when it must be kept. */
static void look_at_promised(Checker *checker, CheckedTable *table, Shapes *shapes) {
    ArenaMark mark = arena_mark(checker->scratch);
    table->shape = find_shape_by_example(checker, table, shapes);
    if (table->shape != NULL) {
        look_as_at_first(checker, table);
        arena_release(checker->scratch, mark);
        return;
    }
    table->plan = plan_of_table(checker->plans, table->written, checker->scratch);
    look_at_plan(checker, table);
    table->shape = find_shape(checker, table, shapes);
    if (table->shape == NULL) {
        table->plan = plan_again(checker->plans, table->written, checker->arena);
        look_at_plan(checker, table);
        table->shape = add_shape(checker, table, shapes);
        collect_facts(checker, table);
    } else {
        look_as_at_first(checker, table);
    }
    arena_release(checker->scratch, mark);
}

static void look_at_made(Checker *checker, CheckedTable *table, const Plan *plan, Shapes *shapes) {
    table->plan = plan;
    look_at_plan(checker, table);
    table->shape = find_shape(checker, table, shapes);
    if (table->shape == NULL) {
        table->shape = add_shape(checker, table, shapes);
    }
    collect_facts(checker, table);
}

void prefetch_definition(const Checker *checker, size_t number) {
    if (number < checker->model->table_count) {
        prefetch(checker->model->tables[number].definition, sizeof(TableDefinition));
    }
}

/* First the definition, then what it leads to. */
static void prefetch_table(const Checker *checker, size_t number) {
    enum { FIRST_OPTIONS = 320 };
    const Model *model = checker->model;
    prefetch_definition(checker, number + PREFETCH_AHEAD);
    if (number + PREFETCH_AHEAD / 2 < model->table_count) {
        const TableDefinition *definition = model->tables[number + PREFETCH_AHEAD / 2].definition;
        prefetch(definition->options, definition->option_count * sizeof *definition->options);
        prefetch_text(checker->script->source->text, definition->option_list.start, FIRST_OPTIONS);
    }
}

void look_at_tables(Checker *checker) {
    const Plan *plans = checker->plans->items;
    Shapes *shapes = arena_new(checker->arena, Shapes);
    checker->table_count = checker->model->table_count;
    checker->tables = arena_array(checker->arena, checker->table_count, sizeof *checker->tables);
    for (size_t i = 0; i < checker->table_count; i++) {
        CheckedTable *table = &checker->tables[i];
        prefetch_table(checker, i);
        table->written = &checker->model->tables[i];
        table->is_frozen = table->written->statement->is_frozen;
        if (plans != NULL) {
            look_at_made(checker, table, &plans[i], shapes);
        } else {
            look_at_promised(checker, table, shapes);
        }
    }
    if (checker->collector != NULL) {
        facts_end(checker);
    }
}

bool options_may_change(const Checker *checker) {
    const Script *script = checker->script;
    Str text = script->source->text;
    if (text.size > 0 && memmem(text.data, text.size, "/*+", 3) != NULL) {
        return true;
    }
    for (size_t i = 0; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        bool is_candidate = statement->kind == STATEMENT_WITH_OPTIONS;
        Token first = is_candidate ? lex_significant(text, statement->span.start) : (Token){0};
        if (is_candidate && first.kind == TOKEN_ALTER && lex_significant(text, first.end).kind == TOKEN_TABLE) {
            return true;
        }
    }
    return false;
}
