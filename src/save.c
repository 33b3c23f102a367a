#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "source.h"

const char *file_read(const char *path, Buffer *buffer, FileStamp *stamp) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (descriptor < 0) {
        return strerror(errno);
    }
    const char *problem = fstat(descriptor, &stamp->status) != 0  ? strerror(errno)
                          : S_ISDIR(stamp->status.st_mode) ? strerror(EISDIR)
                                                            : source_read(descriptor, buffer);
    close(descriptor);
    return problem;
}

bool write_all(int descriptor, Str text) {
    while (text.size > 0) {
        ssize_t written = write(descriptor, text.data, text.size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        text = str_from(text, written > 0 ? (size_t)written : 0);
    }
    return true;
}

enum { PIECES_AT_ONCE = 256 }; /* less than any system's IOV_MAX, which is 1024 in Linux */

bool write_pieces(int descriptor, const Pieces *text) {
    struct iovec parts[PIECES_AT_ONCE];
    PiecePlace at = {0};
    while (at.piece < text->list.count) {
        int count = 0;
        for (size_t i = at.piece; i < text->list.count && count < PIECES_AT_ONCE; i++) {
            Str piece = i == at.piece ? pieces_at(text, at) : text->list.items[i];
            parts[count++] = (struct iovec){(void *)piece.data, piece.size};
        }
        ssize_t written = writev(descriptor, parts, count);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        at = pieces_behind(text, at, written > 0 ? (size_t)written : 0);
    }
    return true;
}

static bool is_unchanged(const struct stat *then, const struct stat *now) {
    return then->st_dev == now->st_dev && then->st_ino == now->st_ino && then->st_size == now->st_size &&
           then->st_mtim.tv_sec == now->st_mtim.tv_sec && then->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

enum { ATTRIBUTES_MAX = 65536 }; /* Linux has no longer lists and values (xattr(7)) */

/* Access lists are among the attributes that begin so: without them more people could read the file, or fewer. */
static bool must_be_kept(const char *attribute) { return str_has_prefix(str_of(attribute), STR("system.")); }

static bool is_there_none(int error) { return error == ENODATA || error == ENOTSUP || error == ENOSYS; }

/* buffer: of 2 * ATTRIBUTES_MAX bytes. */
static bool copy_attributes(int descriptor, const char *target, char *buffer) {
    char *value = buffer + ATTRIBUTES_MAX;
    ssize_t size = listxattr(target, buffer, ATTRIBUTES_MAX);
    if (size < 0) {
        return is_there_none(errno);
    }
    for (const char *name = buffer; name < buffer + size; name += strlen(name) + 1) {
        ssize_t value_size = getxattr(target, name, value, ATTRIBUTES_MAX);
        bool is_copied = value_size >= 0 && fsetxattr(descriptor, name, value, (size_t)value_size, 0) == 0;
        if (!is_copied && must_be_kept(name)) {
            return false;
        }
    }
    return true;
}

static bool remove_access_list(int descriptor) {
    return fremovexattr(descriptor, "system.posix_acl_access") == 0 || is_there_none(errno);
}

/* What the directory gave to the new file goes; what the old one has comes, the rest of its attributes where they can
 * be set. False with errno set. */
static bool keep_attributes(int descriptor, const char *target) {
    if (flistxattr(descriptor, NULL, 0) == 0 && listxattr(target, NULL, 0) == 0) {
        return true; /* mostly so, and asking costs less than changing anything */
    }
    char *buffer = malloc(2 * ATTRIBUTES_MAX);
    bool is_kept = buffer != NULL && remove_access_list(descriptor) && copy_attributes(descriptor, target, buffer);
    int error = errno;
    free(buffer);
    errno = error;
    return is_kept;
}

/* Owner first: changing it takes the set-user-id bits away. Mode last, so that at no time more may be read. NULL or
 * what went wrong. */
static const char *copy_owner_and_mode(int descriptor, const char *target, const struct stat *status) {
    struct stat own;
    if (fstat(descriptor, &own) != 0) {
        return strerror(errno);
    }
    if ((own.st_uid != status->st_uid || own.st_gid != status->st_gid) &&
        fchown(descriptor, status->st_uid, status->st_gid) != 0) {
        return errno == EPERM ? "its owner or group could not be kept" : strerror(errno);
    }
    if (!keep_attributes(descriptor, target)) {
        return errno == ENOMEM || errno == ENOENT ? strerror(errno) : "its access control list could not be kept";
    }
    return fchmod(descriptor, status->st_mode & 07777) == 0 ? NULL : strerror(errno);
}

/* Fills the temporary file. NULL or what went wrong. */
static const char *fill(const Replacement *replacement, const Pieces *contents) {
    int descriptor = replacement->descriptor;
    const char *problem = copy_owner_and_mode(descriptor, replacement->target, &replacement->stamp.status);
    return problem != NULL || write_pieces(descriptor, contents) ? problem : strerror(errno);
}

/* NULL with errno set. The caller frees it. */
static char *follow_links(const char *path) {
    char first;
    bool is_link = readlink(path, &first, 1) >= 0;
    return is_link ? realpath(path, NULL) : strdup(path);
}

Str file_directory(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? (Str){path, (size_t)(slash + 1 - path)} : STR(".");
}

/* A template for mkostemp(), which makes it a name. */
static char *temporary_beside(const char *target) {
    const char *slash = strrchr(target, '/');
    int length = slash != NULL ? (int)(slash + 1 - target) : 0;
    char *temporary = NULL;
    return asprintf(&temporary, "%.*s.smtpatch.XXXXXX", length, target) < 0 ? NULL : temporary;
}

/* The temporary file is no more, or has got another name. */
static void let_go(Replacement *replacement) {
    free(replacement->temporary);
    replacement->temporary = NULL;
}

static void take_back(Replacement *replacement) {
    unlink(replacement->temporary);
    let_go(replacement);
}

const char *replacement_start(Replacement *replacement, const char *path, const Pieces *contents,
                              const FileStamp *stamp) {
    char *target = replacement->target = follow_links(path);
    if (target == NULL) {
        return strerror(errno);
    }
    replacement->temporary = temporary_beside(target);
    if (replacement->temporary == NULL) {
        return strerror(ENOMEM);
    }
    replacement->descriptor = mkostemp(replacement->temporary, O_CLOEXEC);
    if (replacement->descriptor < 0) {
        int error = errno;
        let_go(replacement);
        return error == EACCES || error == EROFS ? "its directory may not be written to" : strerror(error);
    }
    replacement->stamp = *stamp;
    replacement->size = contents->size;
    const char *problem = fill(replacement, contents);
    if (problem != NULL) {
        close(replacement->descriptor);
        take_back(replacement);
    }
    return problem;
}

/* The old file under the backup's name: a second link to it, put there by a rename. */
static const char *keep_backup(const char *target, const char *temporary, const char *suffix) {
    char *backup = NULL, *link_name = NULL;
    const char *problem = NULL;
    if (asprintf(&backup, "%s%s", target, suffix) < 0 || asprintf(&link_name, "%s.old", temporary) < 0) {
        problem = strerror(ENOMEM);
    } else if (link(target, link_name) != 0) {
        problem = strerror(errno);
    } else if (rename(link_name, backup) != 0) {
        problem = strerror(errno);
        unlink(link_name);
    }
    free(backup);
    free(link_name);
    return problem;
}

void directory_sync(const char *directory) {
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        fsync(descriptor);
        close(descriptor);
    }
}

void replacement_flush(const Replacement *replacement) {
    (void)sync_file_range(replacement->descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}

const char *replacement_sync(Replacement *replacement) {
    const char *problem = fsync(replacement->descriptor) == 0 ? NULL : strerror(errno);
    if (close(replacement->descriptor) != 0 && problem == NULL) {
        problem = strerror(errno);
    }
    if (problem != NULL) {
        take_back(replacement);
    }
    return problem;
}

const char *replacement_end(Replacement *replacement, const char *backup_suffix) {
    const char *target = replacement->target, *temporary = replacement->temporary;
    struct stat now;
    const char *problem = stat(target, &now) == 0 ? NULL : strerror(errno);
    if (problem == NULL && !is_unchanged(&replacement->stamp.status, &now)) {
        problem = "it was changed by somebody else meanwhile";
    }
    if (problem == NULL && backup_suffix != NULL) {
        problem = keep_backup(target, temporary, backup_suffix);
    }
    if (problem == NULL && rename(temporary, target) != 0) {
        problem = strerror(errno);
    }
    (problem != NULL ? take_back : let_go)(replacement);
    return problem;
}

void replacement_free(Replacement *replacement) {
    free(replacement->target);
    free(replacement->temporary);
    *replacement = (Replacement){0};
}
