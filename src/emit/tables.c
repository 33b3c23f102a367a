/* --emit tables: who reads what from where into what, a table of the script a row, for a terminal. */
#include <stdlib.h>

#include "emit/overview.h"
#include "valid.h"
#include "width.h"

enum { COLUMN_ROLE, COLUMN_TABLE, COLUMN_CONNECTOR, COLUMN_UPSTREAM, COLUMN_SLOT, COLUMN_PUBLICATION, COLUMN_TARGET, COLUMN_COUNT };

enum {
    GAP = 2,
    LEAST_WIDTH = 3,   /* no column becomes narrower */
    ALIGNED_WIDTH = 80 /* where nothing is cut, a longer cell sticks out instead of pushing its whole column */
};

typedef struct Cell {
    Str text;
    Str tail; /* stays when the text is cut */
} Cell;

typedef struct ColumnStyle {
    Str title;
    bool keeps_end; /* the end of a cell says more than its start */
} ColumnStyle;

static const ColumnStyle styles[COLUMN_COUNT] = {
    [COLUMN_ROLE] = {STR("ROLE"), false},
    [COLUMN_TABLE] = {STR("TABLE"), false},
    [COLUMN_CONNECTOR] = {STR("CONNECTOR"), false},
    [COLUMN_UPSTREAM] = {STR("UPSTREAM"), true},
    [COLUMN_SLOT] = {STR("SLOT"), false},
    [COLUMN_PUBLICATION] = {STR("PUBLICATION"), false},
    [COLUMN_TARGET] = {STR("TARGET"), false},
};

typedef struct Row {
    const OverviewTable *table;
    Cell cells[COLUMN_COUNT];
} Row;

typedef VECTOR(size_t) Flows; /* by their places in the model */

typedef struct Sheet {
    const OutputRequest *request;
    const Overview *overview;
    Arena *arena;
    Row *rows;
    size_t count;
    size_t widths[COLUMN_COUNT]; /* 0: not shown */
    Str lifted[COLUMN_COUNT];    /* what a column said that is told below the table instead */
    Str lifted_database;         /* the same of a part of COLUMN_UPSTREAM */
} Sheet;

/* ---- What the cells say ------------------------------------------------------------------------------------------- */

static int compare_targets(const void *a, const void *b) {
    const Flow *left = *(const Flow *const *)a, *right = *(const Flow *const *)b;
    return table_name_compare(&left->target_name, &right->target_name);
}

/* For each flow a number that those with the same target have in common. */
static size_t *number_targets(const Model *model, Arena *arena) {
    const Flow **flows = arena_array(arena, model->flow_count, sizeof *flows);
    size_t *numbers = arena_array(arena, model->flow_count, sizeof *numbers), number = 0;
    for (size_t i = 0; i < model->flow_count; i++) {
        flows[i] = &model->flows[i];
    }
    if (model->flow_count > 0) {
        qsort(flows, model->flow_count, sizeof *flows, compare_targets);
    }
    for (size_t i = 0; i < model->flow_count; i++) {
        number += i > 0 && compare_targets(&flows[i - 1], &flows[i]) != 0;
        numbers[flows[i] - model->flows] = number;
    }
    return numbers;
}

/* For each table of the model the flows that take its data along. */
static Flows *find_flows(const Model *model, Arena *arena) {
    Flows *flows = arena_array(arena, model->table_count, sizeof *flows);
    for (size_t i = 0; i < model->flow_count; i++) {
        for (size_t j = 0; j < model->flows[i].source_count; j++) {
            *vector_add(arena, &flows[model->flows[i].sources[j] - model->tables]) = i;
        }
    }
    return flows;
}

/* Each target once: `seen` holds for each number the table whose cell had it last, counted from 1. */
static Str join_targets(const Flows *flows, const Str *names, const size_t *numbers, size_t *seen, size_t table, Arena *arena) {
    Buffer text = {0};
    for (size_t i = 0; i < flows->count; i++) {
        size_t flow = flows->items[i], *mark = &seen[numbers[flow]];
        if (*mark != table + 1) {
            buffer_add(&text, text.size > 0 ? STR(", ") : STR(""));
            buffer_add(&text, names[flow]);
            *mark = table + 1;
        }
    }
    return buffer_take(&text, arena);
}

