#include "checks/session.h"

#include "syntax/literal.h"

static Str setting_text(const Checker *checker, const Statement *statement, Span span) {
    Source *source = checker->script->source;
    return statement->is_raw ? source_slice(source, span) : literal_value(source->text, span, checker->arena);
}

/* RESET without a key takes all settings away; to the parser it is a statement like any other. */
static bool resets(const Checker *checker, const Statement *statement, const char *key) {
    if (statement->kind == STATEMENT_RESET) {
        return str_equal(setting_text(checker, statement, statement->name), str_of(key));
    }
    return statement->kind == STATEMENT_OTHER &&
           str_equal_ignore_case(source_slice(checker->script->source, statement->span), STR("RESET"));
}

static bool sets(const Checker *checker, const Statement *statement, const char *key) {
    return statement->kind == STATEMENT_SET &&
           str_equal(setting_text(checker, statement, statement->name), str_of(key));
}

/* set_prelude() changes every SET of its keys, so nothing in the script goes before it. */
static bool prelude_value(const Checker *checker, const char *key, SessionValue *found) {
    bool is_set = false;
    for (size_t i = 0; i < checker->settings->prelude_count; i++) {
        const PreludeSetting *setting = &checker->settings->prelude[i];
        if (str_equal(setting->key, str_of(key))) {
            *found = (SessionValue){setting->value, SPAN_NONE};
            is_set = true;
        }
    }
    return is_set;
}

bool session_value(const Checker *checker, const char *key, uint32_t before, SessionValue *found) {
    const Script *script = checker->script;
    if (prelude_value(checker, key, found)) {
        return true;
    }
    bool is_set = false;
    for (size_t i = 0; i < script->statement_count && script->statements[i].span.start < before; i++) {
        const Statement *statement = &script->statements[i];
        if (sets(checker, statement, key)) {
            *found = (SessionValue){setting_text(checker, statement, statement->value), statement->value};
            is_set = true;
        } else if (resets(checker, statement, key)) {
            is_set = false;
        }
    }
    return is_set;
}

static int64_t number_set(const Checker *checker, const char *key) {
    SessionValue setting;
    if (!session_value(checker, key, UINT32_MAX, &setting)) {
        return 0;
    }
    Value number = value_check(checker->arena, VALUE_INT, setting.value, 0);
    return number.status == VALUE_TAKEN && number.integer > 0 ? number.integer : 0;
}

/* table.exec.resource.default-parallelism goes before parallelism.default (ExecutionConfigOptions, Flink; its default
 * -1 stands for the environment's). */
int64_t session_parallelism(const Checker *checker) {
    int64_t own = number_set(checker, "table.exec.resource.default-parallelism");
    return own > 0 ? own : number_set(checker, "parallelism.default");
}
