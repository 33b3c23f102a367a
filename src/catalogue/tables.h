/* The tables behind catalogue.h, made from grammar/catalogue/ by grammar/catalogue.pl. Only for
 * src/catalogue/. */
#ifndef SMTPATCH_CATALOGUE_TABLES_H
#define SMTPATCH_CATALOGUE_TABLES_H

#include "catalogue/catalogue.h"

typedef struct KnownRelease {
    ReleaseLine line;
    uint32_t number; /* of its last patch release */
    uint32_t flink;  /* the oldest Flink that it supports; 0 when unknown */
} KnownRelease;

/* Something that holds from one release to another. */
typedef struct Fact {
    uint32_t since, until;
    uint16_t code; /* what the text stands for: a ValueType, an OptionMode, an index of bounds_table */
    Str text;
} Fact;

typedef struct Prefix {
    Str text;
    Role role;
    uint32_t since, until;
    Str sentence;
} Prefix;

typedef struct Alias {
    Str wrong, right; /* right is empty where there is no such option */
    bool beginning;   /* both are beginnings, whatever follows */
    uint32_t since, until;
    Str reason;
} Alias;

typedef struct ShortKey {
    Str short_name, connector, key;
} ShortKey;

extern const KnownRelease release_table[]; /* the lines together, oldest first */
extern const Fact fact_table[];
extern const Bounds bounds_table[];
extern const CatalogueOption option_table[];    /* by connector, in the order of the files */
extern const uint16_t option_by_key[]; /* the same runs of a connector, sorted by key and release */
extern const Prefix prefix_table[];
extern const Alias alias_table[];
extern const Connector connector_table[]; /* `*` first, then sorted: SQL's by name, pipelines' by name */
extern const ShortKey short_key_table[];

extern const size_t release_count, connector_count, short_key_count;

/* The release as a number of the connector's line; UINT32_MAX for the newest. */
uint32_t release_number_at(const Connector *connector, Release release);

#endif
