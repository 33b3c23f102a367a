#include <stdlib.h>

#include "name_index.h"
#include "rewrite/rewrite.h"
#include "syntax/lexer.h"
#include "syntax/setting.h"

/* What a script must keep: sums and sequences of hashes. */
typedef struct Digest {
    uint64_t inserts, others; /* each in its order */
    uint64_t comments;        /* in any order */
    size_t insert_count, other_count;
    bool has_wrong_value; /* a SET has not what was to be set */
} Digest;

typedef struct Digesting {
    const Script *script;
    const Str *names; /* old and new ones of renamed tables, sorted */
    size_t name_count;
    const Meant *meant;
    NameIndex *keys;     /* of what was to be set */
    bool is_after;       /* the script is the rewritten one */
    size_t added;        /* so many of its first SETs may be new */
    Arena *arena;
} Digesting;

static uint64_t mix(uint64_t sum, uint64_t hash) { return (sum ^ hash) * UINT64_C(0x9E3779B97F4A7C15) + (sum >> 29); }

static int compare_names(const void *a, const void *b) {
    return str_compare(*(const Str *)a, *(const Str *)b);
}

static const Str *sorted_names(const Rename *renames, size_t count, Arena *arena) {
    Str *names = arena_array(arena, 2 * count, sizeof *names);
    for (size_t i = 0; i < count; i++) {
        names[2 * i] = renames[i].table.table;
        names[2 * i + 1] = renames[i].new_name;
    }
    if (count > 0) {
        qsort(names, 2 * count, sizeof *names, compare_names);
    }
    return names;
}

/* All names of renamed tables count the same: one may get the name that another gives up. */
static Str canonical(const Digesting *digesting, Str text, Token token) {
    Str name = {text.data + token.start, token.end - token.start};
    if (!token_is_name(token) || digesting->name_count == 0) {
        return name;
    }
    Str value = identifier_value(text, token_span(token), digesting->arena);
    return bsearch(&value, digesting->names, digesting->name_count, sizeof value, compare_names) ? STR("`") : name;
}

static uint64_t hash_tokens(const Digesting *digesting, Span span) {
    Str text = digesting->script->source->text;
    uint64_t hash = 0;
    for (Token token = lex_significant(text, span.start); token.start < span.end;
         token = lex_significant(text, token.end)) {
        hash = mix(hash, str_hash(canonical(digesting, text, token)));
    }
    return hash;
}

static uint64_t hash_comments(const Script *script) {
    Str text = script->source->text;
    uint64_t sum = 0;
    for (Token token = lex(text, script->source->begin); token.kind != TOKEN_EOF; token = lex(text, token.end)) {
        if (token_is_comment(token)) {
            sum += str_hash((Str){text.data + token.start, token.end - token.start});
        }
    }
    return sum;
}

/* What the statement was to set; NULL for all but SETs of such keys. A pragma keeps its SETs as they are. */
static const PreludeSetting *meant_setting(const Digesting *digesting, const Statement *statement) {
    const Meant *meant = digesting->meant;
    if (statement->kind != STATEMENT_SET || statement->is_frozen || meant->setting_count == 0) {
        return NULL;
    }
    Str key = setting_text(digesting->script->source, statement, statement->name, digesting->arena);
    size_t number = name_index_get(digesting->keys, key);
    return number != SIZE_MAX ? &meant->settings[number] : NULL;
}

static void digest_other(const Digesting *digesting, size_t number, Digest *digest) {
    const Statement *statement = &digesting->script->statements[number];
    const PreludeSetting *setting = meant_setting(digesting, statement);
    uint64_t hash = setting ? str_hash(setting->key) : hash_tokens(digesting, statement->span);
    if (setting != NULL && digesting->is_after) {
        Str value = setting_text(digesting->script->source, statement, statement->value, digesting->arena);
        digest->has_wrong_value = digest->has_wrong_value || !str_equal(value, setting->value);
    }
    if (setting == NULL || number >= digesting->added) {
        digest->others = mix(digest->others, hash);
        digest->other_count++;
    }
}

static Digest digest(const Digesting *digesting) {
    const Script *script = digesting->script;
    Digest digest = {.comments = hash_comments(script)};
    for (size_t i = 0; i < script->statement_count; i++) {
        const Statement *statement = &script->statements[i];
        bool is_frame = statement->kind == STATEMENT_BEGIN_SET || statement->kind == STATEMENT_END_SET;
        bool may_move = statement->kind == STATEMENT_INSERT || statement->kind == STATEMENT_EXECUTE_SET;
        for (uint32_t j = 0; j < statement->insert_count && may_move; j++) {
            digest.inserts = mix(digest.inserts, hash_tokens(digesting, statement->inserts[j].span));
            digest.insert_count++;
        }
        if (!may_move && !is_frame) { /* what EXPLAIN STATEMENT SET holds stays there */
            digest_other(digesting, i, &digest);
        }
    }
    return digest;
}

Str verify_rewrite(const Script *before, const Script *after, const Meant *meant, Arena *arena) {
    Digesting digesting = {.script = before, .meant = meant, .arena = arena, .name_count = 2 * meant->rename_count};
    digesting.names = sorted_names(meant->renames, meant->rename_count, arena);
    digesting.keys = name_index_new(arena);
    for (size_t i = 0; i < meant->setting_count; i++) {
        name_index_set(digesting.keys, meant->settings[i].key, i, arena);
    }
    Digest old = digest(&digesting);
    digesting.script = after;
    digesting.is_after = true;
    if (after->statement_count > before->statement_count) {
        digesting.added = after->statement_count - before->statement_count;
    }
    Digest new = digest(&digesting);
    if (old.insert_count != new.insert_count || old.inserts != new.inserts) {
        return STR("an INSERT is not the script's");
    }
    if (old.other_count != new.other_count || old.others != new.others) {
        return STR("a statement is not the script's");
    }
    if (new.has_wrong_value) {
        return STR("a SET has another value");
    }
    return old.comments == new.comments ? STR("") : STR("a comment is not the script's");
}
