/* From a source to its tree. */
#ifndef SMTPATCH_PARSER_H
#define SMTPATCH_PARSER_H

#include "finding.h"
#include "syntax/tree.h"

/* The tree of source, in arena, with the parts that are wanted. Each syntax error is added to findings as trouble, with its place; the parser
 * goes on at the next statement, so that all of a file's errors are told. Statements with errors are not in the
 * tree. A file of StarRocks DDL gets one error that says so. Linear in the size of the source. */
Script *parse_script(Source *source, unsigned parts, Arena *arena, Findings *findings);

#endif
