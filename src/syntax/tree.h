/* The tree of a script. It copies no text: every part is a span of the source; comments and blanks are the gaps
 * between tokens and can be had by lexing them again. All of it lives in the arena of the parse. */
#ifndef SMTPATCH_TREE_H
#define SMTPATCH_TREE_H

#include "source.h"
#include "syntax/token.h"

#define SPAN_NONE ((Span){0, 0})

typedef enum StatementKind {
    STATEMENT_OTHER, /* a balanced run of tokens, kept as it is */
    STATEMENT_QUERY,
    STATEMENT_CREATE_TABLE, /* REPLACE TABLE too */
    STATEMENT_CREATE_VIEW,
    STATEMENT_MATERIALIZED_TABLE,
    STATEMENT_WITH_OPTIONS, /* any other statement that may hold an option list */
    STATEMENT_INSERT,       /* EXECUTE INSERT too */
    STATEMENT_EXECUTE_SET,  /* EXECUTE STATEMENT SET BEGIN … END: one statement */
    STATEMENT_BEGIN_SET,    /* BEGIN STATEMENT SET */
    STATEMENT_END_SET,      /* END */
    STATEMENT_SET,          /* SET with a key and a value, in either form */
    STATEMENT_RESET,        /* RESET with a key, in either form */
    STATEMENT_USE_CATALOG,
    STATEMENT_USE_DATABASE,
} StatementKind;

/* 'key' = 'value': two literals, each perhaps of several tokens; literal_value() tells what they mean. */
typedef struct Option {
    Span key, value;
    bool is_plain; /* each is one '…' with no quote inside; false also where nobody looked */
} Option;

typedef enum ColumnKind {
    COLUMN_PHYSICAL,
    COLUMN_METADATA,
    COLUMN_COMPUTED,
    COLUMN_REFERENCE, /* a bare name, in CREATE TABLE … AS */
    COLUMN_WATERMARK, /* the rest are no columns, but stand among them */
    COLUMN_PRIMARY_KEY,
    COLUMN_UNIQUE,
} ColumnKind;

typedef struct Column {
    Span name;         /* for WATERMARK the column it is for; for a constraint its name, or none */
    Span content;      /* the type, the expression, or a constraint's columns with their parentheses */
    Span metadata_key; /* the literal after METADATA FROM, or none */
    ColumnKind kind;
    bool is_virtual;
    bool is_primary_key; /* said at the column itself */
    bool is_quoted;      /* the name begins with a backtick */
    bool may_hold_real;  /* false: the word REAL does not stand in the content */
} Column;

/* What is known of the columns, and what else stands among them, without a look at each. */
typedef struct ColumnSummary {
    unsigned kinds;       /* a bit, 1 << kind, for each that is there */
    uint32_t physical_count;
    uint64_t hash;        /* of what is written, but for names of constraints */
    bool has_primary_key; /* as a constraint or at a column */
    bool has_unquoted;    /* names of columns */
    bool may_hold_real;   /* a column */
} ColumnSummary;

typedef struct TableDefinition {
    Span name;
    Column *columns; /* column_count of them, or NULL when they were not wanted */
    Option *options;
    uint32_t column_count, option_count;
    ColumnSummary summary; /* of the columns */
    Span option_list;   /* from '(' to ')'; none without WITH */
    uint32_t with_place; /* where ' WITH (…)' would be put if there is none */
    Span like;          /* the table after LIKE, or none */
    bool takes_like_options;
    bool is_temporary;
    bool has_connection; /* USING CONNECTION: options come from there, too */
} TableDefinition;

typedef struct Insert {
    Span span;   /* from INSERT to the end of its query */
    Span target; /* the table's name */
    Span columns; /* the target's column list with its parentheses, or none */
    Span query;
} Insert;

/* What the pretty printer must know besides the tokens. */
typedef enum MarkKind {
    MARK_LINE,     /* a line begins here */
    MARK_ITEM,     /* an indented line begins here */
    MARK_CLOSE,    /* a line begins here, unless nothing stands before it in its list */
    MARK_TIGHT,    /* no blank before this token */
    MARK_NAME,     /* a keyword that is a name here: its letters stay as they are */
    MARK_VERBATIM, /* start to end keep their text */
} MarkKind;

typedef struct Mark {
    uint32_t start, end;
    MarkKind kind;
} Mark;

/* A run of tokens that reads like one before, see syntax/segment.h. */
typedef struct Segment {
    uint32_t start, end; /* from its first token to behind its last */
    const struct Skeleton *skeleton;
} Segment;

typedef struct Statement {
    StatementKind kind;
    bool is_frozen;   /* a pragma says: leave it alone */
    bool has_comments; /* between its first token and its end */
    Span span;        /* first token to last, without the ';' */
    uint32_t end;     /* where the ';' starts, or the end of the text when it has none */
    Span name;        /* of the table, view, catalog or database; the key of SET and RESET */
    Span value;       /* the value of SET; a raw one is no literal */
    bool is_raw;      /* SET and RESET in the client's unquoted form */
    Span query;       /* of CREATE … AS */
    TableDefinition *table; /* of CREATE TABLE and materialized tables */
    Insert *inserts;
    uint32_t insert_count, mark_count;
    Mark *marks;      /* by start */
    Segment *segments; /* the whole statement with its ';', or none; only with marks */
    uint32_t segment_count;
} Statement;

typedef enum PragmaKind { PRAGMA_OFF, PRAGMA_ON, PRAGMA_SKIP, PRAGMA_ALLOW } PragmaKind;

typedef struct Pragma {
    PragmaKind kind;
    Span comment;
    Span argument; /* what stands between the parentheses of allow(…) */
} Pragma;

typedef struct Script {
    Source *source;
    Statement *statements; /* in the order of the text */
    size_t statement_count;
    Pragma *pragmas;
    size_t pragma_count;
} Script;

/* What of the tree is only made when it is wanted. */
enum {
    PARSE_SUMMARIES = 1, /* TableDefinition's summary and column_count, and its columns where somebody mostly looks */
                         /* at them: unquoted ones, REAL, metadata, computed ones; for others see parse_columns() */
    PARSE_COLUMNS = 2,   /* the same, and all columns */
    PARSE_MARKS = 4,     /* Statement's marks, for the pretty printer */
    PARSE_ALL = PARSE_SUMMARIES | PARSE_COLUMNS | PARSE_MARKS,
};

static inline Span span_between(Token first, Token last) { return (Span){first.start, last.end}; }

/* The same text `by` bytes further on; SPAN_NONE stays none. */
static inline Span span_moved(Span span, uint32_t by) {
    return span.end == 0 ? SPAN_NONE : (Span){span.start + by, span.end + by};
}

static inline Column column_moved(Column column, uint32_t by) {
    column.name = span_moved(column.name, by);
    column.content = span_moved(column.content, by);
    column.metadata_key = span_moved(column.metadata_key, by);
    return column;
}

/* From the start of a to the end of b; an empty one of them does not count. */
static inline Span span_join(Span a, Span b) {
    if (span_is_empty(a)) {
        return b;
    }
    return span_is_empty(b) ? a : (Span){a.start, b.end};
}

#endif
