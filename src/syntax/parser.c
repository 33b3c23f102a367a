#include "syntax/parser.h"

#include "syntax/grammar.h"
#include "syntax/lexer.h"
#include "syntax/pragma.h"
#include "syntax/skeleton.h"
#include "syntax/syntax_error.h"

typedef struct Driver {
    Builder builder;
    void *parser;
    Token before_previous;      /* the token before builder.previous */
    VECTOR(uint32_t) open_parens; /* where each '(' that is not closed stands */
    VECTOR(Pragma) pragmas;
    size_t next_pragma;         /* that no statement was asked about yet */
    bool is_off;                /* by the pragmas before that */
    bool is_skipping;           /* after an error, until the next ';' */
    bool is_in_hint;            /* between the two ends of a hint, ... */
    uint32_t hint_start;        /* ... whose first stands here */
    bool is_in_set;             /* between STATEMENT SET BEGIN and its END, where ';' ends no statement */
    uint32_t set_start;         /* its BEGIN; there is no set in a set */
    size_t open_cases;          /* CASEs there whose END is to come */
    Skeletons *skeletons;
    Script *script;
    const StatementTaker *taker; /* NULL: the statements are gathered */
} Driver;

static void start_grammar(Driver *driver) {
    FlinkParserInit(driver->parser, &driver->builder);
    driver->builder.first.kind = TOKEN_EOF;
    driver->builder.has_syntax_error = false;
}

/* Forgets the statement under way. */
static void restart_grammar(Driver *driver) {
    FlinkParserFinalize(driver->parser);
    start_grammar(driver);
    driver->open_parens.count = 0;
    driver->is_in_set = false;
    driver->is_in_hint = false;
}

static void start_statement(Driver *driver, Token first) {
    Builder *builder = &driver->builder;
    builder->first = first;
    builder->statement = (Statement){0};
    builder->table = (TableDefinition){0};
    builder->options.count = 0;
    builder->columns.count = 0;
    builder->inserts.count = 0;
    builder->marks.count = 0;
    builder->segments.count = 0;
    builder->metadata_key = builder->bare_column = SPAN_NONE;
    builder->is_virtual = builder->is_primary_key = false;
    builder->like_all = builder->like_options = 0;
    driver->before_previous = builder->previous = (Token){first.start, first.start, TOKEN_SEMICOLON};
    skeletons_watch(driver->skeletons);
}

/* EXECUTE INSERT … and EXECUTE STATEMENT SET BEGIN INSERT …; INSERT …; END: a further INSERT stands behind a ';'
 * only. */
static bool has_own_insert(const Driver *driver, Token token) {
    const Builder *builder = &driver->builder;
    int before = builder->previous.kind;
    if (driver->is_in_set) {
        return builder->previous.start == driver->set_start || before == TOKEN_SEMICOLON;
    }
    Token second = lex_significant(builder->source->text, builder->first.end);
    return second.start == token.start || (second.kind != TOKEN_INSERT && second.kind != TOKEN_UPSERT);
}

/* Words that begin a statement and stand in no query. After `EXPLAIN`, `SHOW` and their like they may. */
static bool begins_next_statement(const Driver *driver, Token token) {
    switch (token.kind) {
    case TOKEN_CREATE:
    case TOKEN_INSERT:
    case TOKEN_ALTER:
    case TOKEN_DROP:
        break;
    default:
        return false;
    }
    switch (driver->builder.first.kind) {
    case TOKEN_SELECT:
    case TOKEN_WITH:
    case TOKEN_VALUES:
    case TOKEN_INSERT:
    case TOKEN_UPSERT:
    case TOKEN_CREATE:
    case TOKEN_REPLACE:
    case TOKEN_SET:
    case TOKEN_RESET:
    case TOKEN_USE:
        return driver->open_parens.count == 0 && driver->builder.previous.kind != TOKEN_OR;
    case TOKEN_EXECUTE:
        return driver->open_parens.count == 0 && !has_own_insert(driver, token);
    default:
        return false;
    }
}

