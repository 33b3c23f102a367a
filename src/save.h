/* Reading a file to be changed, and the safe replacement of its contents. */
#ifndef SMTPATCH_SAVE_H
#define SMTPATCH_SAVE_H

#include <sys/stat.h>

#include "pieces.h"

/* A file as it was when it was read. */
typedef struct FileStamp {
    struct stat status;
} FileStamp;

/* Reads the file at path into buffer and notes what it was. NULL, or what went wrong. */
const char *file_read(const char *path, Buffer *buffer, FileStamp *stamp);

/* The new contents of a file, until they are in its place: in a temporary file beside it. */
typedef struct Replacement {
    char *target;    /* the file: where the path leads by symbolic links */
    char *temporary; /* NULL when nothing was started or it was ended */
    int descriptor;  /* of the temporary file */
    size_t size;     /* bytes */
    FileStamp stamp;
} Replacement;

/* Writes the new contents of the file at path, which is the one that stamp tells of, to a temporary file with its mode,
 * owner and access control list. Symbolic links are followed to the file itself; other hard links to it keep the old
 * contents. The replacement must be all zero; what follows is replacement_flush(), which may be left out,
 * replacement_sync() and replacement_end(), unless a step went wrong, and replacement_free() in any case. NULL, or what
 * went wrong; then nothing is left behind. */
const char *replacement_start(Replacement *replacement, const char *path, const Pieces *contents,
                              const FileStamp *stamp);

/* Lets the disk begin with the temporary file. Of many that are started first, then flushed, then synced, then ended,
 * it takes most at once, and the first sync waits for all. */
void replacement_flush(const Replacement *replacement);

/* Waits until the temporary file is on the disk. NULL, or what went wrong; then nothing is left behind. */
const char *replacement_sync(Replacement *replacement);

/* Renames the temporary file, which is synced, over the file: that is the old or the new one, whole, at any moment;
 * which of them after the machine fails is sure after directory_sync(). backup_suffix: NULL, or what to append to the
 * name under which the old file is kept. NULL, or what went wrong; then the file is as it was and nothing else is
 * left. */
const char *replacement_end(Replacement *replacement, const char *backup_suffix);

void replacement_free(Replacement *replacement);

/* The directory of the file at path, as a part of the path; "." when it names none. */
Str file_directory(const char *path);

/* Makes the renames in a directory durable. A file system that cannot do that is none of our trouble. */
void directory_sync(const char *directory);

/* Writes all of text. False with errno set. */
bool write_all(int descriptor, Str text);
bool write_pieces(int descriptor, const Pieces *text);

#endif
