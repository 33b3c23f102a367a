/* What the connectors take: look-ups in the constant tables that are made from grammar/catalogue/. Nothing
 * here is copied or changed; every text lives as long as the program. */
#ifndef SMTPATCH_CATALOGUE_CATALOGUE_H
#define SMTPATCH_CATALOGUE_CATALOGUE_H

#include "catalogue/value.h"
#include "role.h"

/* ---- releases */

typedef enum ReleaseLine { LINE_NONE, LINE_FLINK_CDC, LINE_STARROCKS, LINE_FLINK } ReleaseLine;

/* A release of one line: 0xMMmmpp. All zero is the newest, whatever the line; so is, for a connector, a
 * release of another line than its own. "2.4" is the last of 2.4. */
typedef struct Release {
    ReleaseLine line;
    uint32_t number;
} Release;

/* Reads a release of Flink CDC: 3.1, 3.1.1, also 3.6.0-1.20. False for others; *problem (in the arena) lists
 * those that are known. */
bool release_parse(Arena *arena, Str text, Release *release, Str *problem);

Release release_newest(ReleaseLine line);

/* The known releases of the line, from 0, the oldest first, in the arena; empty after the last. */
Str release_at(Arena *arena, ReleaseLine line, size_t index);

/* The oldest Flink that the release of Flink CDC runs on, as 0xMMmmpp; 0 when unknown. For value_check(). */
uint32_t release_oldest_flink(Release release);

/* "2.4", "2.4.2", "v1.2.13", as people write the releases of the line; empty for a number that is none. */
Str release_text(Arena *arena, ReleaseLine line, uint32_t number);

/* ---- connectors */

typedef enum Family { FAMILY_CDC, FAMILY_SOURCE, FAMILY_SINK, FAMILY_BOTH } Family;

typedef enum KeyPolicy {
    KEYS_REFUSED,   /* an unknown key stops the statement */
    KEYS_IGNORED,   /* an unknown key does nothing, without a word */
    KEYS_UNCHECKED, /* nothing is known of the connector but its name */
} KeyPolicy;

/* Items [first, first + count) of a table. */
typedef struct Slice {
    uint16_t first, count;
} Slice;

typedef struct Connector {
    Str name;
    bool pipeline; /* of a YAML pipeline, not of SQL */
    Family family;
    ReleaseLine line; /* to which its releases belong */
    uint32_t since;
    KeyPolicy keys;
    Str sentence;
    Slice options, prefixes, aliases;
} Connector;

/* The connector of SQL that has the name; NULL when it is not known. */
const Connector *catalogue_connector(Str name);

/* The same for a YAML pipeline. */
const Connector *catalogue_pipeline_connector(Str name);

/* The known connectors by name, those of SQL first; NULL after the last. */
const Connector *catalogue_connector_at(size_t index);

/* Whether the connector reads the snapshot incrementally when the script does not say. */
bool catalogue_incremental_default(const Connector *connector, Release release);

/* ---- options */

typedef enum ValueMatch {
    MATCH_ANY_CASE, /* a value out of the list is refused; case does not matter */
    MATCH_EXACT,    /* the same, and case does matter */
    MATCH_OPEN,     /* the list has the usual values; others are taken too */
} ValueMatch;

typedef enum OptionMode {
    MODE_ALWAYS,
    MODE_INCREMENTAL, /* without effect unless scan.incremental.snapshot.enabled */
    MODE_LEGACY,      /* refused together with it */
} OptionMode;

/* Ask for what depends on the release through option_...() below. */
typedef struct CatalogueOption {
    Str key;
    Role role;             /* in which the connector takes it */
    uint32_t since, until; /* releases of the connector's line; until is UINT32_MAX while it is still taken */
    Slice types, defaults, required, values, bounds, modes, fallbacks;
    ValueMatch match;
    bool secret;
    Str sentence;
} CatalogueOption;

typedef struct Bounds {
    double low, high; /* infinite where there is none; of a duration in milliseconds */
    bool low_open, high_open;
    bool when_incremental; /* looked at only with scan.incremental.snapshot.enabled */
} Bounds;

