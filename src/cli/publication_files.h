/* The scripts of --publication-sql, each set of them read once in a run. */
#ifndef SMTPATCH_PUBLICATION_FILES_H
#define SMTPATCH_PUBLICATION_FILES_H

#include "cli/settings.h"

/* A script that was read. */
typedef struct PublicationFile {
    Buffer text;
    Source source;
} PublicationFile;

typedef struct PublicationSet {
    Strings paths;
    Publications publications;
    bool is_broken;
} PublicationSet;

typedef struct PublicationFiles {
    VECTOR(PublicationFile *) files;
    VECTOR(PublicationSet *) sets;
} PublicationFiles;

/* What the scripts at these paths make together; NULL for no paths. When one cannot be read, or PostgreSQL would refuse
 * it, *is_fine is false and findings say why, once in a run. */
const Publications *publications_for(const Strings *paths, PublicationFiles *files, Arena *arena, Findings *findings,
                                     bool *is_fine);

void publication_files_free(PublicationFiles *files);

#endif
