/* --emit dot: the flows as a graph for Graphviz. Sources stand left, grouped by server, shared slot and publication;
 * sinks right, grouped by server. */
#include <stdlib.h>

#include "emit/overview.h"
#include "valid.h"

/* Left to right. Tables that are both stand between. */
typedef enum Side { SIDE_SOURCES, SIDE_BETWEEN, SIDE_SINKS, SIDE_UNUSED, SIDE_COUNT } Side;

typedef struct SideStyle {
    const char *fill, *line; /* of the tables */
    const char *ground;      /* of a server */
} SideStyle;

static const SideStyle styles[SIDE_COUNT] = {
    [SIDE_SOURCES] = {"#dcebfb", "#5b8fc7", "#f4f8fd"},
    [SIDE_BETWEEN] = {"#f6ecd2", "#b89640", "#fdfaf2"},
    [SIDE_SINKS] = {"#dff1e0", "#5fa367", "#f5fbf5"},
    [SIDE_UNUSED] = {"#eeeeee", "#9a9a9a", "#fafafa"},
};

/* Of the statement sets, in turn; the edges of other INSERTs are grey. */
static const char *const set_colors[] = {"#7a4fa3", "#c2672d", "#2d8a8a", "#a33b5e", "#5c7a29", "#3d5aa8"};

#define SHARED_COLOR "#c62828"
#define SHARED_GROUND "#fdecea"
#define FAINT "#666666"

enum { SET_COLOR_COUNT = sizeof set_colors / sizeof *set_colors };

typedef struct Dot {
    const OutputRequest *request;
    const Model *model;
    Overview overview;
    const OverviewTable **order; /* by side and group */
    Arena *arena;
    Buffer *out;
    size_t depth;         /* of the braces that are open */
    size_t cluster_count; /* so far */
} Dot;

/* ---- Text ---------------------------------------------------------------------------------------------------------- */

/* Text of an HTML-like label. */
static void add_text(const Dot *dot, Str text) {
    text = printable_text(text, dot->arena);
    for (size_t i = 0; i < text.size; i++) {
        switch (text.data[i]) {
        case '&':
            buffer_add(dot->out, STR("&amp;"));
            break;
        case '<':
            buffer_add(dot->out, STR("&lt;"));
            break;
        case '>':
            buffer_add(dot->out, STR("&gt;"));
            break;
        case '"':
            buffer_add(dot->out, STR("&quot;"));
            break;
        default:
            buffer_add_char(dot->out, text.data[i]);
        }
    }
}

static void indent(const Dot *dot) { buffer_add_repeated(dot->out, ' ', 2 * dot->depth); }

static void add_line(const Dot *dot, const char *line) {
    indent(dot);
    buffer_add(dot->out, str_of(line));
    buffer_add_char(dot->out, '\n');
}

/* A small grey line below the main text of a label. */
static void add_small(const Dot *dot, Str what, Str text) {
    if (text.size > 0) {
        buffer_add(dot->out, STR("<br/><font point-size=\"9\" color=\"" FAINT "\">"));
        buffer_add(dot->out, what);
        add_text(dot, text);
        buffer_add(dot->out, STR("</font>"));
    }
}

/* ---- Order: what shares a group stands together ------------------------------------------------------------------------- */

static Side side_of(const OverviewTable *table) {
    switch (table->roles & (ROLE_SOURCE | ROLE_SINK)) {
    case ROLE_SOURCE:
        return SIDE_SOURCES;
    case ROLE_SINK:
        return SIDE_SINKS;
    case 0:
        return SIDE_UNUSED;
    default:
        return SIDE_BETWEEN;
    }
}

/* A slot gets a frame when it holds more than one source. */
static Str shared_slot(const OverviewTable *table) { return table->slot_users > 1 ? table->slot : STR(""); }

static bool same_server(const OverviewTable *a, const OverviewTable *b) {
    return side_of(a) == side_of(b) && str_equal(a->connector, b->connector) && str_equal(a->server, b->server);
}

