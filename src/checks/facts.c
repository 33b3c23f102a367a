#include "checks/facts.h"

#include "checks/conflicts.h"
#include "checks/replication.h"
#include "secret.h"

/* So many snapshot readers a job may have when the script does not say. More would make `orders_2024` another source's
 * slot in the eyes of the check. */
enum { READERS_MAX = 1000 };

struct Collector {
    Checker *checker;
    bool *is_base;   /* by table: another takes its options by LIKE */
    uint64_t *sinks; /* by table: a sum of hashes of where its rows go */
    size_t sharing, numbers, ids; /* the numbers of the checks that compare */
};

/* ---- Gathering -------------------------------------------------------------------------------------------------- */

static void look_at_model(Collector *collector) {
    const Checker *checker = collector->checker;
    const Model *model = checker->model;
    collector->is_base = arena_array(checker->arena, model->table_count, sizeof *collector->is_base);
    collector->sinks = arena_array(checker->arena, model->table_count, sizeof *collector->sinks);
    for (size_t i = 0; i < model->table_count; i++) {
        if (model->tables[i].like != NULL) {
            collector->is_base[model->tables[i].like - model->tables] = true;
        }
    }
    for (size_t i = 0; i < model->flow_count; i++) {
        const Flow *flow = &model->flows[i];
        uint64_t hash = flow->target ? flow->target->name_hash : table_name_hash(&flow->target_name);
        for (size_t j = 0; j < flow->source_count; j++) {
            collector->sinks[flow->sources[j] - model->tables] += hash;
        }
    }
}

/* What other scripts hold is not known yet, so a comment about what is compared with them counts as used. */
static bool is_off(Checker *checker, size_t index, Span place) {
    checker->check = check_at(index);
    checker->check_number = index;
    const CheckSettings *settings = checker->settings;
    return settings->severities[index] == SEVERITY_OFF || is_silenced(checker, place, settings->has_others);
}

/* Of what upstream_of() is made of. */
static uint64_t upstream_hash(const Checker *checker, const CheckedTable *table) {
    uint64_t hash = str_mix(0, value_of_key(checker, table, STR("database-name"), STR("")));
    hash = str_mix(hash, value_of_key(checker, table, STR("schema-name"), STR("")));
    return str_mix(hash, value_of_key(checker, table, STR("table-name"), table->written->name.table));
}

static Fact *add_fact(Collector *collector, const CheckedTable *table, FactKind kind, Str value, Span place) {
    Checker *checker = collector->checker;
    const Table *definition = table->written;
    Fact *fact = vector_add(checker->arena, checker->facts);
    fact->kind = kind;
    fact->server = server_of(checker, table);
    fact->value = kept_text(checker, value);
    fact->key = fact_key(value);
    fact->is_incremental = table->is_incremental;
    fact->is_read = (definition->roles & ROLE_SOURCE) != 0;
    fact->is_frozen = is_frozen(table);
    fact->file = checker->script->source->name;
    fact->table = name_of(checker, table);
    fact->source = checker->script->source;
    fact->offset = place.start;
    fact->index = (size_t)(table - checker->tables);
    fact->name = definition->name_hash;
    fact->job = (fact->name * 31 + upstream_hash(checker, table)) * 31 + collector->sinks[fact->index];
    return fact;
}

static void add_slot(Collector *collector, const CheckedTable *table) {
    Checker *checker = collector->checker;
    const PlannedOption *option = slot_option(checker, table);
    Str slot = slot_of(checker, table);
    if (slot.size == 0) {
        return;
    }
    Span place = option != NULL ? place_of_value(table, option) : table->written->definition->name;
    Fact *fact = add_fact(collector, table, FACT_SLOT, slot, place);
    fact->numbered = !has_numbered_slots(checker, table) ? 0
                     : checker->parallelism > 0          ? checker->parallelism
                                                         : READERS_MAX;
    fact->may_be_shared = is_off(checker, collector->sharing, place);
    fact->may_be_numbered = is_off(checker, collector->numbers, place);
}

/* debezium.database.server.id is the id of every reader (MySqlSourceConfigFactory: props.putAll(dbzProperties)). */
static void add_server_ids(Collector *collector, const CheckedTable *table) {
    Checker *checker = collector->checker;
    const PlannedOption *option = effective_option(checker, table, "debezium.database.server.id", "server-id");
    int64_t first, last;
    if (option == NULL || !server_ids_parse(checker->arena, option->value, &first, &last) || first > last) {
        return;
    }
    Span place = place_of_value(table, option);
    Fact *fact = add_fact(collector, table, FACT_SERVER_ID, str_trim(option->value), place);
    fact->first = first;
    fact->last = last;
    fact->may_be_shared = is_off(checker, collector->ids, place);
}

Collector *facts_collector(Checker *checker) {
    Collector *collector = arena_new(checker->arena, Collector);
    *collector = (Collector){.checker = checker,
                             .sharing = check_index(STR("slot-shared-by-sources")),
                             .numbers = check_index(STR("slot-suffix-collision")),
                             .ids = check_index(STR("mysql-server-id-overlap"))};
    look_at_model(collector);
    return collector;
}

void facts_add(Collector *collector, const CheckedTable *table) {
    size_t index = (size_t)(table - collector->checker->tables);
    if (collector->is_base[index] && !(table->written->roles & ROLE_SOURCE)) {
        return; /* it lends its options and is never read */
    }
    if (is_postgres(table)) {
        add_slot(collector, table);
    } else if (is_mysql(table)) {
        add_server_ids(collector, table);
    }
}

void facts_end(Checker *checker) {
    Facts *facts = checker->facts;
    for (size_t i = 0; checker->secrets != NULL && i < facts->count; i++) {
        facts->items[i].is_secret = str_equal(shown(checker, facts->items[i].value), STR(SECRET_MASK));
    }
    FactList slots = facts_sorted(facts, FACT_SLOT, checker->arena);
    facts->slots = slots.items;
    facts->slot_count = slots.count;
}

void facts_copy(const Facts *from, Facts *to, Arena *to_arena) {
    for (size_t i = 0; i < from->count; i++) {
        Fact *fact = vector_add(to_arena, to);
        *fact = from->items[i];
        if (fact->source != NULL) {
            fact->place = source_place(fact->source, fact->offset);
            fact->source = NULL;
        }
        fact->server = arena_copy(to_arena, fact->server);
        fact->value = arena_copy(to_arena, fact->value);
        fact->file = arena_copy(to_arena, fact->file);
        fact->table = arena_copy(to_arena, fact->table);
    }
}

static bool parse_id(Arena *arena, Str text, int64_t *id) {
    Value value = value_check(arena, VALUE_INT, text, 0);
    *id = value.integer;
    return value.status == VALUE_TAKEN;
}

bool server_ids_parse(Arena *arena, Str text, int64_t *first, int64_t *last) {
    const char *dash = text.size > 0 ? memchr(text.data, '-', text.size) : NULL;
    if (dash == NULL) {
        bool is_number = parse_id(arena, text, first);
        *last = *first;
        return is_number;
    }
    Str start = {text.data, (size_t)(dash - text.data)};
    return parse_id(arena, str_trim(start), first) && parse_id(arena, str_trim(str_from(text, start.size + 1)), last) &&
           *last >= 0;
}
