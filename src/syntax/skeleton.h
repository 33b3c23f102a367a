/* Statements that read like ones before, without the grammar. A skeleton is what is left of a run of tokens when the
 * text of its names and strings is taken out: the grammar, which sees kinds of tokens only, makes the same of every
 * run with that skeleton in the same place of a statement. So what it made once is kept, each offset as a distance
 * from one of the gaps in the skeleton, and is made again without it.
 *
 * A statement is cut into segments, behind the opening parentheses and the commas of its lists of columns and
 * options. An element is a segment that leads from one comma of a list to the next: an LALR parser is in one state
 * there, whatever stood before. What another segment means depends on those before it too, the elements aside: its
 * context is the last one. Scripts are mostly segments that were seen before. Only parser.c includes this. */
#ifndef SMTPATCH_SKELETON_H
#define SMTPATCH_SKELETON_H

#include "syntax/builder.h"

/* In what list a segment begins. */
typedef enum ListKind { LIST_NONE, LIST_OPTIONS, LIST_COLUMNS } ListKind;

/* Where a segment of the statement that the grammar is given begins. */
typedef struct SegmentStart {
    uint32_t offset;
    ListKind list;
    bool is_behind_comma;
} SegmentStart;

enum { SKELETON_SLOTS = 512 /* a power of two */ };

/* The columns of the table before: its sink, which mostly comes next, has the same ones, to the byte. */
typedef struct ColumnList {
    Span span; /* from behind the parenthesis to behind the last comma; empty when there is none */
    bool has_comments;
    VECTOR(Column) columns;
    VECTOR(Mark) marks;
    VECTOR(Segment) segments;
} ColumnList;

typedef struct Skeletons {
    Arena *arena;
    struct Skeleton *slots[SKELETON_SLOTS]; /* by their keys */
    uint32_t count;
    unsigned debt;    /* grows when a try was in vain */
    unsigned skipped; /* tries that were left out because of that */
    ColumnList last_list;
    VECTOR(SegmentStart) segments;
    bool is_watching; /* the segments are those of the statement under way */
} Skeletons;

/* Another script begins: what was learned holds, where it was learned does not. */
void skeletons_start(Skeletons *skeletons);

/* Whether hardly anything can be learned any more. */
bool skeletons_are_full(const Skeletons *skeletons);

/* The statement that begins at builder->first, of which the grammar has seen nothing: true when the builder has made
 * all of it but for builder_end_statement(), and *end is its ';'. Else the builder must start the statement again. */
bool skeletons_take(Skeletons *skeletons, Builder *builder, Token *end);

/* The grammar is given a statement from its first token on. */
void skeletons_watch(Skeletons *skeletons);

/* The grammar has taken a comma; `open` is the parenthesis that it stands in. The builder tells what came before it. */
void skeletons_note_comma(Skeletons *skeletons, const Builder *builder, Token comma, uint32_t open);

/* The grammar has made the statement, and builder_end_statement() was called. */
void skeletons_learn(Skeletons *skeletons, const Builder *builder);

#endif
