#include "emit/diff.h"

#include <stdlib.h>

enum { CONTEXT = 3 };

typedef struct Line {
    Str text; /* with its line feed, if it has one */
    uint64_t hash;
} Line;

typedef VECTOR(Line) Lines;

/* Lines [old, old + count) and [new, new + count) are the same. */
typedef struct Match {
    size_t old, new, count;
} Match;

/* Part of the two texts that is still to be compared. */
typedef struct Region {
    size_t old_start, old_end, new_start, new_end;
} Region;

typedef struct Diff {
    Arena *arena;
    Lines old, new;
    VECTOR(Match) matches; /* by place */
    VECTOR(Region) regions;
    Buffer *out;
} Diff;

static void split(Str text, Arena *arena, Lines *lines) {
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        size_t size = end ? (size_t)(end - text.data) + 1 : text.size;
        Line *line = vector_add(arena, lines);
        line->text = (Str){text.data, size};
        line->hash = str_hash(line->text);
        text = str_from(text, size);
    }
}

static bool same_line(const Diff *diff, size_t old, size_t new) {
    const Line *a = &diff->old.items[old], *b = &diff->new.items[new];
    return a->hash == b->hash && str_equal(a->text, b->text);
}

/* ---- Patience: the lines that both sides hold once are the anchors -------------------------------------------- */

typedef struct Candidate {
    uint64_t hash;
    size_t line;
    bool is_new;
} Candidate;

typedef struct Anchor {
    size_t old, new;
    size_t before; /* the anchor before it in the longest run, or SIZE_MAX */
} Anchor;

typedef VECTOR(Anchor) Anchors;

static int compare_candidates(const void *a, const void *b) {
    const Candidate *left = a, *right = b;
    if (left->hash != right->hash) {
        return left->hash < right->hash ? -1 : 1;
    }
    return left->is_new != right->is_new ? left->is_new - right->is_new
                                         : (left->line > right->line) - (left->line < right->line);
}

static int compare_anchors(const void *a, const void *b) {
    const Anchor *left = a, *right = b;
    return (left->old > right->old) - (left->old < right->old);
}

static Anchors find_anchors(Diff *diff, const Region *region) {
    size_t old_count = region->old_end - region->old_start, count = old_count + region->new_end - region->new_start;
    Candidate *candidates = arena_array(diff->arena, count, sizeof *candidates);
    for (size_t i = 0; i < count; i++) {
        bool is_new = i >= old_count;
        size_t line = is_new ? region->new_start + i - old_count : region->old_start + i;
        candidates[i] = (Candidate){is_new ? diff->new.items[line].hash : diff->old.items[line].hash, line, is_new};
    }
    qsort(candidates, count, sizeof *candidates, compare_candidates);
    Anchors anchors = {0};
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && candidates[end].hash == candidates[i].hash) {
            end++;
        }
        bool is_pair = end == i + 2 && !candidates[i].is_new && candidates[i + 1].is_new;
        if (is_pair && same_line(diff, candidates[i].line, candidates[i + 1].line)) {
            *vector_add(diff->arena, &anchors) = (Anchor){candidates[i].line, candidates[i + 1].line, SIZE_MAX};
        }
        i = end;
    }
    if (anchors.count > 1) {
        qsort(anchors.items, anchors.count, sizeof *anchors.items, compare_anchors);
    }
    return anchors;
}

/* The longest run of anchors that rises on both sides: its last one, or SIZE_MAX. */
static size_t longest_run(Diff *diff, Anchors *anchors) {
    size_t *tails = arena_array(diff->arena, anchors->count, sizeof *tails), length = 0;
    for (size_t i = 0; i < anchors->count; i++) {
        size_t low = 0, high = length;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (anchors->items[tails[middle]].new < anchors->items[i].new) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        anchors->items[i].before = low > 0 ? tails[low - 1] : SIZE_MAX;
        tails[low] = i;
        length = low == length ? length + 1 : length;
    }
    return length > 0 ? tails[length - 1] : SIZE_MAX;
}

/* ---- Matching ---------------------------------------------------------------------------------------------------- */

static void add_match(Diff *diff, size_t old, size_t new, size_t count) {
    if (count > 0) {
        *vector_add(diff->arena, &diff->matches) = (Match){old, new, count};
    }
}

static void trim(Diff *diff, Region *region) {
    size_t head = 0, tail = 0;
    while (region->old_start + head < region->old_end && region->new_start + head < region->new_end &&
           same_line(diff, region->old_start + head, region->new_start + head)) {
        head++;
    }
    add_match(diff, region->old_start, region->new_start, head);
    region->old_start += head;
    region->new_start += head;
    while (region->old_end - tail > region->old_start && region->new_end - tail > region->new_start &&
           same_line(diff, region->old_end - tail - 1, region->new_end - tail - 1)) {
        tail++;
    }
    region->old_end -= tail;
    region->new_end -= tail;
    add_match(diff, region->old_end, region->new_end, tail);
}

