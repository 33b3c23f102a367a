/* Comments in what is written for other programs. */
#ifndef SMTPATCH_COMMENT_H
#define SMTPATCH_COMMENT_H

#include "buffer.h"

/* Appends text as comment lines, each behind mark ("#", "--"), broken at blanks where a line gets long. Control
 * characters are shown as '?', so that nothing gets out of the comment. */
void comment_write(Buffer *out, const char *mark, Str text);

/* The same on one line, however long: what people copy. */
void comment_line(Buffer *out, const char *mark, Str text);

#endif
