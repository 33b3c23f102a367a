#include "cli/inputs.h"

#include <errno.h>
#include <fnmatch.h>
#include <fts.h>
#include <sys/stat.h>

typedef struct Walk {
    const Settings *settings;
    Arena *arena;
    Findings *findings;
    Strings files;
} Walk;

/* A glob with a slash is matched against the path below the directory, one without against the last part. */
static bool glob_matches(const char *glob, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return fnmatch(glob, strchr(glob, '/') ? path : name, 0) == 0;
}

static bool any_matches(const Strings *globs, const char *path) {
    for (size_t i = 0; i < globs->count; i++) {
        if (glob_matches(globs->items[i], path)) {
            return true;
        }
    }
    return false;
}

/* Whether an exclude matches the path or a folder that it goes through. */
static bool is_left_out(const Walk *walk, const char *path) {
    const char *start = str_has_prefix(str_of(path), STR("./")) ? path + 2 : path;
    for (const char *slash = strchr(start, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        Str folder = arena_copy(walk->arena, (Str){start, (size_t)(slash - start)});
        if (folder.size > 0 && any_matches(&walk->settings->excludes, folder.data)) {
            return true;
        }
    }
    return any_matches(&walk->settings->excludes, start);
}

static bool is_included(const Settings *settings, const char *path) {
    return settings->includes.count == 0 ? glob_matches("flink-create.*.sql", path)
                                         : any_matches(&settings->includes, path);
}

static void add_trouble(Walk *walk, const char *path, const char *problem) {
    finding_file_trouble(walk->findings, arena_copy(walk->arena, str_of(path)),
                         arena_copy(walk->arena, str_of(problem)));
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

static void take_entry(Walk *walk, FTS *tree, FTSENT *entry, size_t root_size) {
    const char *below = entry->fts_path + root_size;
    below += *below == '/';
    switch (entry->fts_info) {
    case FTS_D:
        if (entry->fts_level > 0 && any_matches(&walk->settings->excludes, below)) {
            fts_set(tree, entry, FTS_SKIP);
        }
        break;
    case FTS_F:
        if (is_included(walk->settings, below) && !any_matches(&walk->settings->excludes, below)) {
            *vector_add(walk->arena, &walk->files) = arena_copy(walk->arena, str_of(entry->fts_path)).data;
        }
        break;
    case FTS_DNR:
    case FTS_ERR:
        add_trouble(walk, entry->fts_path, strerror(entry->fts_errno));
        break;
    default:
        break;
    }
}

/* fts holds memory of its own, so running out of ours while it is open is put off until it is closed. */
typedef struct Directory {
    Walk *walk;
    FTS *tree;
    size_t root_size;
} Directory;

static void walk_tree(void *context) {
    Directory *directory = context;
    for (FTSENT *entry = fts_read(directory->tree); entry != NULL; entry = fts_read(directory->tree)) {
        take_entry(directory->walk, directory->tree, entry, directory->root_size);
    }
}

static void walk_directory(Walk *walk, const char *path) {
    char *roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, by_name);
    if (tree == NULL) {
        add_trouble(walk, path, strerror(errno));
        return;
    }
    size_t count = walk->files.count, findings = walk->findings->list.count;
    Directory directory = {walk, tree, strlen(path)};
    bool is_done = arena_run(walk->arena, walk_tree, &directory);
    fts_close(tree);
    if (!is_done) {
        guard_leave(walk->arena->guard);
    }
    if (walk->files.count == count && walk->findings->list.count == findings) {
        bool is_default = walk->settings->includes.count == 0;
        add_trouble(walk, path,
                    is_default ? "there is no flink-create.*.sql below this directory; --include GLOB takes other names"
                               : "there is no file that --include names below this directory");
    }
}

Strings find_inputs(const Settings *settings, Arena *arena, Findings *findings) {
    Walk walk = {.settings = settings, .arena = arena, .findings = findings};
    if (settings->inputs.count == 0) {
        *vector_add(arena, &walk.files) = "-";
    }
    for (size_t i = 0; i < settings->inputs.count; i++) {
        const char *path = settings->inputs.items[i];
        bool is_stdin = strcmp(path, "-") == 0;
        struct stat status;
        if (settings->forces_exclude && is_left_out(&walk, path)) {
            continue;
        }
        if (!is_stdin && stat(path, &status) != 0) {
            add_trouble(&walk, path, strerror(errno));
        } else if (!is_stdin && S_ISDIR(status.st_mode)) {
            walk_directory(&walk, path);
        } else {
            *vector_add(arena, &walk.files) = path;
        }
    }
    return walk.files;
}