static void match_region(Diff *diff, Region region) {
    trim(diff, &region);
    if (region.old_start == region.old_end || region.new_start == region.new_end) {
        return;
    }
    Anchors anchors = find_anchors(diff, &region);
    size_t anchor = longest_run(diff, &anchors);
    size_t old_end = region.old_end, new_end = region.new_end;
    for (; anchor != SIZE_MAX; anchor = anchors.items[anchor].before) {
        const Anchor *at = &anchors.items[anchor];
        *vector_add(diff->arena, &diff->regions) = (Region){at->old, old_end, at->new, new_end};
        old_end = at->old;
        new_end = at->new;
    }
    if (anchors.count > 0) {
        *vector_add(diff->arena, &diff->regions) = (Region){region.old_start, old_end, region.new_start, new_end};
    }
}

static int compare_matches(const void *a, const void *b) {
    const Match *left = a, *right = b;
    if (left->old != right->old) {
        return left->old < right->old ? -1 : 1;
    }
    if (left->new != right->new) {
        return left->new < right->new ? -1 : 1;
    }
    return (left->count > right->count) - (left->count < right->count);
}

/* ---- Hunks ------------------------------------------------------------------------------------------------------- */

static void print_line(Buffer *out, char sign, Str text) {
    buffer_add_char(out, sign);
    buffer_add(out, text);
    if (text.data[text.size - 1] != '\n') {
        buffer_add(out, STR("\n\\ No newline at end of file\n"));
    }
}

static void print_range(Buffer *out, size_t start, size_t end) {
    size_t count = end - start;
    buffer_format(out, count == 1 ? "%zu" : "%zu,%zu", count > 0 ? start + 1 : start, count);
}

/* The changes between matches first and last, with context. */
static void print_hunk(Diff *diff, size_t first, size_t last) {
    const Match *matches = diff->matches.items;
    size_t lead = matches[first].count < CONTEXT ? matches[first].count : CONTEXT;
    size_t trail = matches[last].count < CONTEXT ? matches[last].count : CONTEXT;
    size_t old = matches[first].old + matches[first].count - lead,
           new = matches[first].new + matches[first].count - lead;
    buffer_add(diff->out, STR("@@ -"));
    print_range(diff->out, old, matches[last].old + trail);
    buffer_add(diff->out, STR(" +"));
    print_range(diff->out, new, matches[last].new + trail);
    buffer_add(diff->out, STR(" @@\n"));
    for (size_t i = first; i <= last; i++) {
        size_t end = i == first ? old + lead : i == last ? matches[i].old + trail : matches[i].old + matches[i].count;
        for (; old < matches[i].old && i > first; old++) {
            print_line(diff->out, '-', diff->old.items[old].text);
        }
        for (; new < matches[i].new && i > first; new++) {
            print_line(diff->out, '+', diff->new.items[new].text);
        }
        for (; old < end; old++, new++) {
            print_line(diff->out, ' ', diff->old.items[old].text);
        }
    }
}

static void print_hunks(Diff *diff) {
    const Match *matches = diff->matches.items;
    for (size_t first = 0; first + 1 < diff->matches.count;) {
        size_t last = first + 1;
        while (last + 1 < diff->matches.count && matches[last].count <= 2 * CONTEXT) {
            last++;
        }
        print_hunk(diff, first, last);
        first = last;
    }
}

/* Joins neighbours, so that between two matches there is always a change; both ends get one, perhaps empty. */
static void join_matches(Diff *diff) {
    size_t count = 0;
    Match *matches = diff->matches.items;
    for (size_t i = 0; i < diff->matches.count; i++) {
        Match *last = count > 0 ? &matches[count - 1] : NULL;
        if (last != NULL && last->old + last->count == matches[i].old && last->new + last->count == matches[i].new) {
            last->count += matches[i].count;
        } else {
            matches[count++] = matches[i];
        }
    }
    diff->matches.count = count;
}

void emit_diff(Str name, Str old, Str new, Arena *arena, Buffer *out) {
    if (str_equal(old, new)) {
        return;
    }
    Diff diff = {.arena = arena, .out = out};
    split(old, arena, &diff.old);
    split(new, arena, &diff.new);
    *vector_add(arena, &diff.matches) = (Match){0, 0, 0};
    *vector_add(arena, &diff.regions) = (Region){0, diff.old.count, 0, diff.new.count};
    while (diff.regions.count > 0) {
        match_region(&diff, diff.regions.items[--diff.regions.count]);
    }
    *vector_add(arena, &diff.matches) = (Match){diff.old.count, diff.new.count, 0};
    qsort(diff.matches.items, diff.matches.count, sizeof *diff.matches.items, compare_matches);
    join_matches(&diff);
    buffer_format(out, "--- %.*s\n+++ %.*s\n", (int)name.size, name.data, (int)name.size, name.data);
    print_hunks(&diff);
}
