#include "model/session.h"

#include "catalogue/value.h"
#include "syntax/setting.h"

static Str text_at(const Session *session, const Statement *statement, Span span) {
    return setting_text(session->script->source, statement, span, session->arena);
}

/* RESET without a key takes all settings away; to the parser it is a statement like any other. */
static bool resets(const Session *session, const Statement *statement, const char *key) {
    if (statement->kind == STATEMENT_RESET) {
        return str_equal(text_at(session, statement, statement->name), str_of(key));
    }
    return statement->kind == STATEMENT_OTHER &&
           str_equal_ignore_case(source_slice(session->script->source, statement->span), STR("RESET"));
}

static bool sets(const Session *session, const Statement *statement, const char *key) {
    return statement->kind == STATEMENT_SET &&
           str_equal(text_at(session, statement, statement->name), str_of(key));
}

/* set_prelude() changes every SET of its keys, so nothing in the script goes before it. */
static bool prelude_value(const Session *session, const char *key, SessionValue *found) {
    bool is_set = false;
    for (size_t i = 0; i < session->prelude_count; i++) {
        const PreludeSetting *setting = &session->prelude[i];
        if (str_equal(setting->key, str_of(key))) {
            *found = (SessionValue){setting->value, SPAN_NONE};
            is_set = true;
        }
    }
    return is_set;
}

bool session_value(const Session *session, const char *key, uint32_t before, SessionValue *found) {
    const Script *script = session->script;
    if (prelude_value(session, key, found)) {
        return true;
    }
    bool is_set = false;
    for (size_t i = 0; i < script->statement_count && script->statements[i].span.start < before; i++) {
        const Statement *statement = &script->statements[i];
        if (sets(session, statement, key)) {
            *found = (SessionValue){text_at(session, statement, statement->value), statement->value};
            is_set = true;
        } else if (resets(session, statement, key)) {
            is_set = false;
        }
    }
    return is_set;
}

static int64_t number_set(const Session *session, const char *key) {
    SessionValue setting;
    if (!session_value(session, key, UINT32_MAX, &setting)) {
        return 0;
    }
    Value number = value_check(session->arena, VALUE_INT, setting.value, 0);
    return number.status == VALUE_TAKEN && number.integer > 0 ? number.integer : 0;
}

/* table.exec.resource.default-parallelism goes before parallelism.default (ExecutionConfigOptions, Flink; its default
 * -1 stands for the environment's). */
int64_t session_parallelism(const Session *session) {
    int64_t own = number_set(session, "table.exec.resource.default-parallelism");
    return own > 0 ? own : number_set(session, "parallelism.default");
}
