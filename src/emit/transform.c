#include "emit/transform.h"

#include "syntax/lexer.h"
#include "syntax/literal.h"

/* An output column: the name that the sink knows it by and what is in it. */
typedef struct Projected {
    Str name;
    Str source; /* the source's column, when that is all it is */
    Str text;   /* the expression as the projection writes it */
} Projected;

typedef struct Shaper {
    const OutputRequest *request;
    const Flow *flow;
    const SimpleSelect *select;
    const Plan *plan; /* of the source */
    Str connector;
    Str text;
    Columns source, sink;
    VECTOR(Projected) outputs;
    Transform transform;
} Shaper;

static void fail(Shaper *shaper, Span place, Str message, Str hint) {
    say(shaper->request, SEVERITY_ERROR, place, message, hint);
    shaper->transform.is_broken = true;
}

/* ---- Names ---- */

static bool is_plain_name(Str name) {
    for (size_t i = 0; i < name.size; i++) {
        char c = ascii_lower(name.data[i]);
        if (!(c >= 'a' && c <= 'z') && c != '_' && !(is_digit(c) && i > 0)) {
            return false;
        }
    }
    return name.size > 0;
}

/* In backticks unless it is a plain word that is no keyword; transforms are parsed with Calcite's Lex.JAVA, as Flink's
 * SQL is (flink-cdc: TransformParser). */
static Str written_name(const Shaper *shaper, Str name) {
    Arena *arena = shaper->request->arena;
    Str word = arena_copy(arena, name);
    if (is_plain_name(name) && lex(word, 0).kind == TOKEN_IDENTIFIER) {
        return name;
    }
    char *quoted = arena_alloc(arena, 2 * name.size + 2);
    size_t size = 0;
    quoted[size++] = '`';
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '`') {
            quoted[size++] = '`';
        }
        quoted[size++] = name.data[i];
    }
    quoted[size++] = '`';
    return (Str){quoted, size};
}

static bool is_name(Token token) { return token.kind == TOKEN_IDENTIFIER || token.kind == TOKEN_QUOTED_IDENTIFIER; }

/* Whether the name before a dot stands for the source table. */
static bool is_qualifier(const Shaper *shaper, Token token) {
    Span table = span_is_empty(shaper->select->alias) ? shaper->select->table : shaper->select->alias;
    return is_name(token) && lex_significant(shaper->text, token.end).kind == TOKEN_DOT &&
           str_equal(identifier_value(shaper->text, token_span(token), shaper->request->arena),
                     identifier_value(shaper->text, table, shaper->request->arena));
}

/* ---- Expressions ---- */

/* What stands for a metadata column of the source in a transform (docs/core-concept/transform, "Metadata Fields"; the
 * option metadata.list for the rest). Empty when nothing does. A PostgreSQL table id has no namespace unless
 * table-id.include-database is set. */
static Str metadata_text(Shaper *shaper, const NamedColumn *named) {
    Str key = named->name;
    if (!span_is_empty(named->column->metadata_key)) {
        key = literal_value(shaper->text, named->column->metadata_key, shaper->request->arena);
    }
    bool is_postgres = str_equal(shaper->connector, STR("postgres-cdc"));
    if (str_equal(key, STR("table_name"))) {
        return STR("__table_name__");
    }
    if (str_equal(key, is_postgres ? STR("schema_name") : STR("database_name"))) {
        return STR("__schema_name__");
    }
    bool is_database = is_postgres && str_equal(key, STR("database_name"));
    if (is_database || str_equal(key, STR("op_ts"))) {
        shaper->transform.metadata |= is_database ? METADATA_DATABASE : METADATA_OP_TS;
        return key;
    }
    return STR("");
}

typedef struct Pieces {
    VECTOR(Str) items;
    Token bad; /* a column that the server does not have */
} Pieces;

static void add_piece(Shaper *shaper, Pieces *pieces, Token token, bool has_gap) {
    Arena *arena = shaper->request->arena;
    if (has_gap && pieces->items.count > 0) {
        *vector_add(arena, &pieces->items) = STR(" ");
    }
    *vector_add(arena, &pieces->items) = (Str){shaper->text.data + token.start, token.end - token.start};
    const NamedColumn *named =
        is_name(token) ? columns_find(&shaper->source, identifier_value(shaper->text, token_span(token), arena)) : NULL;
    if (named != NULL && named->column->kind != COLUMN_PHYSICAL && pieces->bad.end == 0) {
        pieces->bad = token;
    }
}

static Str join(const Str *items, size_t count, Str separator, Arena *arena) {
    Buffer text = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_add(&text, i > 0 ? separator : STR(""));
        buffer_add(&text, items[i]);
    }
    return buffer_take(&text, arena);
}

