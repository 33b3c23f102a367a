/* Elements of lists that the grammar need not see. Behind the comma of a list an LALR parser is in one state, whatever
 * stood before it. So what the grammar made there of one element, up to the next comma, it makes of every other one of
 * the same tokens, and is then in that state again. Scripts are mostly such elements: options, which are all alike, and
 * columns, where the text behind the name is one of a few. Only parser.c includes this. */
#ifndef SMTPATCH_SHORTCUT_H
#define SMTPATCH_SHORTCUT_H

#include "syntax/builder.h"
#include "syntax/column_tail.h"

/* Of what list the grammar stands behind a comma. */
typedef enum ListKind { LIST_NONE, LIST_OPTIONS, LIST_COLUMNS } ListKind;

enum { COLUMN_TAIL_MARKS = 4 };

/* What the grammar made of a column of one token as its name; all offsets from the end of the name. */
typedef struct ColumnTail {
    Str text; /* what stands behind the name, with the comma */
    Column column;
    Token last; /* before the comma */
    Mark marks[COLUMN_TAIL_MARKS];
    uint32_t mark_count;
} ColumnTail;

typedef struct Shortcuts {
    ListKind list;     /* behind whose comma the grammar stands */
    Token first;       /* of the element that the grammar is given in LIST_COLUMNS, and what was there before it: */
    size_t first_mark;
    bool is_watched;   /* such an element is under way */
    bool has_comment;  /* in that element */
    ColumnTail tails[COLUMN_TAILS];
} Shortcuts;

/* The element that begins at *first, which the grammar has not seen: true when the builder has it now, *first is the
 * comma behind it and *last the token before that. */
bool shortcut_take(Shortcuts *shortcuts, Builder *builder, Token *first, Token *last);

/* The grammar is to be given the element that begins at first instead. */
void shortcut_watch(Shortcuts *shortcuts, const Builder *builder, Token first);

/* The grammar has taken a comma. The builder tells what it made when it saw that. */
void shortcut_learn(Shortcuts *shortcuts, const Builder *builder, Token comma);

#endif
