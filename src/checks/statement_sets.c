/* Checks of BEGIN STATEMENT SET … END. */
#include "checks/registry.h"

#include "syntax/lexer.h"

/* The set that is open on the way through the script. */
typedef struct OpenSet {
    const Statement *begin; /* NULL: none is open */
    bool is_refused;        /* Flink stops at one of its statements, which was told */
} OpenSet;

/* What the client answers by itself may stand in a set; of DELETE and UPDATE the connector decides. */
static bool is_taken_word(Str word) {
    static const Str words[] = {STR("HELP"), STR("CLEAR"), STR("QUIT"), STR("EXIT"), STR("DELETE"), STR("UPDATE")};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_equal_ignore_case(word, words[i])) {
            return true;
        }
    }
    return false;
}

static Str first_word(const Checker *checker, const Statement *statement) {
    Token first = lex_significant(checker->script->source->text, statement->span.start);
    return source_slice(checker->script->source, token_span(first));
}

/* OperationExecutor.executeOperationInStatementSetState (flink-sql-gateway 1.17 and later; seen with 1.20.3). */
static bool may_stand_in_set(const Checker *checker, const Statement *statement) {
    switch (statement->kind) {
    case STATEMENT_INSERT:
    case STATEMENT_END_SET:
        return true;
    case STATEMENT_CREATE_TABLE:
        return !span_is_empty(statement->query);
    default: /* a template may stand for anything */
        return is_taken_word(first_word(checker, statement)) ||
               is_placeholder(source_slice(checker->script->source, statement->span));
    }
}

static size_t begin_line(const Checker *checker, const OpenSet *set) {
    return source_line(checker->script->source, set->begin->span.start);
}

static void refuse(Checker *checker, OpenSet *set, const Statement *statement) {
    Str word = first_word(checker, statement);
    if (!set->is_refused && !statement->is_frozen) {
        fire_at(checker, statement->span,
                format(checker, "Flink stops at this %.*s: in a statement set it takes INSERT and CREATE TABLE AS only",
                       SHOW(word)),
                format(checker, "put it in front of the BEGIN STATEMENT SET at line %zu", begin_line(checker, set)));
    }
    set->is_refused = true;
}

static void look_at(Checker *checker, OpenSet *set, const Statement *statement) {
    if (set->begin != NULL && !may_stand_in_set(checker, statement)) {
        refuse(checker, set, statement);
    } else if (statement->kind == STATEMENT_BEGIN_SET) {
        *set = (OpenSet){.begin = statement};
    } else if (statement->kind == STATEMENT_END_SET) {
        bool is_mended = checker->settings->gathers_inserts; /* --statement-set writes frames anew */
        if (set->begin == NULL && !statement->is_frozen && !is_mended) {
            fire_at(checker, statement->span, STR("Flink stops at this END: no statement set is open here"),
                    STR("BEGIN STATEMENT SET; goes in front of the set's first INSERT"));
        }
        set->begin = NULL;
    }
}

void check_statement_set(Checker *checker) {
    OpenSet set = {0};
    for (size_t i = 0; i < checker->script->statement_count; i++) {
        look_at(checker, &set, &checker->script->statements[i]);
    }
    if (set.begin != NULL && !set.begin->is_frozen) {
        fire_at(checker, set.begin->span,
                STR("this statement set has no END: nothing of it is ever run, and Flink's client does not say so"),
                STR("END; goes behind the set's last INSERT"));
    }
}