/* The text at span as the pipeline reads it: on one line, without comments and the table's name before columns. Only
 * columns that the server has may be in it: a pipeline does not know those that the script computes. */
static Str expression_text(Shaper *shaper, Span span) {
    Pieces pieces = {0};
    uint32_t end = span.start;
    for (Token token = lex_significant(shaper->text, span.start); token.start < span.end;
         token = lex_significant(shaper->text, token.end)) {
        bool has_gap = token.start > end;
        if (is_qualifier(shaper, token)) {
            Token dot = lex_significant(shaper->text, token.end);
            token = lex_significant(shaper->text, dot.end);
        }
        add_piece(shaper, &pieces, token, has_gap);
        end = token.end;
    }
    if (pieces.bad.end != 0) {
        fail(shaper, token_span(pieces.bad), STR("a pipeline cannot compute with a computed or metadata column"),
             STR(""));
    }
    return join(pieces.items.items, pieces.items.count, STR(""), shaper->request->arena);
}

/* The only name of the span, its qualifier aside; empty when it is more than a name. */
static Str bare_name(const Shaper *shaper, Span span) {
    Token token = lex_significant(shaper->text, span.start);
    while (is_qualifier(shaper, token) && token.end < span.end) {
        token = lex_significant(shaper->text, lex_significant(shaper->text, token.end).end);
    }
    bool is_alone =
        token.end >= span.end && (is_name(token) || (token_is_keyword(token) && token.kind != TOKEN_RESERVED));
    return is_alone ? identifier_value(shaper->text, token_span(token), shaper->request->arena) : STR("");
}

/* ---- Outputs ---- */

static void add_column(Shaper *shaper, const NamedColumn *named) {
    Projected *output = vector_add(shaper->request->arena, &shaper->outputs);
    output->name = named->name;
    if (named->column->kind == COLUMN_PHYSICAL) {
        output->source = named->name;
        output->text = written_name(shaper, named->name);
        return;
    }
    if (named->column->kind == COLUMN_COMPUTED) {
        output->text = expression_text(shaper, named->column->content);
        return;
    }
    output->text = metadata_text(shaper, named);
    if (output->text.size == 0) {
        fail(shaper, named->column->name, STR("a pipeline has nothing for this metadata column"), STR(""));
    }
}

static void add_item(Shaper *shaper, const SelectItem *item) {
    Str name = bare_name(shaper, item->expression);
    const NamedColumn *named = name.size > 0 ? columns_find(&shaper->source, name) : NULL;
    if (named != NULL) {
        add_column(shaper, named);
    } else {
        Projected *output = vector_add(shaper->request->arena, &shaper->outputs);
        *output = (Projected){.name = name, .source = name};
        output->text = expression_text(shaper, item->expression);
    }
    Projected *output = &shaper->outputs.items[shaper->outputs.count - 1];
    if (!span_is_empty(item->alias)) {
        output->name = identifier_value(shaper->text, item->alias, shaper->request->arena);
    }
}

static void add_outputs(Shaper *shaper) {
    for (size_t i = 0; i < shaper->select->items.count; i++) {
        const SelectItem *item = &shaper->select->items.items[i];
        for (size_t j = 0; item->is_star && j < shaper->source.items.count; j++) {
            add_column(shaper, &shaper->source.items.items[j]);
        }
        if (!item->is_star) {
            add_item(shaper, item);
        }
    }
}

/* The sink's columns in the order in which the INSERT fills them; none when the script does not tell. */
static Names target_names(const Shaper *shaper) {
    Names names = {0};
    const Insert *insert = shaper->flow->insert;
    if (insert != NULL && !span_is_empty(insert->columns)) {
        column_list(shaper->text, insert->columns, shaper->request->arena, &names);
        return names;
    }
    for (size_t i = 0; !shaper->sink.is_partial && i < shaper->sink.items.count; i++) {
        const NamedColumn *named = &shaper->sink.items.items[i];
        ColumnKind kind = named->column->kind;
        if (kind == COLUMN_PHYSICAL || (kind == COLUMN_METADATA && !named->column->is_virtual)) {
            *vector_add(shaper->request->arena, &names) = named->name;
        }
    }
    return names;
}

/* INSERT goes by position, a pipeline by name. */
static void name_outputs(Shaper *shaper) {
    Names names = target_names(shaper);
    if (names.count > 0 && names.count != shaper->outputs.count) {
        Span place = shaper->flow->insert ? shaper->flow->insert->query : shaper->flow->statement->query;
        fail(shaper, place,
             arena_format(shaper->request->arena, "the query has %zu columns, the sink %zu", shaper->outputs.count,
                          names.count),
             STR(""));
        return;
    }
    for (size_t i = 0; i < names.count; i++) {
        shaper->outputs.items[i].name = names.items[i];
    }
}