/* What the cells of COLUMN_TARGET say, by the model's tables. */
static Str *find_targets(const Sheet *sheet) {
    const Model *model = sheet->request->plans->model;
    Arena *arena = sheet->arena;
    const Flows *flows = find_flows(model, arena);
    const size_t *numbers = number_targets(model, arena);
    size_t *seen = arena_array(arena, model->flow_count, sizeof *seen);
    Str *names = arena_array(arena, model->flow_count, sizeof *names);
    Str *targets = arena_array(arena, model->table_count, sizeof *targets);
    for (size_t i = 0; i < model->flow_count; i++) {
        names[i] = printable_text(overview_name(sheet->overview, &model->flows[i].target_name, arena), arena);
    }
    for (size_t i = 0; i < model->table_count; i++) {
        targets[i] = join_targets(&flows[i], names, numbers, seen, i, arena);
    }
    return targets;
}

static Str role_text(unsigned roles) {
    static const Str names[] = {STR(""), STR("source"), STR("sink"), STR("both")};
    return names[roles & (ROLE_SOURCE | ROLE_SINK)];
}

static void fill_row(const Sheet *sheet, const OverviewTable *table, Str targets, Row *row) {
    Arena *arena = sheet->arena;
    *row = (Row){.table = table};
    row->cells[COLUMN_ROLE].text = role_text(table->roles);
    row->cells[COLUMN_TABLE].text = overview_name(sheet->overview, &table->plan->table->name, arena);
    row->cells[COLUMN_CONNECTOR].text = table->connector;
    row->cells[COLUMN_UPSTREAM].text = overview_upstream(table, false, arena);
    row->cells[COLUMN_SLOT].text = table->slot;
    row->cells[COLUMN_PUBLICATION].text = table->publication;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        row->cells[i].text = printable_text(row->cells[i].text, arena);
    }
    if (table->slot_users > 1) {
        row->cells[COLUMN_SLOT].tail = arena_format(arena, " ×%zu", table->slot_users);
    }
    row->cells[COLUMN_TARGET].text = targets;
}

/* Sources first, sinks last; among them the order of the script. */
static void fill_rows(Sheet *sheet) {
    static const unsigned order[] = {ROLE_SOURCE, ROLE_SOURCE | ROLE_SINK, ROLE_SINK, 0};
    const Overview *overview = sheet->overview;
    const Str *targets = find_targets(sheet);
    sheet->rows = arena_array(sheet->arena, overview->count, sizeof *sheet->rows);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        for (size_t j = 0; j < overview->count; j++) {
            if (overview->tables[j].roles == order[i]) {
                fill_row(sheet, &overview->tables[j], targets[j], &sheet->rows[sheet->count++]);
            }
        }
    }
}

/* ---- Fitting ------------------------------------------------------------------------------------------------------ */

static size_t cell_columns(const Cell *cell) { return text_columns(cell->text) + text_columns(cell->tail); }

/* What holds nothing in any row gets no column. */
static void measure(Sheet *sheet) {
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        size_t widest = 0;
        for (size_t j = 0; j < sheet->count; j++) {
            size_t columns = cell_columns(&sheet->rows[j].cells[i]);
            widest = columns > widest ? columns : widest;
        }
        bool is_shown = widest > 0 && sheet->lifted[i].size == 0;
        sheet->widths[i] = !is_shown ? 0 : widest > styles[i].title.size ? widest : styles[i].title.size;
    }
}

/* The width of a line whose columns are at most `level` wide. */
static size_t line_width(const Sheet *sheet, size_t level) {
    size_t total = 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        size_t width = sheet->widths[i] < level ? sheet->widths[i] : level;
        total += width > 0 ? width + (total > 0 ? GAP : 0) : 0;
    }
    return total;
}

/* The text that a column shows in each of the rows [first, end), NULL when they differ. */
static const Str *common_text(const Sheet *sheet, size_t column, size_t first, size_t end) {
    const Str *common = &sheet->rows[first].cells[column].text;
    for (size_t i = first + 1; i < end; i++) {
        if (!str_equal(sheet->rows[i].cells[column].text, *common)) {
            return NULL;
        }
    }
    return common;
}