typedef enum OptionStatus {
    OPTION_KNOWN,
    OPTION_IMPLICIT, /* Flink takes it with every connector; `since` of the option is a release of Flink */
    OPTION_PREFIXED, /* under a prefix that the connector takes */
    OPTION_NOT_YET,  /* `number` is the first release that takes it */
    OPTION_NO_MORE,  /* `number` is the last release that took it */
    OPTION_UNKNOWN,
    OPTION_UNCHECKED, /* no data: an unknown connector, or one known by its name only */
} OptionStatus;

typedef struct OptionFound {
    OptionStatus status;
    const CatalogueOption *option; /* NULL when prefixed, unknown or unchecked */
    Str prefix;           /* the prefix of a key that stands under one */
    uint32_t number;
} OptionFound;

/* What the connector (NULL: an unknown one) makes of the key at the release. */
OptionFound catalogue_option(const Connector *connector, Str key, Release release);

/* The same where the role counts: starrocks as a sink refuses what it takes as a source. */
OptionFound catalogue_option_in_role(const Connector *connector, Str key, Release release, Role role);

/* The options of a connector in the catalogue's order; NULL after the last. An option that went and came back
 * has an entry for each span of releases. Those of every connector: catalogue_everywhere(). */
const CatalogueOption *catalogue_option_at(const Connector *connector, size_t index);

/* Stands for every connector: its options are those that Flink itself takes. */
const Connector *catalogue_everywhere(void);

/* Whether the release of the connector takes the option. */
bool option_holds(const Connector *connector, const CatalogueOption *option, Release release);

ValueType option_type(const Connector *connector, const CatalogueOption *option, Release release);

/* False when there is no default. */
bool option_default(const Connector *connector, const CatalogueOption *option, Release release, Str *text);

bool option_required(const Connector *connector, const CatalogueOption *option, Release release);

/* NULL when there are none. `text` (may be NULL) gets them as the catalogue writes them: `(1,) when
 * incremental`. */
const Bounds *option_bounds(const Connector *connector, const CatalogueOption *option, Release release, Str *text);

bool bounds_hold(const Bounds *bounds, double number);

/* "above 1", "at least 0.5", "from 0 to 10", "above 0 and at most 10" */
Str bounds_text(Arena *arena, const Bounds *bounds);

OptionMode option_mode(const Connector *connector, const CatalogueOption *option, Release release);

/* The option for which this one is an older name; empty when it is none. */
Str option_fallback_of(const Connector *connector, const CatalogueOption *option, Release release);

/* Goes through the allowed values: *position is 0 at first. False after the last. */
bool option_next_value(const Connector *connector, const CatalogueOption *option, Release release, size_t *position,
                       Str *value);

/* Reads text as a value of the option: its type, then its list of allowed values. Bounds are not looked at. */
Value catalogue_check_value(Arena *arena, const Connector *connector, const CatalogueOption *option, Release release,
                            Str text);

/* Where the option stands among those of the connector, for --sort-options: `connector` 0, then the
 * catalogue's order; SIZE_MAX for all the rest. */
size_t catalogue_order(const Connector *connector, Str key);

/* ---- names */

/* A key is `head` and then `tail`; the tail is a part of the key that was asked for. */
typedef struct RightName {
    bool found;
    Str head, tail; /* both empty: there is no such option, and the reason says what to do instead */
    Str reason;     /* a phrase that begins small; empty for a key that is only alike */
} RightName;

/* The right name of a key that people are known to write wrongly. */
RightName catalogue_right_name(const Connector *connector, Str key, Release release);

/* The key of the connector that is most like it, if there is one that can be meant. */
RightName catalogue_nearest(const Connector *connector, Str key, Release release);

/* head and tail in one. */
Str right_name_text(Arena *arena, RightName name);

/* The connector's own key for slot, publication or heartbeat; empty when it has none. */
Str catalogue_short_key(Str short_name, Str connector);

/* Whether the text is such a short name at all. */
bool catalogue_is_short_key(Str short_name);

/* The known connectors of SQL like the name; empty when there is none. */
Str catalogue_nearest_connector(Str name);

#endif