typedef enum ErrorKind { ERROR_GRAMMAR, ERROR_NO_SEMICOLON, ERROR_UNMATCHED } ErrorKind;

static void report(Driver *driver, Token token, ErrorKind kind) {
    SyntaxErrorContext context = {
        .source = driver->builder.source,
        .arena = driver->builder.arena,
        .parser = driver->parser,
        .found = token,
        .previous = driver->builder.previous,
        .before_previous = driver->before_previous,
        .open_paren = driver->open_parens.count > 0 ? &driver->open_parens.items[driver->open_parens.count - 1] : NULL,
        .open_hint = driver->is_in_hint ? &driver->hint_start : NULL,
        .is_missing_semicolon = kind == ERROR_NO_SEMICOLON,
        .is_unmatched = kind == ERROR_UNMATCHED,
    };
    syntax_error_report(&context, driver->builder.findings);
}

/* Where to go on: at this token if it begins a statement, else behind the next ';'. */
static void recover(Driver *driver, Token token) {
    bool resumes = begins_next_statement(driver, token);
    restart_grammar(driver);
    driver->is_skipping = !resumes && token.kind != TOKEN_SEMICOLON;
}

/* False when a parenthesis has no partner. */
static bool track_parens(Driver *driver, Token token) {
    if (token.kind == TOKEN_LEFT_PAREN) {
        *vector_add(driver->builder.arena, &driver->open_parens) = token.start;
    } else if (token.kind == TOKEN_RIGHT_PAREN) {
        if (driver->open_parens.count == 0) {
            return false;
        }
        driver->open_parens.count--;
    }
    return token.kind != TOKEN_SEMICOLON || driver->open_parens.count == 0;
}

/* What other statements say about STATEMENT SET BEGIN is their own. */
static bool may_hold_set(const Builder *builder) {
    if (builder->first.kind == TOKEN_EXECUTE) {
        return lex_significant(builder->source->text, builder->first.end).kind == TOKEN_STATEMENT;
    }
    return builder->first.kind == TOKEN_EXPLAIN || builder->first.kind == TOKEN_COMPILE;
}

/* The END of a CASE does not end the set that it stands in. */
static void track_set(Driver *driver, Token token) {
    if (token.kind == TOKEN_BEGIN && driver->builder.previous.kind == TOKEN_SET && !driver->is_in_set &&
        may_hold_set(&driver->builder) && driver->before_previous.kind == TOKEN_STATEMENT) {
        driver->is_in_set = true;
        driver->set_start = token.start;
        driver->open_cases = 0;
    } else if (token.kind == TOKEN_CASE) {
        driver->open_cases++;
    } else if (token.kind == TOKEN_END && driver->open_cases > 0) {
        driver->open_cases--;
    } else if (token.kind == TOKEN_END) {
        driver->is_in_set = false;
    }
}

/* False when the grammar does not take it. A ';' comes here in a statement set only, and is in no run. */
static bool give(Driver *driver, Token token) {
    Builder *builder = &driver->builder;
    builder->element = ELEMENT_NONE;
    if (token.kind == TOKEN_SEMICOLON && !grammar_expects(driver->parser, TOKEN_SEMICOLON)) {
        return false;
    }
    FlinkParser(driver->parser, token.kind, token);
    if (builder->is_out_of_memory) {
        guard_leave(builder->arena->guard);
    }
    if (builder->has_syntax_error) {
        return false;
    }
    if (token.kind == TOKEN_COMMA && driver->open_parens.count > 0) {
        uint32_t open = driver->open_parens.items[driver->open_parens.count - 1];
        skeletons_note_comma(driver->skeletons, builder, token, open);
    }
    track_set(driver, token);
    driver->before_previous = builder->previous;
    builder->previous = token;
    return true;
}

/* Where a pragma still concerns the statement: up to its ';', or its last token when it has none. */
static uint32_t pragma_limit(const Source *source, const Statement *statement) {
    return statement->end < source->text.size ? statement->end : statement->span.end;
}

