/* The safe replacement of a file, and the difference between two texts. */
#include "helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "emit/diff.h"

/* ---- files, in a directory of the test's own ---- */

static char directory[] = P_tmpdir "/smtpatch-test.XXXXXX";

static int set_up_directory(void **state) {
    strcpy(directory + sizeof directory - 7, "XXXXXX");
    return mkdtemp(directory) == NULL || set_up(state) != 0;
}

static int tear_down_directory(void **state) {
    Str command = arena_format(&arena, "chmod -R u+rwx %s; rm -rf %s", directory, directory);
    int status = system(command.data);
    return tear_down(state) | status;
}

static const char *path_of(const char *name) { return arena_format(&arena, "%s/%s", directory, name).data; }

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct stat status_of(const char *path) {
    struct stat status;
    assert_int_equal(lstat(path, &status), 0);
    return status;
}

static FileStamp stamp_of(const char *path) {
    Buffer buffer = {0};
    FileStamp stamp;
    assert_null(file_read(path, &buffer, &stamp));
    buffer_free(&buffer);
    return stamp;
}

static void assert_file(const char *path, const char *text) { assert_text(read_whole(path), text); }

static size_t count_files(void) {
    struct dirent **entries;
    int count = scandir(directory, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
    return (size_t)count - 2;
}

/* All steps, with a text in two pieces. */
static const char *replace_with(const char *path, Str text, const FileStamp *stamp, const char *suffix) {
    Pieces pieces = {.arena = &arena};
    size_t half = text.size / 2;
    char *copy = arena_array(&arena, 1, half + 1);
    memcpy(copy, text.data, half);
    pieces_add(&pieces, (Str){copy, half});
    pieces_add(&pieces, str_from(text, half));
    Replacement replacement = {0};
    const char *problem = replacement_start(&replacement, path, &pieces, stamp);
    problem = problem != NULL ? problem : replacement_sync(&replacement);
    problem = problem != NULL ? problem : replacement_end(&replacement, suffix);
    replacement_free(&replacement);
    return problem;
}

/* All are started, then synced, then ended; the one in the middle is changed by somebody else meanwhile. */
static void test_some_together(void **state) {
    (void)state;
    enum { COUNT = 3, CHANGED = 1 };
    static const char *const names[COUNT] = {"a", "b", "c"};
    Replacement replacements[COUNT] = {{0}};
    Pieces pieces = {.arena = &arena};
    pieces_add(&pieces, STR("new"));
    for (size_t i = 0; i < COUNT; i++) {
        put(path_of(names[i]), "old");
        FileStamp stamp = stamp_of(path_of(names[i]));
        assert_null(replacement_start(&replacements[i], path_of(names[i]), &pieces, &stamp));
        assert_int_equal(replacements[i].size, 3);
    }
    put(path_of(names[CHANGED]), "newest");
    for (size_t i = 0; i < COUNT; i++) {
        replacement_flush(&replacements[i]);
        assert_null(replacement_sync(&replacements[i]));
        assert_file(path_of(names[i]), i == CHANGED ? "newest" : "old");
    }
    for (size_t i = 0; i < COUNT; i++) {
        const char *problem = replacement_end(&replacements[i], NULL);
        assert_int_equal(problem != NULL, i == CHANGED);
        assert_null(replacements[i].temporary);
        assert_file(path_of(names[i]), i == CHANGED ? "newest" : "new");
        replacement_free(&replacements[i]);
    }
    assert_int_equal(count_files(), COUNT);
}

static const char *replace(const char *path, const char *text, const char *suffix) {
    FileStamp stamp = stamp_of(path);
    return replace_with(path, str_of(text), &stamp, suffix);
}

static void test_reading(void **state) {
    (void)state;
    const char *path = path_of("a");
    put(path, "text\n");
    assert_file(path, "text\n");
    put(path, "");
    assert_file(path, "");
    Buffer buffer = {0};
    FileStamp stamp;
    assert_string_equal(file_read(path_of("none"), &buffer, &stamp), strerror(ENOENT));
    assert_string_equal(file_read(directory, &buffer, &stamp), strerror(EISDIR));
    buffer_free(&buffer);
}

static void test_mode_and_owner_stay(void **state) {
    (void)state;
    const char *path = path_of("a");
    static const mode_t modes[] = {0600, 0644, 0640, 0755, 04755, 02750, 0444};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        unlink(path);
        put(path, "old");
        if (geteuid() == 0) {
            assert_int_equal(chown(path, 1234, 2345), 0);
        }
        assert_int_equal(chmod(path, modes[i]), 0);
        struct stat before = status_of(path);
        assert_null(replace(path, "new contents", NULL));
        struct stat after = status_of(path);
        assert_int_equal(after.st_mode, before.st_mode);
        assert_int_equal(after.st_uid, before.st_uid);
        assert_int_equal(after.st_gid, before.st_gid);
        assert_file(path, "new contents");
        assert_int_equal(count_files(), 1);
    }
}

