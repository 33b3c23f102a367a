/* What string literals mean, and how to write one. */
#ifndef SMTPATCH_LITERAL_H
#define SMTPATCH_LITERAL_H

#include "arena.h"
#include "buffer.h"
#include "syntax/tree.h"

/* The characters that the literal at span stands for: any of the forms '…', N'…', _charset'…', U&'…' with UESCAPE,
 * E'…', adjacent pieces joined. X'…' is opaque to Flink as an option, so it means its own text. A plain '…'
 * without a doubled quote is a slice of text; everything else is made in arena. */
Str literal_value(Str text, Span span, Arena *arena);

/* literal_value() of an option's key and value. */
Str option_key(Str text, const Option *option, Arena *arena);
Str option_value(Str text, const Option *option, Arena *arena);

/* Where the byte at `position` of literal_value() stands in text: the start of what it is written with. A position at
 * the value's end or past it is that of the last piece's closing quote. */
uint32_t literal_offset(Str text, Span span, size_t position);

/* Appends value as a plain literal: in quotes, quotes doubled. */
void literal_write(Buffer *buffer, Str value);

#endif