static void note_role(Buffer *note, const Str *text, Str role) {
    if (text->size > 0) {
        buffer_add(note, note->size > 0 ? STR(", ") : STR(""));
        buffer_add(note, *text);
        buffer_add(note, role.size > 0 ? STR(" (") : STR(" (others"));
        buffer_add(note, role);
        buffer_add_char(note, ')');
    }
}

/* What a column says when all rows of a role say the same: "postgres-cdc (source), starrocks (sink)". Else, and where
 * it would spare nothing, empty. */
static Str note_of_column(const Sheet *sheet, size_t column) {
    Buffer note = {0};
    for (size_t first = 0, end; first < sheet->count; first = end) {
        unsigned roles = sheet->rows[first].table->roles;
        for (end = first; end < sheet->count && sheet->rows[end].table->roles == roles;) {
            end++;
        }
        const Str *common = common_text(sheet, column, first, end);
        if (common == NULL) {
            buffer_free(&note);
            return STR("");
        }
        note_role(&note, common, role_text(roles));
    }
    return buffer_take(&note, sheet->arena);
}

/* The database of all tables, when there is one. */
static Str common_database(const Sheet *sheet) {
    Str common = sheet->count > 1 ? sheet->rows[0].table->database : STR("");
    for (size_t i = 0; i < sheet->count; i++) {
        const OverviewTable *table = sheet->rows[i].table;
        if (!str_equal(table->database, common) || table->table.size == 0) {
            return STR("");
        }
    }
    return printable_text(common, sheet->arena);
}

static void lift_database(Sheet *sheet) {
    sheet->lifted_database = common_database(sheet);
    for (size_t i = 0; i < sheet->count && sheet->lifted_database.size > 0; i++) {
        Str upstream = overview_upstream(sheet->rows[i].table, true, sheet->arena);
        sheet->rows[i].cells[COLUMN_UPSTREAM].text = printable_text(upstream, sheet->arena);
    }
}

/* The widest columns give way first, until the line fits; columns left over go back to those that gave. */
static void shrink(Sheet *sheet, size_t width) {
    size_t level = width;
    while (level > LEAST_WIDTH && line_width(sheet, level) > width) {
        level--;
    }
    size_t used = line_width(sheet, level), spare = used < width ? width - used : 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (sheet->widths[i] > level) {
            sheet->widths[i] = level + (spare > 0);
            spare -= spare > 0;
        }
    }
}

/* What is the same in many rows leaves the table first. */
static void fit(Sheet *sheet) {
    static const size_t liftable[] = {COLUMN_PUBLICATION, COLUMN_CONNECTOR};
    size_t width = sheet->request->width;
    measure(sheet);
    if (width == 0 || line_width(sheet, SIZE_MAX) <= width) {
        return;
    }
    lift_database(sheet);
    measure(sheet);
    for (size_t i = 0; i < sizeof liftable / sizeof *liftable && line_width(sheet, SIZE_MAX) > width; i++) {
        sheet->lifted[liftable[i]] = note_of_column(sheet, liftable[i]);
        measure(sheet);
    }
    shrink(sheet, width);
}

/* ---- Printing ----------------------------------------------------------------------------------------------------- */

/* The part of text that fits into `columns`, and how many it takes. */
static Str fitting_part(Str text, size_t columns, bool from_end, size_t *taken) {
    size_t surplus = from_end ? text_columns(text) : 0, size = 0;
    surplus = surplus > columns ? surplus - columns : 0;
    *taken = 0;
    while (size < text.size) {
        unsigned width;
        size_t more = next_character(str_from(text, size), &width);
        if (from_end ? *taken >= surplus && width > 0 : *taken + width > columns) {
            break;
        }
        *taken += width;
        size += more;
    }
    if (!from_end) {
        return (Str){text.data, size};
    }
    text = str_from(text, size);
    *taken = text_columns(text);
    return text;
}