static void test_umask_does_not_matter(void **state) {
    (void)state;
    const char *path = path_of("a");
    put(path, "old");
    assert_int_equal(chmod(path, 0666), 0);
    mode_t mask = umask(077);
    assert_null(replace(path, "new", ".bak"));
    umask(mask);
    assert_int_equal(status_of(path).st_mode & 07777, 0666);
    assert_int_equal(status_of(path_of("a.bak")).st_mode & 07777, 0666);
}

/* An access list as the kernel keeps it (linux/posix_acl_xattr.h): that user may read beside the owner, the group
 * not. */
static const unsigned char access_list[] = {
    2, 0, 0, 0,                    /* version */
    1, 0, 6, 0, 255, 255, 255, 255, /* owner: rw- */
    2, 0, 4, 0, 210, 4, 0, 0,       /* user 1234: r-- */
    4, 0, 0, 0, 255, 255, 255, 255, /* group: --- */
    16, 0, 4, 0, 255, 255, 255, 255, /* mask: r--, which is what the mode shows for the group */
    32, 0, 0, 0, 255, 255, 255, 255, /* others: --- */
};

static const char access_name[] = "system.posix_acl_access";

static void test_access_list_stays(void **state) {
    (void)state;
    const char *path = path_of("a");
    unsigned char kept[sizeof access_list + 1];
    put(path, "old");
    if (setxattr(path, access_name, access_list, sizeof access_list, 0) != 0) {
        assert_int_equal(errno, ENOTSUP);
        skip(); /* the file system has none */
    }
    assert_int_equal(setxattr(path, "user.note", "x", 1, 0) == 0 || errno == ENOTSUP, 1);
    ssize_t note = getxattr(path, "user.note", kept, sizeof kept);
    mode_t mode = status_of(path).st_mode;
    assert_null(replace(path, "new", ".bak"));
    assert_int_equal(getxattr(path, access_name, kept, sizeof kept), sizeof access_list);
    assert_memory_equal(kept, access_list, sizeof access_list);
    assert_int_equal(getxattr(path, "user.note", kept, sizeof kept), note);
    assert_int_equal(status_of(path).st_mode, mode);
    assert_int_equal(getxattr(path_of("a.bak"), access_name, kept, sizeof kept), sizeof access_list);
    assert_int_equal(count_files(), 2);
}

/* What a directory gives to new files in it is not the old file's. */
static void test_access_list_of_the_directory(void **state) {
    (void)state;
    const char *path = path_of("a");
    unsigned char kept[sizeof access_list];
    put(path, "old");
    assert_int_equal(chmod(path, 0644), 0);
    if (setxattr(directory, "system.posix_acl_default", access_list, sizeof access_list, 0) != 0) {
        assert_int_equal(errno, ENOTSUP);
        skip();
    }
    assert_null(replace(path, "new", NULL));
    assert_int_equal(getxattr(path, access_name, kept, sizeof kept), -1);
    assert_int_equal(errno, ENODATA);
    assert_int_equal(status_of(path).st_mode & 07777, 0644);
}

static void test_links(void **state) {
    (void)state;
    const char *path = path_of("a"), *link_path = path_of("link"), *hard_path = path_of("hard");
    put(path, "old");
    assert_int_equal(symlink("a", link_path), 0);
    assert_int_equal(link(path, hard_path), 0);
    assert_null(replace(link_path, "new", ".bak"));
    assert_true(S_ISLNK(status_of(link_path).st_mode));
    assert_true(S_ISREG(status_of(path).st_mode));
    assert_file(path, "new");
    assert_file(hard_path, "old"); /* another name of the old file */
    assert_file(path_of("a.bak"), "old");
    assert_int_equal(count_files(), 4);
    assert_int_equal(unlink(path), 0);
    FileStamp stamp = stamp_of(hard_path);
    assert_string_equal(replace_with(link_path, STR("x"), &stamp, NULL), strerror(ENOENT));
}

static void test_backup(void **state) {
    (void)state;
    const char *path = path_of("a"), *backup = path_of("a~");
    put(path, "one");
    ino_t inode = status_of(path).st_ino;
    assert_null(replace(path, "two", "~"));
    assert_file(backup, "one");
    assert_int_equal(status_of(backup).st_ino, inode);
    assert_null(replace(path, "three", "~"));
    assert_file(backup, "two");
    assert_file(path, "three");
    assert_int_equal(count_files(), 2);
    /* a directory stands where the backup should go: nothing changes */
    assert_int_equal(mkdir(path_of("a.d"), 0755), 0);
    assert_non_null(replace(path, "four", ".d"));
    assert_file(path, "three");
    assert_int_equal(count_files(), 3);
}