static bool same_slot(const OverviewTable *a, const OverviewTable *b) {
    return same_server(a, b) && str_equal(shared_slot(a), shared_slot(b));
}

static bool same_publication(const OverviewTable *a, const OverviewTable *b) {
    return same_slot(a, b) && str_equal(a->publication, b->publication);
}

static int compare_tables(const void *a, const void *b) {
    const OverviewTable *left = *(const OverviewTable *const *)a, *right = *(const OverviewTable *const *)b;
    int order = (int)side_of(left) - (int)side_of(right);
    order = order != 0 ? order : str_compare(left->connector, right->connector);
    order = order != 0 ? order : str_compare(left->server, right->server);
    order = order != 0 ? order : str_compare(shared_slot(left), shared_slot(right));
    order = order != 0 ? order : str_compare(left->publication, right->publication);
    return order != 0 ? order : (left > right) - (left < right);
}

static void sort_tables(Dot *dot) {
    const Overview *overview = &dot->overview;
    dot->order = arena_array(dot->arena, overview->count, sizeof *dot->order);
    for (size_t i = 0; i < overview->count; i++) {
        dot->order[i] = &overview->tables[i];
    }
    if (overview->count > 0) {
        qsort(dot->order, overview->count, sizeof *dot->order, compare_tables);
    }
}

/* ---- Tables ------------------------------------------------------------------------------------------------------------- */

static size_t number_of(const Dot *dot, const Table *table) { return (size_t)(table - dot->model->tables); }

static void add_table(const Dot *dot, const OverviewTable *table) {
    const SideStyle *style = &styles[side_of(table)];
    bool is_shared = table->slot_users > 1;
    Str slot = is_shared ? STR("") : table->slot;
    indent(dot);
    buffer_format(dot->out, "t%zu [fillcolor=\"%s\" color=\"%s\" label=<<b>", number_of(dot, table->plan->table), style->fill,
                  is_shared ? SHARED_COLOR : style->line);
    add_text(dot, overview_name(&dot->overview, &table->plan->table->name, dot->arena));
    buffer_add(dot->out, STR("</b>"));
    add_small(dot, STR(""), overview_upstream(table, false, dot->arena));
    add_small(dot, STR("slot "), slot);
    buffer_add(dot->out, STR(">]\n"));
}

/* ---- Frames around them ---------------------------------------------------------------------------------------------------- */

static void open_cluster(Dot *dot, const char *style) {
    indent(dot);
    buffer_format(dot->out, "subgraph cluster_%zu {\n", dot->cluster_count++);
    dot->depth++;
    add_line(dot, style);
    indent(dot);
    buffer_add(dot->out, STR("label=<"));
}

static void end_label(const Dot *dot) { buffer_add(dot->out, STR(">\n")); }

static void close_cluster(Dot *dot) {
    dot->depth--;
    add_line(dot, "}");
}

static void open_server(Dot *dot, const OverviewTable *table) {
    const SideStyle *style = &styles[side_of(table)];
    Str connector = table->connector.size > 0 ? table->connector : STR("no connector");
    Str box = arena_format(dot->arena, "style=\"rounded,filled\" fillcolor=\"%s\" color=\"%s\"", style->ground, style->line);
    open_cluster(dot, box.data);
    buffer_add(dot->out, STR("<b>"));
    add_text(dot, connector);
    buffer_add(dot->out, STR("</b>"));
    if (table->server.size > 0) {
        buffer_add_char(dot->out, ' ');
        add_text(dot, table->server);
    }
    end_label(dot);
}

static void open_publication(Dot *dot, const OverviewTable *table) {
    open_cluster(dot, "style=\"rounded,dashed\" color=\"#8fa9c4\" penwidth=1");
    buffer_add(dot->out, STR("publication <b>"));
    add_text(dot, table->publication);
    buffer_add(dot->out, STR("</b>"));
    end_label(dot);
}

