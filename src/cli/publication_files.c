#include "cli/publication_files.h"

#include "save.h"

/* Offsets are 32 bits wide. */
static const char *read_file(const char *path, PublicationFile *file) {
    FileStamp stamp;
    const char *problem = file_read(path, &file->text, &stamp);
    if (problem == NULL && file->text.size > SOURCE_SIZE_MAX) {
        problem = "is larger than 2 GiB, the most that smtpatch reads";
    }
    return problem;
}

static void read_path(const char *path, PublicationFiles *files, PublicationSet *set, Arena *arena,
                      Findings *findings) {
    PublicationFile *file = arena_new(arena, PublicationFile);
    *vector_add(arena, &files->files) = file;
    const char *problem = read_file(path, file);
    if (problem != NULL) {
        finding_file_trouble(findings, str_of(path), arena_copy(arena, str_of(problem)));
        return;
    }
    file->source = source_of(str_of(path), buffer_str(&file->text), arena);
    publications_read(&set->publications, &file->source, findings);
}

static bool is_same(const Strings *a, const Strings *b) {
    for (size_t i = 0; i < a->count && a->count == b->count; i++) {
        if (strcmp(a->items[i], b->items[i]) != 0) {
            return false;
        }
    }
    return a->count == b->count;
}

static PublicationSet *read_set(const Strings *paths, PublicationFiles *files, Arena *arena, Findings *findings) {
    PublicationSet *set = arena_new(arena, PublicationSet);
    size_t count = findings->list.count;
    *set = (PublicationSet){.paths = *paths, .publications = {.arena = arena}};
    for (size_t i = 0; i < paths->count; i++) {
        read_path(paths->items[i], files, set, arena, findings);
    }
    set->is_broken = findings->list.count > count;
    *vector_add(arena, &files->sets) = set;
    return set;
}

const Publications *publications_for(const Strings *paths, PublicationFiles *files, Arena *arena, Findings *findings,
                                     bool *is_fine) {
    PublicationSet *set = NULL;
    for (size_t i = 0; i < files->sets.count && set == NULL; i++) {
        set = is_same(&files->sets.items[i]->paths, paths) ? files->sets.items[i] : NULL;
    }
    if (paths->count == 0) {
        return NULL;
    }
    set = set ? set : read_set(paths, files, arena, findings);
    *is_fine = !set->is_broken;
    return &set->publications;
}

void publication_files_free(PublicationFiles *files) {
    for (size_t i = 0; i < files->files.count; i++) {
        buffer_free(&files->files.items[i]->text);
    }
    files->files.count = 0;
}
