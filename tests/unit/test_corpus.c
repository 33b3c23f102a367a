/* Other people's scripts, where they lie beside the checkout (../shared/corpus): each statement that Flink's own
 * grammar takes must be taken, keep must give the same bytes, pretty of pretty must be pretty; the whole files too.
 * What smtpatch takes though Flink refuses it is told in comments of the output, and is no failure.
 * Speaks TAP itself: one assertion a file and kind. */
#include "helpers.h"

#define CORPUS "../shared/corpus"

typedef VECTOR(Str) TextPieces;

static size_t assertions;

static void say(bool is_fine, const char *file, const char *what) {
    printf("%s %zu - %s: %s\n", is_fine ? "ok" : "not ok", ++assertions, file, what);
}

/* ---- splitting as VERDICTS.tsv counts: at each ';' outside STATEMENT SET BEGIN … END, empty ones left out ---- */

typedef struct Splitter {
    uint32_t start;
    size_t tokens;  /* since start */
    size_t cases;   /* CASEs that are open */
    bool is_in_set; /* between BEGIN and END */
    Token previous, before_previous;
} Splitter;

static void step(Splitter *splitter, Token token) {
    bool begins_set = token.kind == TOKEN_BEGIN && splitter->previous.kind == TOKEN_SET &&
                      splitter->before_previous.kind == TOKEN_STATEMENT;
    if (begins_set) {
        splitter->is_in_set = true;
    } else if (token.kind == TOKEN_CASE) {
        splitter->cases++;
    } else if (token.kind == TOKEN_END && splitter->cases > 0) {
        splitter->cases--;
    } else if (token.kind == TOKEN_END) {
        splitter->is_in_set = false;
    }
    splitter->tokens++;
    splitter->before_previous = splitter->previous;
    splitter->previous = token;
}

static void split(Str text, TextPieces *pieces) {
    Splitter splitter = {0};
    for (Token token = lex_significant(text, 0);; token = lex_significant(text, token.end)) {
        bool is_end = token.kind == TOKEN_EOF || (token.kind == TOKEN_SEMICOLON && !splitter.is_in_set);
        if (!is_end) {
            step(&splitter, token);
            continue;
        }
        if (splitter.tokens > 0) {
            *vector_add(&arena, pieces) =
                arena_copy(&arena, (Str){text.data + splitter.start, token.start - splitter.start});
        }
        splitter = (Splitter){.start = token.end};
        if (token.kind == TOKEN_EOF) {
            return;
        }
    }
}

/* ---- the verdicts ---- */

typedef struct Verdict {
    Str file, verdict, words;
    size_t number;
} Verdict;

typedef VECTOR(Verdict) Verdicts;

static Str next_field(Str *rest, char end) {
    const char *found = memchr(rest->data, end, rest->size);
    Str field = {rest->data, found ? (size_t)(found - rest->data) : rest->size};
    *rest = str_from(*rest, field.size + 1);
    return field;
}

static Verdicts read_verdicts(Str text) {
    Verdicts verdicts = {0};
    while (text.size > 0) {
        Str line = next_field(&text, '\n');
        if (line.size == 0 || line.data[0] == '#') {
            continue;
        }
        Verdict verdict = {.file = next_field(&line, '\t')};
        verdict.number = (size_t)atol(arena_copy(&arena, next_field(&line, '\t')).data);
        verdict.verdict = next_field(&line, '\t');
        verdict.words = line;
        *vector_add(&arena, &verdicts) = verdict;
    }
    return verdicts;
}

static bool refused_by_flink(const Verdict *verdict) { return str_equal(verdict->verdict, STR("ERR")); }

/* The first words as VERDICTS.tsv has them: the first tokens, one blank between; a check that both count alike. */
static bool begins_with(Str piece, Str words) {
    Token token = {0};
    while (words.size > 0) {
        Str word = next_field(&words, ' ');
        token = lex_significant(piece, token.end);
        Str text = {piece.data + token.start, token.end - token.start};
        size_t size = text.size < word.size ? text.size : word.size;
        if (token.kind != TOKEN_EOF && !str_equal_ignore_case((Str){text.data, size}, (Str){word.data, size})) {
            return false;
        }
    }
    return true;
}

/* ---- the laws ---- */