static void open_slot(Dot *dot, const OverviewTable *table) {
    open_cluster(dot, "style=\"rounded,filled\" fillcolor=\"" SHARED_GROUND "\" color=\"" SHARED_COLOR "\" penwidth=2");
    buffer_add(dot->out, STR("<font color=\"" SHARED_COLOR "\">slot <b>"));
    add_text(dot, table->slot);
    buffer_format(dot->out, "</b>, shared by %zu sources</font>", table->slot_users);
    end_label(dot);
}

/* The end of the run of tables from `first` on that share a group with it. */
static size_t end_of_run(const Dot *dot, size_t first, bool (*same)(const OverviewTable *, const OverviewTable *)) {
    size_t end = first + 1;
    while (end < dot->overview.count && same(dot->order[first], dot->order[end])) {
        end++;
    }
    return end;
}

static void add_publication(Dot *dot, size_t first, size_t end) {
    bool has_frame = dot->order[first]->publication.size > 0;
    if (has_frame) {
        open_publication(dot, dot->order[first]);
    }
    for (size_t i = first; i < end; i++) {
        add_table(dot, dot->order[i]);
    }
    if (has_frame) {
        close_cluster(dot);
    }
}

static void add_slot(Dot *dot, size_t first, size_t end) {
    bool has_frame = dot->order[first]->slot_users > 1;
    if (has_frame) {
        open_slot(dot, dot->order[first]);
    }
    for (size_t next; first < end; first = next) {
        next = end_of_run(dot, first, same_publication);
        add_publication(dot, first, next);
    }
    if (has_frame) {
        close_cluster(dot);
    }
}

static void add_servers(Dot *dot) {
    for (size_t first = 0, end; first < dot->overview.count; first = end) {
        end = end_of_run(dot, first, same_server);
        open_server(dot, dot->order[first]);
        for (size_t next; first < end; first = next) {
            next = end_of_run(dot, first, same_slot);
            add_slot(dot, first, next);
        }
        close_cluster(dot);
    }
}

/* ---- Flows --------------------------------------------------------------------------------------------------------------------- */

/* The first flow into a target stands before the others. */
static int compare_targets(const void *a, const void *b) {
    const Flow *left = *(const Flow *const *)a, *right = *(const Flow *const *)b;
    int order = table_name_compare(&left->target_name, &right->target_name);
    return order != 0 ? order : (left > right) - (left < right);
}

static void add_stranger(const Dot *dot, const Flow *flow, size_t node) {
    indent(dot);
    buffer_format(dot->out, "x%zu [style=\"rounded,dashed\" color=\"" FAINT "\" label=<<b>", node);
    add_text(dot, overview_name(&dot->overview, &flow->target_name, dot->arena));
    buffer_add(dot->out, STR("</b>"));
    add_small(dot, STR(""), STR("not defined in the script"));
    buffer_add(dot->out, STR(">]\n"));
}

/* A target that the script does not define gets a node for itself, named by the first flow into it. */
static size_t *add_strangers(const Dot *dot) {
    const Model *model = dot->model;
    const Flow **strangers = arena_array(dot->arena, model->flow_count, sizeof *strangers);
    size_t *nodes = arena_array(dot->arena, model->flow_count, sizeof *nodes), count = 0;
    for (size_t i = 0; i < model->flow_count; i++) {
        if (model->flows[i].target == NULL) {
            strangers[count++] = &model->flows[i];
        }
    }
    if (count > 0) {
        qsort(strangers, count, sizeof *strangers, compare_targets);
    }
    for (size_t i = 0, node = 0; i < count; i++) {
        if (i == 0 || !table_name_equal(&strangers[i - 1]->target_name, &strangers[i]->target_name)) {
            node = (size_t)(strangers[i] - model->flows);
            add_stranger(dot, strangers[i], node);
        }
        nodes[strangers[i] - model->flows] = node;
    }
    return nodes;
}