/* A statement is frozen by -- smtpatch: skip right before it, or when it lies in off … on. */
static bool is_frozen(Driver *driver, const Statement *statement) {
    bool skips = false;
    uint32_t limit = pragma_limit(driver->builder.source, statement);
    for (; driver->next_pragma < driver->pragmas.count; driver->next_pragma++) {
        const Pragma *pragma = &driver->pragmas.items[driver->next_pragma];
        bool is_before = pragma->comment.start < statement->span.start;
        if (pragma->comment.start >= limit) {
            break;
        }
        driver->is_off = pragma->kind == PRAGMA_OFF || (driver->is_off && pragma->kind != PRAGMA_ON);
        skips = skips || (pragma->kind == PRAGMA_SKIP && is_before) || (pragma->kind == PRAGMA_OFF && !is_before);
    }
    return driver->is_off || skips;
}

static void deliver(Driver *driver) {
    Builder *builder = &driver->builder;
    builder->statement.is_frozen = is_frozen(driver, &builder->statement);
    if (driver->taker == NULL) {
        *vector_add(builder->arena, &builder->statements) = builder->statement;
        return;
    }
    if (!driver->taker->take(driver->taker->context, &builder->statement)) {
        guard_leave(builder->arena->guard);
    }
}

/* The ';', or the end of the text in its place: the client adds one there, and so does this. */
static void end_statement(Driver *driver, Token end) {
    Builder *builder = &driver->builder;
    FlinkParser(driver->parser, TOKEN_EOF, end);
    if (builder->is_out_of_memory) {
        guard_leave(builder->arena->guard);
    }
    if (builder->has_syntax_error) {
        report(driver, end, ERROR_GRAMMAR);
        recover(driver, end);
        return;
    }
    builder_end_statement(builder, end.start);
    skeletons_learn(driver->skeletons, builder);
    deliver(driver);
    driver->open_cases = 0;
}

/* A string, name or comment that is not closed, or a byte order mark: before the grammar sees them. */
static bool is_lexical_error(const Driver *driver, Token token) {
    return token.kind >= TOKEN_UNCLOSED_STRING || is_byte_order_mark(driver->builder.source, token);
}

/* False when this ends a hint and none is open, or stands in an open one that should have ended before it. */
static bool track_hints(Driver *driver, Token token) {
    bool was_in_hint = driver->is_in_hint;
    switch (token.kind) {
    case TOKEN_HINT_BEGIN:
        driver->hint_start = was_in_hint ? driver->hint_start : token.start;
        driver->is_in_hint = true;
        return !was_in_hint;
    case TOKEN_COMMENT_END:
        driver->is_in_hint = false;
        return was_in_hint;
    default:
        return token.kind != TOKEN_SEMICOLON || !was_in_hint;
    }
}

/* Kinds that the driver must look at before the grammar does, or behind it. */
static bool needs_a_look(uint16_t kind) {
    static const bool needs[] = {
        [TOKEN_CREATE] = true,     [TOKEN_INSERT] = true,      [TOKEN_ALTER] = true,       [TOKEN_DROP] = true,
        [TOKEN_LEFT_PAREN] = true, [TOKEN_RIGHT_PAREN] = true, [TOKEN_SEMICOLON] = true,   [TOKEN_COMMA] = true,
        [TOKEN_HINT_BEGIN] = true, [TOKEN_COMMENT_END] = true, [TOKEN_ILLEGAL] = true,     [TOKEN_BEGIN] = true,
        [TOKEN_CASE] = true,       [TOKEN_END] = true,
    };
    return kind >= sizeof needs / sizeof *needs ? kind >= TOKEN_UNCLOSED_STRING : needs[kind];
}

