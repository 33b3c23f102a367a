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

/* Replaces the contents of the file at path, which is the one that stamp tells of. Symbolic links are followed to the
 * file itself; other hard links to it keep the old contents. The new contents are written to a temporary file beside
 * it, with its mode, owner and access control list, synced, and renamed over it: the file is the old or the new one,
 * whole, at any moment; which of them after the machine fails is sure after directory_sync(). backup_suffix: NULL, or
 * what to append to the name under which the old file is kept. NULL, or what went wrong; then the file is as it was and
 * nothing else is left behind. */
const char *file_replace(const char *path, const Pieces *contents, const FileStamp *stamp, const char *backup_suffix);

/* The directory of the file at path, symbolic links followed; NULL when there is no such file or no memory. The caller
 * frees it. */
char *file_directory(const char *path);

/* Makes the renames in a directory durable. A file system that cannot do that is none of our trouble. */
void directory_sync(const char *directory);

/* Writes all of text. False with errno set. */
bool write_all(int descriptor, Str text);
bool write_pieces(int descriptor, const Pieces *text);

#endif
