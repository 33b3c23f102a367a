/* Segments of statements that read like ones before: what two of the same skeleton have in common, and what not. */
#ifndef SMTPATCH_SEGMENT_H
#define SMTPATCH_SEGMENT_H

#include "syntax/tree.h"

enum {
    SKELETONS_MAX = 1024, /* of a script */
    SKELETON_PARTS = 32,  /* of one at most */
};

/* Text that must be there to the byte, and the kind of the token behind it, whose text may be any. */
typedef struct SkeletonPart {
    Str text;
    uint64_t head, head_mask; /* its first eight bytes, and which of them there are */
    uint16_t gap;             /* TOKEN_EOF behind the last part */
} SkeletonPart;

/* The skeleton's number, from 1 to SKELETONS_MAX. */
uint32_t segment_number(const Segment *segment);

/* The parts of the segment's skeleton, up to the one behind which no gap is; starts: where they begin in the text.
 * False when the text is not what it was, which is a bug. */
bool segment_parts(Str text, const Segment *segment, const SkeletonPart **parts, uint32_t starts[SKELETON_PARTS]);

#endif