/* What nearly every token is: one inside of a statement that only the grammar minds. False when the token is none. */
static bool take_plain(Driver *driver, Token token) {
    Builder *builder = &driver->builder;
    if (driver->is_skipping || builder->first.kind == TOKEN_EOF || needs_a_look(token.kind)) {
        return false;
    }
    FlinkParser(driver->parser, token.kind, token);
    if (builder->is_out_of_memory) {
        guard_leave(builder->arena->guard);
    }
    if (builder->has_syntax_error) {
        report(driver, token, ERROR_GRAMMAR);
        recover(driver, token);
        return true;
    }
    driver->before_previous = builder->previous;
    builder->previous = token;
    return true;
}

static void take_token(Driver *driver, Token token) {
    Builder *builder = &driver->builder;
    bool is_semicolon = token.kind == TOKEN_SEMICOLON;
    if (driver->is_skipping) {
        driver->is_skipping = !is_semicolon;
        return;
    }
    if (builder->first.kind == TOKEN_EOF) {
        if (is_semicolon) {
            return;
        }
        start_statement(driver, token);
    } else if (begins_next_statement(driver, token)) {
        report(driver, token, ERROR_NO_SEMICOLON);
        recover(driver, token);
        start_statement(driver, token);
    }
    if (is_lexical_error(driver, token)) {
        report(driver, token, ERROR_GRAMMAR);
        recover(driver, token);
    } else if (!track_parens(driver, token) || !track_hints(driver, token)) {
        bool is_end = token.kind == TOKEN_RIGHT_PAREN || token.kind == TOKEN_COMMENT_END;
        report(driver, token, is_end ? ERROR_UNMATCHED : ERROR_GRAMMAR);
        recover(driver, token);
    } else if (is_semicolon && !driver->is_in_set) {
        end_statement(driver, token);
    } else if (!give(driver, token)) {
        report(driver, token, ERROR_GRAMMAR);
        recover(driver, token);
    }
}

static bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/* A whole statement without the grammar: then *token, which was taken last, is its ';'. */
static bool take_known(Driver *driver, Token *token) {
    Builder *builder = &driver->builder;
    Str text = builder->source->text;
    Token end;
    if (driver->is_skipping || builder->first.kind != TOKEN_EOF) {
        return false;
    }
    uint32_t start = skip_sql_blanks(text, token->end);
    if (!is_letter(text.data[start])) {
        return false;
    }
    start_statement(driver, (Token){start, start, TOKEN_IDENTIFIER}); /* the first word is not looked at */
    if (!skeletons_take(driver->skeletons, builder, &end)) {
        builder->first.kind = TOKEN_EOF;
        return false;
    }
    builder_end_statement(builder, end.start);
    deliver(driver);
    *token = end;
    return true;
}

static void take_comment(Driver *driver, Token comment) {
    Pragma pragma;
    driver->builder.statement.has_comments = true; /* forgotten at the first token, if it is not there yet */
    switch (pragma_parse(driver->builder.source->text, comment, &pragma)) {
    case PRAGMA_NONE:
        break;
    case PRAGMA_FOUND:
        *vector_add(driver->builder.arena, &driver->pragmas) = pragma;
        break;
    case PRAGMA_UNKNOWN:
        finding_add(driver->builder.findings,
                    (Finding){.severity = SEVERITY_WARNING,
                              .source = driver->builder.source,
                              .span = token_span(comment),
                              .message = STR("this comment speaks to smtpatch, but not in words that it knows"),
                              .hint = STR("it knows off, on, skip and allow(ID, ...)")});
    }
}

static void take_end(Driver *driver, Token end) {
    if (driver->is_skipping || driver->builder.first.kind == TOKEN_EOF) {
        return;
    }
    if (driver->open_parens.count > 0 || driver->is_in_hint) {
        report(driver, end, ERROR_GRAMMAR);
    } else {
        end_statement(driver, end);
    }
}

static void make_script(Driver *driver) {
    Script *script = driver->script;
    *script = (Script){.source = driver->builder.source,
                       .statements = driver->builder.statements.items,
                       .statement_count = driver->builder.statements.count,
                       .pragmas = driver->pragmas.items,
                       .pragma_count = driver->pragmas.count};
}

