/* The pretty printer's pen: tokens, the blanks between them, and the comments in their gaps. */
#ifndef SMTPATCH_PRINTER_H
#define SMTPATCH_PRINTER_H

#include "buffer.h"
#include "emit/form.h"
#include "syntax/tree.h"

typedef struct Printer {
    Str text; /* of the source */
    Str newline;
    Buffer *out;
    const Statement *statement;
    uint32_t next_mark;  /* of the statement */
    uint32_t position;   /* the source is printed up to here */
    Token previous;      /* printed last; kind TOKEN_EOF at the start of a statement */
    unsigned item_indent; /* of the item or clause under way */
    bool must_break;     /* nothing may follow on this line */

    PrintedForms forms;
    uint32_t next_segment; /* of the statement */
} Printer;

/* How a comment stands in the source. */
typedef enum CommentPlace {
    COMMENT_TRAILS,  /* on the line of what stands before it */
    COMMENT_ALONE,   /* on a line of its own */
    COMMENT_LEADS,   /* on the line of what stands behind it */
} CommentPlace;

/* Starts a statement; its first token is printed where the output stands. */
void printer_start(Printer *printer, const Statement *statement);

/* Prints the tokens of [printer->position, end) with the comments before each. What stands between the last token
 * and end is left for later: position is then behind the last token. */
void printer_tokens(Printer *printer, uint32_t end);

/* Prints the comments of [position, end), each where it belongs before a line of the given indent. */
void printer_comments(Printer *printer, uint32_t end, unsigned indent);

void printer_line(Printer *printer, unsigned indent);

/* How many lines end in [start, end). */
size_t count_line_ends(Str text, uint32_t start, uint32_t end);

/* Where the comment stands between `before`, the end of what is before it, and the next token or comment. */
CommentPlace comment_place(Str text, uint32_t before, Token comment);

#endif