static void test_changed_meanwhile(void **state) {
    (void)state;
    const char *path = path_of("a");
    put(path, "old");
    FileStamp stamp = stamp_of(path);
    put(path, "somebody else's");
    assert_string_equal(replace_with(path, STR("new"), &stamp, ".bak"), "it was changed by somebody else meanwhile");
    assert_file(path, "somebody else's");
    stamp = stamp_of(path);
    put(path_of("b"), "somebody else's");
    assert_int_equal(rename(path_of("b"), path), 0);
    assert_string_equal(replace_with(path, STR("new"), &stamp, NULL), "it was changed by somebody else meanwhile");
    stamp = stamp_of(path);
    assert_int_equal(unlink(path), 0);
    assert_string_equal(replace_with(path, STR("new"), &stamp, NULL), strerror(ENOENT));
    assert_int_equal(count_files(), 0);
}

/* As nobody, since root may write anywhere; in a child, so that the test stays root. */
static void test_directory_that_may_not_be_written(void **state) {
    (void)state;
    const char *path = path_of("a");
    put(path, "old");
    FileStamp stamp = stamp_of(path);
    assert_int_equal(chmod(directory, 0555), 0);
    uid_t user = geteuid();
    assert_int_equal(seteuid(user == 0 ? 65534 : user), 0);
    const char *problem = replace_with(path, STR("new"), &stamp, NULL);
    assert_int_equal(seteuid(user), 0);
    assert_int_equal(chmod(directory, 0755), 0);
    assert_string_equal(problem, "its directory may not be written to");
    assert_file(path, "old");
    assert_int_equal(count_files(), 1);
}

static void test_owner_that_cannot_be_kept(void **state) {
    (void)state;
    const char *path = path_of("a");
    if (geteuid() != 0) {
        return; /* only root can make a file of somebody else */
    }
    put(path, "old");
    FileStamp stamp = stamp_of(path);
    assert_int_equal(chmod(directory, 0777), 0);
    assert_int_equal(seteuid(65534), 0);
    const char *problem = replace_with(path, STR("new"), &stamp, NULL);
    assert_int_equal(seteuid(0), 0);
    assert_string_equal(problem, "its owner or group could not be kept");
    assert_file(path, "old");
    assert_int_equal(count_files(), 1);
}

static void test_full_disk(void **state) {
    (void)state;
    int full = open("/dev/full", O_WRONLY);
    if (full < 0) {
        return;
    }
    assert_false(write_all(full, STR("text")));
    assert_int_equal(errno, ENOSPC);
    assert_true(write_all(full, STR("")));
    close(full);
}

/* ---- differences ---- */

static Str diff_of(const char *old, const char *new) {
    Buffer out = {0};
    emit_diff(STR("f"), str_of(old), str_of(new), &arena, &out);
    return buffer_take(&out, &arena);
}