static void drive(void *context) {
    Driver *driver = context;
    Str text = driver->builder.source->text;
    Token token = {.end = driver->builder.source->begin};
    driver->skeletons->arena->guard = driver->builder.tree->guard = driver->builder.arena->guard;
    do {
        if (take_known(driver, &token)) {
            continue;
        }
        token = lex_solid(text, token.end);
        if (token_is_comment(token)) {
            take_comment(driver, token);
        } else if (token.kind == TOKEN_EOF) {
            take_end(driver, token);
        } else if (!take_plain(driver, token)) {
            take_token(driver, token);
        }
    } while (token.kind != TOKEN_EOF);
    make_script(driver);
}

static void starrocks_trouble(Source *source, Findings *findings, size_t first_finding) {
    findings->list.count = first_finding;
    finding_trouble(findings, source, (Span){source->begin, source->begin},
                    STR("this is StarRocks DDL, not Flink SQL: SMT writes it for StarRocks' own client"),
                    STR("give smtpatch the flink-create.*.sql that SMT writes beside it"));
}

void parser_memory_free(ParserMemory *memory) {
    arena_free(&memory->arena);
    *memory = (ParserMemory){0};
}

static Skeletons *new_skeletons(Arena *arena) {
    Skeletons *skeletons = arena_new(arena, Skeletons);
    skeletons->arena = arena;
    return skeletons;
}

/* Those that are remembered, when they are of any use. */
static Skeletons *remembered_skeletons(ParserMemory *memory, unsigned parts, Guard *guard) {
    bool is_useful = memory->skeletons != NULL && memory->parts == parts && !skeletons_are_full(memory->skeletons);
    if (!is_useful) {
        parser_memory_free(memory);
        arena_init(&memory->arena, guard);
        memory->skeletons = new_skeletons(&memory->arena);
        memory->parts = parts;
    }
    skeletons_start(memory->skeletons);
    return memory->skeletons;
}

static Script *parse(Source *source, unsigned parts, const StatementTaker *taker, ParserMemory *memory, Arena *arena,
                     Findings *findings) {
    Driver *driver = arena_new(arena, Driver);
    size_t first_finding = findings->list.count;
    driver->builder = (Builder){.source = source,
                                .arena = arena,
                                .tree = taker ? taker->arena : arena,
                                .findings = findings,
                                .parts = parts};
    driver->parser = arena_alloc(arena, grammar_size());
    driver->skeletons = memory ? remembered_skeletons(memory, parts, arena->guard) : new_skeletons(arena);
    driver->script = arena_new(arena, Script);
    driver->taker = taker;
    start_grammar(driver);
    Guard *guard = driver->builder.tree->guard;
    bool is_done = arena_run(arena, drive, driver); /* the grammar's stack is malloc's */
    driver->builder.tree->guard = guard;
    FlinkParserFinalize(driver->parser);
    if (!is_done) {
        guard_leave(arena->guard);
    }
    if (findings->list.count > first_finding && findings->worst >= SEVERITY_TROUBLE && is_starrocks_script(source)) {
        starrocks_trouble(source, findings, first_finding);
    }
    return driver->script;
}

Script *parse_script(Source *source, unsigned parts, ParserMemory *memory, Arena *arena, Findings *findings) {
    return parse(source, parts, NULL, memory, arena, findings);
}

void parse_statements(Source *source, unsigned parts, const StatementTaker *taker, ParserMemory *memory, Arena *arena,
                      Findings *findings) {
    parse(source, parts, taker, memory, arena, findings);
}

const Column *parse_columns(const Source *source, const Statement *statement, Arena *arena) {
    uint32_t start = statement->span.start;
    Findings findings = {.arena = arena};
    Str text = arena_copy(arena, source_slice(source, (Span){start, statement->end}));
    Source alone = source_of(source->name, text, arena);
    TableDefinition *table = parse_script(&alone, PARSE_COLUMNS, NULL, arena, &findings)->statements[0].table;
    for (uint32_t i = 0; i < table->column_count; i++) {
        table->columns[i] = column_moved(table->columns[i], start);
    }
    return table->columns;
}