/* Empty, or what is wrong. */
static const char *check_pretty(Str text) {
    Passage first, second;
    const char *problem = NULL;
    passage_run(&first, text, LAYOUT_PRETTY, NULL, 0);
    if (!first.is_taken || first.problem.size > 0) {
        problem = first.is_taken ? arena_copy(&arena, first.problem).data : "pretty does not take it";
    } else {
        passage_run(&second, first.output, LAYOUT_PRETTY, NULL, 0);
        problem = !second.is_taken ? "pretty's output is not taken"
                  : !str_equal(first.output, second.output) ? "pretty of pretty is not pretty" : NULL;
        passage_end(&second);
    }
    passage_end(&first);
    return problem;
}

static const char *check_keep(Str text) {
    Passage passage;
    passage_run(&passage, text, LAYOUT_KEEP, NULL, 0);
    const char *problem = NULL;
    if (!passage.is_taken) {
        const Finding *finding = passage.findings.list.count > 0 ? &passage.findings.list.items[0] : NULL;
        problem = finding ? arena_copy(&arena, finding->message).data : "not taken";
    } else if (!str_equal(passage.output, text)) {
        problem = "keep changes it";
    } else if (passage.problem.size > 0) {
        problem = arena_copy(&arena, passage.problem).data;
    }
    passage_end(&passage);
    return problem;
}

static bool is_taken(Str text, bool *is_taken_apart) {
    Passage passage;
    passage_run(&passage, text, LAYOUT_KEEP, NULL, 0);
    bool taken = passage.is_taken;
    *is_taken_apart = taken && passage.script->statement_count > 0 &&
                      passage.script->statements[0].kind != STATEMENT_OTHER &&
                      passage.script->statements[0].kind != STATEMENT_QUERY;
    passage_end(&passage);
    return taken;
}

/* The verdicts come from Flink's grammar alone; this its parser finds in the code behind a rule. */
static bool is_refused_behind_grammar(const char *problem) {
    return problem != NULL && strcmp(problem, "columns without types are only for CREATE TABLE ... AS") == 0;
}

static bool check_statement(const char *file, const Verdict *verdict, Str piece) {
    bool is_taken_apart;
    if (refused_by_flink(verdict)) {
        if (is_taken(piece, &is_taken_apart) && is_taken_apart) {
            printf("# taken though Flink refuses it: %s, statement %zu: %.*s\n", file, verdict->number,
                   (int)verdict->words.size, verdict->words.data);
        }
        return true;
    }
    const char *problem = begins_with(piece, verdict->words) ? check_keep(piece) : "counted in another way";
    if (is_refused_behind_grammar(problem)) {
        return true;
    }
    problem = problem ? problem : check_pretty(piece);
    if (problem != NULL) {
        printf("# %s, statement %zu: %s\n", file, verdict->number, problem);
    }
    return problem == NULL;
}

static void check_file(const char *file, const Verdict *verdicts, size_t count) {
    Str text = read_whole(arena_format(&arena, CORPUS "/%s", file).data);
    TextPieces pieces = {0};
    bool is_fine = true, has_errors = false;
    split(text, &pieces);
    for (size_t i = 0; i < count; i++) {
        bool is_there = verdicts[i].number >= 1 && verdicts[i].number <= pieces.count;
        if (!is_there) {
            printf("# %s has no statement %zu\n", file, verdicts[i].number);
        }
        is_fine = is_there && check_statement(file, &verdicts[i], pieces.items[verdicts[i].number - 1]) && is_fine;
        has_errors = has_errors || refused_by_flink(&verdicts[i]);
    }
    say(is_fine, file, "what Flink takes is taken");
    bool is_taken_apart;
    if (!has_errors || is_taken(text, &is_taken_apart)) {
        const char *keep = check_keep(text), *pretty = check_pretty(text);
        if (keep != NULL || pretty != NULL) {
            printf("# %s: %s\n", file, keep ? keep : pretty);
        }
        say(keep == NULL && pretty == NULL, file, "the file as a whole");
    }
}

int main(void) {
    FILE *list = fopen(CORPUS "/VERDICTS.tsv", "r");
    if (list == NULL) {
        puts("1..0 # SKIP " CORPUS " is not there");
        return 0;
    }
    fclose(list);
    arena_init(&arena, &guard);
    Verdicts verdicts = read_verdicts(read_whole(CORPUS "/VERDICTS.tsv"));
    for (size_t i = 0; i < verdicts.count;) {
        size_t end = i + 1;
        while (end < verdicts.count && str_equal(verdicts.items[end].file, verdicts.items[i].file)) {
            end++;
        }
        check_file(arena_copy(&arena, verdicts.items[i].file).data, &verdicts.items[i], end - i);
        i = end;
    }
    printf("1..%zu\n", assertions);
    arena_free(&arena);
    return 0;
}