static void test_diffs(void **state) {
    (void)state;
#define HEAD "--- f\n+++ f\n"
    static const struct {
        const char *old, *new, *diff;
    } cases[] = {
        {"a\n", "a\n", ""},
        {"a\n", "b\n", HEAD "@@ -1 +1 @@\n-a\n+b\n"},
        {"", "a\nb\n", HEAD "@@ -0,0 +1,2 @@\n+a\n+b\n"},
        {"a\n", "", HEAD "@@ -1 +0,0 @@\n-a\n"},
        {"a", "a\n", HEAD "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
        {"a\nb", "a\nc",
         HEAD "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
         HEAD "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "x\n2\n3\n4\n5\n6\n7\n8\ny\n",
         HEAD "@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+y\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n", "x\n2\n3\n4\n5\n6\n7\ny\n",
         HEAD "@@ -1,8 +1,8 @@\n-1\n+x\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+y\n"},
        {"a\r\nb\r\n", "a\r\nc\r\n", HEAD "@@ -1,2 +1,2 @@\n a\r\n-b\r\n+c\r\n"},
        {"a\nb\nc\n", "b\nc\nd\n", HEAD "@@ -1,3 +1,3 @@\n-a\n b\n c\n+d\n"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_text(diff_of(cases[i].old, cases[i].new), cases[i].diff);
    }
}

/* ---- seeded edits: patch(1) must make the new text of the old one, and where no two lines are
 * equal, no more lines may change than were edited ---- */

typedef VECTOR(Str) Lines;

static Str join(const Lines *lines, bool is_ended) {
    Buffer out = {0};
    for (size_t i = 0; i < lines->count; i++) {
        buffer_add(&out, lines->items[i]);
        buffer_add(&out, i + 1 < lines->count || is_ended ? STR("\n") : STR(""));
    }
    return buffer_take(&out, &arena);
}

static Lines random_lines(Random *random, bool has_same_lines) {
    Lines lines = {0};
    for (size_t i = random_below(random, 60); i > 0; i--) {
        *vector_add(&arena, &lines) =
            arena_format(&arena, "line %zu", random_below(random, has_same_lines ? 8 : 100000));
    }
    return lines;
}

/* Changes lines here and there; returns how many lines were taken away or added at most. */
static size_t edit(Random *random, const Lines *old, Lines *new) {
    size_t edits = 0, rate = 2 + random_below(random, 20);
    for (size_t i = 0; i < old->count; i++) {
        size_t what = random_below(random, rate);
        if (what == 0) {
            *vector_add(&arena, new) = arena_format(&arena, "new %zu", random_below(random, 50));
        }
        if (what != 1) {
            *vector_add(&arena, new) = old->items[i];
        }
        edits += what < 2;
    }
    if (random_below(random, 4) == 0) {
        *vector_add(&arena, new) = STR("last");
        edits++;
    }
    return edits;
}

static size_t changed_lines(Str diff) {
    size_t count = 0;
    for (size_t i = 0; i + 1 < diff.size; i++) {
        bool is_header =
            str_has_prefix(str_from(diff, i + 1), STR("---")) || str_has_prefix(str_from(diff, i + 1), STR("+++"));
        count += diff.data[i] == '\n' && (diff.data[i + 1] == '-' || diff.data[i + 1] == '+') && !is_header;
    }
    return count;
}

static void test_patch_takes_the_diffs(void **state) {
    (void)state;
    if (system("patch --version >/dev/null 2>&1") != 0) {
        return;
    }
    const char *old_path = path_of("f"), *patch_path = path_of("patch");
    Str command = arena_format(&arena, "cd %s && patch --silent --fuzz=0 -p0 < patch", directory);
    Random random = {5};
    for (size_t round = 0; round < 250; round++) {
        bool has_same_lines = round % 2 == 0;
        Lines old_lines = random_lines(&random, has_same_lines), new_lines = {0};
        size_t edits = edit(&random, &old_lines, &new_lines);
        bool is_old_ended = random_below(&random, 4) > 0, is_new_ended = random_below(&random, 4) > 0;
        Str old = join(&old_lines, is_old_ended), new = join(&new_lines, is_new_ended);
        Str diff = diff_of(old.data, new.data);
        assert_true(has_same_lines || changed_lines(diff) <= 2 * edits + 2);
        if (old.size == 0 || new.size == 0 || diff.size == 0) {
            continue; /* patch would remove the file */
        }
        put(old_path, old.data);
        put(patch_path, diff.data);
        if (system(command.data) != 0) {
            fail_msg("patch refuses\n%s", diff.data);
        }
        assert_file(old_path, new.data);
    }
}

/* Long texts with many equal lines take their share of time, and no more. */
static void test_large_diffs(void **state) {
    (void)state;
    Buffer old = {0}, new = {0};
    for (size_t i = 0; i < 200000; i++) {
        buffer_format(&old, "line %zu\n", i % 7 == 0 ? i : i % 5);
        buffer_format(&new, "line %zu\n", i % 1000 == 1 ? i + 1000000 : i % 7 == 0 ? i : i % 5);
    }
    buffer_add_char(&old, '\0');
    buffer_add_char(&new, '\0');
    Str diff = diff_of(old.data, new.data);
    assert_int_equal(changed_lines(diff), 400);
    buffer_free(&old);
    buffer_free(&new);
}

#define file_test(name) cmocka_unit_test_setup_teardown(name, set_up_directory, tear_down_directory)

int main(void) {
    const struct CMUnitTest tests[] = {
        file_test(test_reading),
        file_test(test_mode_and_owner_stay),
        file_test(test_umask_does_not_matter),
        file_test(test_access_list_stays),
        file_test(test_access_list_of_the_directory),
        file_test(test_links),
        file_test(test_backup),
        file_test(test_changed_meanwhile),
        file_test(test_some_together),
        file_test(test_directory_that_may_not_be_written),
        file_test(test_owner_that_cannot_be_kept),
        file_test(test_full_disk),
        arena_test(test_diffs),
        file_test(test_patch_takes_the_diffs),
        arena_test(test_large_diffs),
    };
    return run_all(tests);
}