/* A query whose columns the pipeline would hand on as they are: all that the script knows, under their names. */
static bool is_copy(const Shaper *shaper) {
    bool is_star = shaper->select->items.count == 1 && shaper->select->items.items[0].is_star;
    if (shaper->source.is_partial) {
        return is_star;
    }
    bool is_same = shaper->outputs.count == shaper->source.items.count;
    for (size_t i = 0; is_same && i < shaper->outputs.count; i++) {
        const Projected *output = &shaper->outputs.items[i];
        is_same =
            str_equal(output->name, output->source) && str_equal(output->name, shaper->source.items.items[i].name);
    }
    return is_same;
}

static Str projected_text(Shaper *shaper, const Projected *output) {
    Arena *arena = shaper->request->arena;
    if (output->name.size == 0) {
        fail(shaper, shaper->select->items.items[0].expression, STR("a pipeline needs a name for each column"),
             STR("name it: ... AS name"));
        return output->text;
    }
    Str name = written_name(shaper, output->name);
    bool is_named = str_equal(output->name, output->source) || str_equal(output->text, name);
    return is_named ? output->text : arena_format(arena, "%.*s AS %.*s", TEXT(output->text), TEXT(name));
}

static void write_projection(Shaper *shaper) {
    Names texts = {0};
    for (size_t i = 0; i < shaper->outputs.count; i++) {
        Str text = projected_text(shaper, &shaper->outputs.items[i]);
        *vector_add(shaper->request->arena, &texts) = text;
    }
    shaper->transform.projection = join(texts.items, texts.count, STR(", "), shaper->request->arena);
}

/* ---- Keys ---- */

/* The source's key by the names that the sink has for its columns; false when the projection drops one of them. */
static bool projected_key(const Shaper *shaper, Names *key) {
    for (size_t i = 0; i < shaper->source.key.count; i++) {
        size_t j = 0;
        while (j < shaper->outputs.count && !str_equal(shaper->outputs.items[j].source, shaper->source.key.items[i])) {
            j++;
        }
        if (j == shaper->outputs.count) {
            return false;
        }
        *vector_add(shaper->request->arena, key) = shaper->outputs.items[j].name;
    }
    return true;
}

static bool same_names(const Names *a, const Names *b) {
    bool is_same = a->count == b->count;
    for (size_t i = 0; is_same && i < a->count; i++) {
        is_same = str_equal(a->items[i], b->items[i]);
    }
    return is_same;
}

/* The StarRocks sink takes only tables with a primary key (flink-cdc: StarRocksUtils.toStarRocksTable). */
static void write_key(Shaper *shaper) {
    Names key = {0};
    if (shaper->source.is_partial || shaper->sink.is_partial) {
        return;
    }
    bool is_whole = projected_key(shaper, &key);
    if (shaper->sink.key.count > 0 && !(is_whole && same_names(&key, &shaper->sink.key))) {
        const Names *names = &shaper->sink.key;
        shaper->transform.keys = join(names->items, names->count, STR(", "), shaper->request->arena);
    } else if (shaper->sink.key.count == 0 && (shaper->source.key.count == 0 || !is_whole)) {
        say_at_table(shaper->request, SEVERITY_ERROR, shaper->plan,
                     STR("a pipeline writes to StarRocks only tables that have a primary key"),
                     STR("give the StarRocks table one, and the script's tables"));
    }
}

/* ---- */

Transform transform_of(const OutputRequest *request, const Flow *flow, const SimpleSelect *select,
                       const Upstream *source) {
    Shaper shaper = {.request = request,
                     .flow = flow,
                     .select = select,
                     .plan = source->plan,
                     .connector = source->connector,
                     .text = request->script->source->text,
                     .source = columns_of(request->script, flow->sources[0], request->arena),
                     .sink = columns_of(request->script, flow->target, request->arena)};
    add_outputs(&shaper);
    if (!is_copy(&shaper) || !shaper.source.is_partial) {
        name_outputs(&shaper);
    }
    if (!is_copy(&shaper) && !shaper.transform.is_broken) {
        write_projection(&shaper);
    }
    if (!span_is_empty(select->where)) {
        shaper.transform.filter = expression_text(&shaper, select->where);
    }
    write_key(&shaper);
    return shaper.transform;
}

bool transform_equal(const Transform *a, const Transform *b) {
    return str_equal(a->projection, b->projection) && str_equal(a->filter, b->filter) && str_equal(a->keys, b->keys);
}