static void end_edge(const Dot *dot, const Flow *flow, size_t stranger, const char *color) {
    if (flow->target != NULL) {
        buffer_format(dot->out, " -> t%zu", number_of(dot, flow->target));
    } else {
        buffer_format(dot->out, " -> x%zu", stranger);
    }
    if (color != NULL) {
        buffer_format(dot->out, " [color=\"%s\"]", color);
    }
    buffer_add_char(dot->out, '\n');
}

static void add_flow(const Dot *dot, size_t index, size_t stranger, const char *color) {
    const Flow *flow = &dot->model->flows[index];
    for (size_t i = 0; i < flow->source_count; i++) {
        indent(dot);
        buffer_format(dot->out, "t%zu", number_of(dot, flow->sources[i]));
        end_edge(dot, flow, stranger, color);
    }
    if (flow->reads_others) {
        indent(dot);
        buffer_format(dot->out, "o%zu [style=\"rounded,dashed\" color=\"" FAINT "\" label=<<i>other tables</i>>]\n", index);
        indent(dot);
        buffer_format(dot->out, "o%zu", index);
        end_edge(dot, flow, stranger, color);
    }
}

typedef struct StatementSet {
    const Statement *begin; /* NULL outside of any */
    size_t flows;
} StatementSet;

typedef VECTOR(StatementSet) StatementSets;

/* Draws the flows, each statement set in a colour of its own, and gathers the sets. */
static void add_flows(const Dot *dot, const size_t *strangers, StatementSets *sets) {
    const Statement *const *begins = overview_sets(dot->request);
    for (size_t i = 0; i < dot->model->flow_count; i++) {
        const Statement *own = begins[i];
        if (own != NULL && (sets->count == 0 || sets->items[sets->count - 1].begin != own)) {
            *vector_add(dot->arena, sets) = (StatementSet){.begin = own};
        }
        if (own != NULL) {
            sets->items[sets->count - 1].flows++;
        }
        add_flow(dot, i, strangers[i], own != NULL ? set_colors[(sets->count - 1) % SET_COLOR_COUNT] : NULL);
    }
}

/* ---- The graph ------------------------------------------------------------------------------------------------------------------ */

/* The file's name, and which colour is which statement set. */
static void add_caption(const Dot *dot, const StatementSets *sets) {
    Source *source = dot->request->script->source;
    indent(dot);
    buffer_add(dot->out, STR("label=<"));
    add_text(dot, source->name);
    for (size_t i = 0; i < sets->count; i++) {
        size_t line = source_line(source, sets->items[i].begin->span.start);
        buffer_format(dot->out, "<br/><font color=\"%s\">statement set of line %zu: %zu INSERT%s</font>",
                      set_colors[i % SET_COLOR_COUNT], line, sets->items[i].flows, sets->items[i].flows == 1 ? "" : "s");
    }
    end_label(dot);
}

static void add_head(Dot *dot) {
    add_line(dot, "digraph flows {");
    dot->depth++;
    add_line(dot, "rankdir=LR");
    add_line(dot, "charset=\"UTF-8\"");
    add_line(dot, "fontname=\"Helvetica,Arial,sans-serif\"");
    add_line(dot, "fontsize=11");
    add_line(dot, "nodesep=0.12");
    add_line(dot, "ranksep=1.4");
    add_line(dot, "pad=0.3");
    add_line(dot, "node [shape=box style=\"rounded,filled\" fontname=\"Helvetica,Arial,sans-serif\" fontsize=11 height=0.3 width=1.9 margin=\"0.12,0.06\"]");
    add_line(dot, "edge [color=\"#888888\" arrowsize=0.7]");
}

void emit_dot(const OutputRequest *request) {
    Dot dot = {.request = request,
               .model = request->plans->model,
               .overview = overview_make(request),
               .arena = request->arena,
               .out = request->out};
    StatementSets sets = {0};
    sort_tables(&dot);
    add_head(&dot);
    add_servers(&dot);
    const size_t *strangers = add_strangers(&dot);
    add_flows(&dot, strangers, &sets);
    add_caption(&dot, &sets);
    dot.depth--;
    add_line(&dot, "}");
}
