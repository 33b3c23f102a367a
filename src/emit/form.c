#include "emit/form.h"

#include "syntax/lexer.h"

const PrintedForm *printed_form(const PrintedForms *forms, const Segment *segment) {
    return forms->items != NULL ? forms->items[segment_number(segment)] : NULL;
}

static Str slice(Str text, uint32_t start, uint32_t end) { return (Str){text.data + start, end - start}; }

/* Two texts of a segment, token by token. */
typedef struct Comparison {
    Str text, printed;
    Token from, to;
} Comparison;

static bool same_token(const Comparison *comparison) {
    Str from = slice(comparison->text, comparison->from.start, comparison->from.end);
    Str to = slice(comparison->printed, comparison->to.start, comparison->to.end);
    return comparison->from.kind == comparison->to.kind &&
           (str_equal(from, to) || (token_is_keyword(comparison->from) && str_equal_ignore_case(from, to)));
}

/* Cuts the printed text where the segment's names and strings are. Returns how many parts there are; 0 when the
 * tokens are not the same. */
static size_t cut(Comparison *comparison, const SkeletonPart *parts, const uint32_t *starts, uint32_t end, Str *texts) {
    size_t count = 0;
    uint32_t cut = 0;
    while (comparison->from.end < end) {
        comparison->from = lex_significant(comparison->text, comparison->from.end);
        comparison->to = lex_significant(comparison->printed, comparison->to.end);
        if (!same_token(comparison)) {
            return 0;
        }
        if (parts[count].gap != TOKEN_EOF && comparison->from.start == starts[count] + parts[count].text.size) {
            texts[count++] = slice(comparison->printed, cut, comparison->to.start);
            cut = comparison->to.end;
        }
    }
    texts[count++] = str_from(comparison->printed, cut);
    bool is_whole = parts[count - 1].gap == TOKEN_EOF && comparison->to.end == comparison->printed.size;
    return is_whole ? count : 0;
}

static bool is_source(const Str *texts, size_t count, const SkeletonPart *parts, size_t last_size) {
    for (size_t i = 1; i < count; i++) {
        Str part = {parts[i].text.data, i + 1 == count ? last_size : parts[i].text.size};
        if (!str_equal(texts[i], part)) {
            return false;
        }
    }
    return true;
}

static size_t lead_size(Str text) {
    size_t size = 0;
    while (size < text.size && is_blank(text.data[size])) {
        size++;
    }
    return size;
}

void printed_form_learn(PrintedForms *forms, Str text, const Segment *segment, uint32_t end, Str printed,
                        PrintedForm form) {
    const SkeletonPart *parts;
    uint32_t starts[SKELETON_PARTS];
    Str texts[SKELETON_PARTS];
    Comparison comparison = {.text = text, .printed = arena_copy(forms->arena, printed)};
    comparison.from.end = segment->start;
    size_t count = segment_parts(text, segment, &parts, starts) ? cut(&comparison, parts, starts, end, texts) : 0;
    if (count == 0) {
        return;
    }
    if (forms->items == NULL) {
        forms->items = arena_array(forms->arena, SKELETONS_MAX + 1, sizeof *forms->items);
    }
    form.texts = memcpy(arena_array(forms->arena, count, sizeof *texts), texts, count * sizeof *texts);
    form.count = count;
    form.lead_size = lead_size(texts[0]);
    form.first_size = count > 1 ? parts[0].text.size : end - segment->start;
    form.is_source = is_source(texts, count, parts, end - starts[count - 1]);
    form.learned_at = segment->start;
    forms->items[segment_number(segment)] = memcpy(arena_new(forms->arena, PrintedForm), &form, sizeof form);
}

static bool is_at(Str out, uint32_t *at, Str text) {
    bool is_there = str_has_prefix(str_from(out, *at), text);
    *at += (uint32_t)text.size;
    return is_there;
}

bool printed_form_is_at(const PrintedForms *forms, Str text, const Segment *segment, Str out, uint32_t at,
                        uint32_t *end) {
    const PrintedForm *form = printed_form(forms, segment);
    const SkeletonPart *parts;
    uint32_t starts[SKELETON_PARTS];
    if (form == NULL || form->learned_at == segment->start || !segment_parts(text, segment, &parts, starts)) {
        return false;
    }
    bool is_there = is_at(out, &at, str_from(form->texts[0], form->lead_size));
    for (size_t i = 1; i < form->count && is_there; i++) {
        uint32_t gap = starts[i - 1] + (uint32_t)parts[i - 1].text.size;
        is_there = is_at(out, &at, slice(text, gap, starts[i])) && is_at(out, &at, form->texts[i]);
    }
    *end = at;
    return is_there;
}
