/* The tables and schemas of a publication. */
#include "postgres/changes.h"

static PublishedTable *find_table(const Change *change, const Publication *publication, Str schema, Str name) {
    size_t number = name_index_get(publication->index, published_key(change->set->arena, schema, name));
    for (; number != SIZE_MAX; number = publication->tables.items[number].same_letters) {
        PublishedTable *table = &publication->tables.items[number];
        if (!table->is_dropped && str_equal(table->schema, schema) && str_equal(table->table, name)) {
            return table;
        }
    }
    return NULL;
}

static void add_table(const Change *change, Publication *publication, PublishedTable table) {
    Arena *arena = change->set->arena;
    table.full_name = arena_format(arena, "%.*s.%.*s", SHOWN(table.schema), SHOWN(table.table));
    Str key = published_key(arena, table.schema, table.table);
    table.same_letters = name_index_get(publication->index, key);
    name_index_set(publication->index, key, publication->tables.count, arena);
    *vector_add(arena, &publication->tables) = table;
}

void clear_objects(Change *change, Publication *publication) {
    publication->tables.count = publication->schemas.count = 0;
    publication->index = name_index_new(change->set->arena);
}

static Str *column_names(Change *change, const json_t *columns) {
    Str *names = arena_array(change->set->arena, json_array_size(columns), sizeof *names);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        names[i] = arena_copy(change->set->arena, string_node_text(json_array_get(columns, i)));
    }
    return names;
}

static PublishedTable read_table(Change *change, const json_t *object) {
    const json_t *table = json_object_get(object, "pubtable"), *relation = json_object_get(table, "relation");
    const json_t *columns = json_object_get(table, "columns");
    return (PublishedTable){.schema = range_schema(change, relation),
                            .table = arena_copy(change->set->arena, node_text(relation, "relname")),
                            .is_only = !json_is_true(json_object_get(relation, "inh")),
                            .has_filter = json_object_get(table, "whereClause") != NULL,
                            .columns = column_names(change, columns),
                            .column_count = json_array_size(columns)};
}

static size_t table_location(const json_t *object) {
    return node_location(json_object_get(json_object_get(object, "pubtable"), "relation"));
}

static void change_table(Change *change, Publication *publication, const json_t *object, ObjectAction action) {
    PublishedTable table = read_table(change, object);
    PublishedTable *known = find_table(change, publication, table.schema, table.table);
    if (action == OBJECTS_DROP && known == NULL) {
        refuse_at(change, table_location(object),
               change_format(change, "relation \"%.*s\" is not part of the publication", SHOWN(table.table)));
    } else if (action == OBJECTS_DROP) {
        known->is_dropped = true;
    } else if (known == NULL) {
        add_table(change, publication, table);
    } else if (action == OBJECTS_ADD) {
        refuse_at(change, table_location(object),
                  change_format(change, "relation \"%.*s\" is already member of publication \"%.*s\"",
                                SHOWN(table.table), SHOWN(publication->name)));
    }
}

static size_t find_schema(const Publication *publication, Str name, Arena *arena) {
    bool is_held = name_index_get(publication->index, published_key(arena, name, STR(""))) != SIZE_MAX;
    for (size_t i = 0; is_held && i < publication->schemas.count; i++) {
        if (str_equal(publication->schemas.items[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void add_schema(const Change *change, Publication *publication, Str name) {
    Arena *arena = change->set->arena;
    name_index_set(publication->index, published_key(arena, name, STR("")), 0, arena);
    *vector_add(arena, &publication->schemas) = arena_copy(arena, name);
}

/* Another one may differ from it only in case. */
static void remove_schema(const Change *change, Publication *publication, size_t number) {
    Str name = publication->schemas.items[number];
    bool is_left = false;
    publication->schemas.items[number] = publication->schemas.items[--publication->schemas.count];
    for (size_t i = 0; i < publication->schemas.count; i++) {
        is_left = is_left || str_equal_ignore_case(publication->schemas.items[i], name);
    }
    if (!is_left) {
        name_index_set(publication->index, published_key(change->set->arena, name, STR("")), SIZE_MAX,
                       change->set->arena);
    }
}

static void change_schema(Change *change, Publication *publication, const json_t *object, ObjectAction action) {
    bool is_current = str_equal(node_text(object, "pubobjtype"), STR("PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA"));
    Str name = is_current ? change->set->search_schema : node_text(object, "name");
    size_t known = find_schema(publication, name, change->set->arena);
    if (action == OBJECTS_DROP && known == SIZE_MAX) {
        refuse_at(change, node_location(object),
               change_format(change, "tables from schema \"%.*s\" are not part of the publication", SHOWN(name)));
    } else if (action == OBJECTS_DROP) {
        remove_schema(change, publication, known);
    } else if (known == SIZE_MAX) {
        add_schema(change, publication, name);
    } else if (action == OBJECTS_ADD) {
        refuse_at(change, node_location(object),
                  change_format(change, "schema \"%.*s\" is already member of publication \"%.*s\"", SHOWN(name),
                                SHOWN(publication->name)));
    }
}

void change_objects(Change *change, Publication *publication, const json_t *node, ObjectAction action) {
    const json_t *objects = json_object_get(node, "pubobjects");
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const json_t *object = json_object_get(json_array_get(objects, i), "PublicationObjSpec");
        if (str_equal(node_text(object, "pubobjtype"), STR("PUBLICATIONOBJ_TABLE"))) {
            change_table(change, publication, object, action);
        } else {
            change_schema(change, publication, object, action);
        }
    }
}