static void add_cell(Buffer *out, const Cell *cell, size_t width, bool keeps_end) {
    size_t tail = text_columns(cell->tail), taken = text_columns(cell->text);
    if (taken + tail <= width) {
        buffer_add(out, cell->text);
    } else {
        size_t room = width > tail ? width - tail - 1 : 0;
        Str part = fitting_part(cell->text, room, keeps_end, &taken);
        buffer_add(out, keeps_end ? STR("…") : part);
        buffer_add(out, keeps_end ? part : STR("…"));
        taken++;
    }
    buffer_add(out, cell->tail);
    buffer_add_repeated(out, ' ', taken + tail < width ? width - taken - tail : 0);
}

static void end_line(Buffer *out) {
    while (out->size > 0 && out->data[out->size - 1] == ' ') {
        out->size--;
    }
    buffer_add_char(out, '\n');
}

static void add_line(const Sheet *sheet, const Cell cells[COLUMN_COUNT], bool is_title) {
    Buffer *out = sheet->request->out;
    bool is_first = true, is_cut = sheet->request->width > 0;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        if (sheet->widths[i] == 0) {
            continue;
        }
        buffer_add_repeated(out, ' ', is_first ? 0 : GAP);
        is_first = false;
        size_t width = sheet->widths[i], columns = cell_columns(&cells[i]);
        width = is_cut || width <= ALIGNED_WIDTH ? width : columns > ALIGNED_WIDTH ? columns : ALIGNED_WIDTH;
        add_cell(out, &cells[i], width, styles[i].keeps_end && !is_title);
    }
    end_line(out);
}

static void add_count(Buffer *out, size_t count, const char *what, const char *before) {
    if (count > 0) {
        buffer_format(out, "%s%zu %s%s", before, count, what, count == 1 ? "" : "s");
    }
}

static void add_head(const Sheet *sheet) {
    Buffer *out = sheet->request->out;
    size_t sources = 0, sinks = 0;
    for (size_t i = 0; i < sheet->count; i++) {
        sources += (sheet->rows[i].table->roles & ROLE_SOURCE) != 0;
        sinks += (sheet->rows[i].table->roles & ROLE_SINK) != 0;
    }
    buffer_add(out, printable_text(sheet->request->script->source->name, sheet->arena));
    add_count(out, sheet->count, "table", ": ");
    add_count(out, sources, "source", ", ");
    add_count(out, sinks, "sink", ", ");
    buffer_add(out, sheet->count == 0 ? STR(": no tables\n") : STR("\n"));
}

static void add_note(const Sheet *sheet, const char *what, Str text) {
    if (text.size > 0) {
        buffer_format(sheet->request->out, "  %s: %.*s\n", what, (int)text.size, text.data);
    }
}

/* A line for each slot that several sources use, at the first of them. */
static void add_shared_slots(const Sheet *sheet) {
    const Overview *overview = sheet->overview;
    for (size_t i = 0; i < overview->count; i++) {
        const OverviewTable *table = &overview->tables[i];
        if (table->slot_users > 1 && table->slot_first == table) {
            Str slot = printable_text(table->slot, sheet->arena), server = printable_text(table->server, sheet->arena);
            buffer_format(sheet->request->out, "! %zu sources share the slot %.*s of %.*s\n", table->slot_users, (int)slot.size,
                          slot.data, (int)server.size, server.data);
        }
    }
}

void emit_tables(const OutputRequest *request) {
    Overview overview = overview_make(request);
    Sheet sheet = {.request = request, .overview = &overview, .arena = request->arena};
    Cell titles[COLUMN_COUNT] = {0};
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        titles[i].text = styles[i].title;
    }
    fill_rows(&sheet);
    fit(&sheet);
    add_head(&sheet);
    if (sheet.count > 0) {
        add_line(&sheet, titles, true);
    }
    for (size_t i = 0; i < sheet.count; i++) {
        add_line(&sheet, sheet.rows[i].cells, false);
    }
    add_note(&sheet, "database", sheet.lifted_database);
    add_note(&sheet, "connector", sheet.lifted[COLUMN_CONNECTOR]);
    add_note(&sheet, "publication", sheet.lifted[COLUMN_PUBLICATION]);
    add_shared_slots(&sheet);
}
