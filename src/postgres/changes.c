/* The statements that concern publications, applied to the set of them as PostgreSQL does. */
#include "postgres/changes.h"

static void refuse_span(Change *change, Span span, Str message, Str hint) {
    finding_trouble(change->findings, change->source, span, message, hint);
}

void refuse(Change *change, Str message, Str hint) { refuse_span(change, change->statement, message, hint); }

void refuse_at(Change *change, size_t location, Str message) {
    uint32_t place = change->start + (uint32_t)location;
    refuse_span(change, location > 0 ? (Span){place, place} : change->statement, message, STR(""));
}

Str range_schema(const Change *change, const json_t *range) {
    Str schema = node_text(range, "schemaname");
    return arena_copy(change->set->arena, schema.size > 0 ? schema : change->set->search_schema);
}

/* ---- WITH (…), SET (…) ------------------------------------------------------------------------------------------- */

/* The argument of an option as text: 'x', x, true, 1. Empty when it has none. */
static Str option_text(const json_t *option, Arena *arena) {
    const json_t *node;
    const char *kind = node_kind(json_object_get(option, "arg"), &node);
    if (strcmp(kind, "String") == 0) {
        return node_text(node, "sval");
    }
    if (strcmp(kind, "TypeName") == 0) {
        const json_t *names = json_object_get(node, "names");
        return string_node_text(json_array_get(names, json_array_size(names) - 1));
    }
    if (strcmp(kind, "Integer") == 0) {
        return arena_format(arena, "%lld", (long long)json_integer_value(json_object_get(node, "ival")));
    }
    return STR("");
}

/* publish = 'insert, update' */
static void set_operations(Change *change, Publication *publication, Str list, size_t location) {
    static const struct {
        Str name;
        unsigned bit;
    } operations[] = {{STR("insert"), PUBLISH_INSERT},
                      {STR("update"), PUBLISH_UPDATE},
                      {STR("delete"), PUBLISH_DELETE},
                      {STR("truncate"), PUBLISH_TRUNCATE}};
    publication->operations = 0;
    while (str_trim(list).size > 0) {
        const char *comma = memchr(list.data, ',', list.size);
        size_t size = comma ? (size_t)(comma - list.data) : list.size, i = 0;
        Str name = str_trim((Str){list.data, size});
        for (; i < sizeof operations / sizeof *operations; i++) {
            if (str_equal_ignore_case(name, operations[i].name)) {
                publication->operations |= operations[i].bit;
                break;
            }
        }
        if (i == sizeof operations / sizeof *operations) {
            refuse_at(change, location,
                      change_format(change, "unrecognized value for publication option \"publish\": \"%.*s\"",
                                    SHOWN(name)));
            return;
        }
        list = str_from(list, size + 1);
    }
}

/* As defGetBoolean (PostgreSQL, commands/define.c): without a value it is true. */
static bool read_boolean(Str text, bool *value) {
    *value = text.size == 0 || str_equal_ignore_case(text, STR("true")) || str_equal_ignore_case(text, STR("on")) ||
             str_equal(text, STR("1"));
    return *value || str_equal_ignore_case(text, STR("false")) || str_equal_ignore_case(text, STR("off")) ||
           str_equal(text, STR("0"));
}

/* Later releases have more options (publish_generated_columns of 18), so unknown ones are passed over. */
static void set_options(Change *change, Publication *publication, const json_t *node) {
    const json_t *options = json_object_get(node, "options");
    for (size_t i = 0; i < json_array_size(options); i++) {
        const json_t *option = json_object_get(json_array_get(options, i), "DefElem");
        Str name = node_text(option, "defname"), text = option_text(option, change->set->arena);
        if (str_equal(name, STR("publish"))) {
            set_operations(change, publication, text, node_location(option));
        } else if (str_equal(name, STR("publish_via_partition_root")) &&
                   !read_boolean(text, &publication->is_via_root)) {
            refuse_at(change, node_location(option), STR("publish_via_partition_root requires a Boolean value"));
        }
    }
}

/* ---- Statements -------------------------------------------------------------------------------------------------- */

static Publication *find(Change *change, Str name) {
    size_t number = name_index_get(change->set->index, name);
    return number != SIZE_MAX ? &change->set->items.items[number] : NULL;
}

/* For statements that need one. */
static Publication *existing(Change *change, Str name) {
    Publication *publication = find(change, name);
    if (publication == NULL) {
        refuse(change, change_format(change, "publication \"%.*s\" does not exist", SHOWN(name)),
                  STR("the script must make it first: a publication is known only by its CREATE PUBLICATION"));
    }
    return publication;
}

static Publication *add_publication(Change *change, Str name) {
    Publications *set = change->set;
    Str kept = arena_copy(set->arena, name);
    name_index_set(set->index, kept, set->items.count, set->arena);
    Publication *publication = vector_add(set->arena, &set->items);
    *publication = (Publication){.set = set,
                                 .name = kept,
                                 .source = change->source,
                                 .place = change->statement,
                                 .operations = PUBLISH_ALL,
                                 .index = name_index_new(set->arena)};
    return publication;
}

/* A dump of several databases may make the same name in each: what they hold is taken together. */
static void create(Change *change, const json_t *node) {
    Str name = node_text(node, "pubname");
    Publication *publication = find(change, name);
    if (publication != NULL && publication->database == change->set->database_count) {
        refuse(change, change_format(change, "publication \"%.*s\" already exists", SHOWN(name)), STR(""));
        return;
    }
    if (publication == NULL) {
        publication = add_publication(change, name);
    }
    publication->database = change->set->database_count;
    publication->has_all_tables = publication->has_all_tables || json_is_true(json_object_get(node, "for_all_tables"));
    change_objects(change, publication, node, OBJECTS_MAKE);
    set_options(change, publication, node);
}

static void alter(Change *change, const json_t *node) {
    Publication *publication = existing(change, node_text(node, "pubname"));
    Str action = node_text(node, "action");
    bool names_objects = json_array_size(json_object_get(node, "pubobjects")) > 0;
    if (publication == NULL) {
        return;
    }
    if (names_objects && publication->has_all_tables) {
        refuse(change,
                  change_format(change, "publication \"%.*s\" is defined as FOR ALL TABLES", SHOWN(publication->name)),
                  STR("tables cannot be added to it or taken from it"));
        return;
    }
    if (str_equal(action, STR("AP_SetObjects"))) {
        clear_objects(change, publication);
        change_objects(change, publication, node, OBJECTS_MAKE);
    } else {
        bool drops = str_equal(action, STR("AP_DropObjects"));
        change_objects(change, publication, node, drops ? OBJECTS_DROP : OBJECTS_ADD);
    }
    set_options(change, publication, node);
}

static void take_away(Change *change, Publication *publication) {
    name_index_set(change->set->index, publication->name, SIZE_MAX, change->set->arena);
    publication->is_dropped = true;
}

/* One that the script did not make may come from before it. */
static void drop(Change *change, const json_t *node) {
    const json_t *objects = json_object_get(node, "objects");
    for (size_t i = 0; i < json_array_size(objects); i++) {
        Publication *publication = find(change, string_node_text(json_array_get(objects, i)));
        if (publication != NULL) {
            take_away(change, publication);
        }
    }
}

static void rename_publication(Change *change, const json_t *node) {
    Str name = node_text(node, "newname");
    Publication *publication = existing(change, string_node_text(json_object_get(node, "object")));
    if (publication == NULL) {
        return;
    }
    if (find(change, name) != NULL) {
        refuse(change, change_format(change, "publication \"%.*s\" already exists", SHOWN(name)), STR(""));
        return;
    }
    name_index_set(change->set->index, publication->name, SIZE_MAX, change->set->arena);
    publication->name = arena_copy(change->set->arena, name);
    size_t number = (size_t)(publication - change->set->items.items);
    name_index_set(change->set->index, publication->name, number, change->set->arena);
}

/* SET search_path: the first schema of it that is no "$user" is where new names belong. */
static void set_search_path(Change *change, const json_t *node) {
    const json_t *schemas = json_object_get(node, "args");
    change->set->search_schema = STR("public");
    for (size_t i = json_array_size(schemas); i-- > 0;) {
        const json_t *constant = json_object_get(json_array_get(schemas, i), "A_Const");
        Str name = node_text(json_object_get(constant, "sval"), "sval");
        if (name.size > 0 && !str_equal(name, STR("$user"))) {
            change->set->search_schema = arena_copy(change->set->arena, name);
        }
    }
}

/* ---- Partitions and heirs ---------------------------------------------------------------------------------------- */

static void add_parent(const Change *change, const json_t *child, const json_t *parent, bool is_partition) {
    Publications *set = change->set;
    Str schema = range_schema(change, child), table = node_text(child, "relname");
    name_index_set(set->parent_index, published_key(set->arena, schema, table), set->parents.count, set->arena);
    *vector_add(set->arena, &set->parents) =
        (TableParent){.full_name = arena_format(set->arena, "%.*s.%.*s", SHOWN(schema), SHOWN(table)),
                      .schema = range_schema(change, parent),
                      .table = arena_copy(set->arena, node_text(parent, "relname")),
                      .is_partition = is_partition};
}

/* CREATE TABLE … PARTITION OF parent, INHERITS (parent); of several parents the last counts. */
static void create_table(Change *change, const json_t *node) {
    const json_t *parents = json_object_get(node, "inhRelations");
    for (size_t i = 0; i < json_array_size(parents); i++) {
        const json_t *parent = json_object_get(json_array_get(parents, i), "RangeVar");
        add_parent(change, json_object_get(node, "relation"), parent, json_object_get(node, "partbound") != NULL);
    }
}

static void alter_table(Change *change, const json_t *node) {
    const json_t *commands = json_object_get(node, "cmds");
    for (size_t i = 0; i < json_array_size(commands); i++) {
        const json_t *command = json_object_get(json_array_get(commands, i), "AlterTableCmd");
        const json_t *partition = json_object_get(json_object_get(command, "def"), "PartitionCmd");
        if (str_equal(node_text(command, "subtype"), STR("AT_AttachPartition"))) {
            add_parent(change, json_object_get(partition, "name"), json_object_get(node, "relation"), true);
        }
    }
}

/* ---- Any statement ----------------------------------------------------------------------------------------------- */

static const struct {
    const char *kind;
    void (*apply)(Change *change, const json_t *node);
} statements[] = {
    {"CreatePublicationStmt", create},    {"AlterPublicationStmt", alter},       {"DropStmt", drop},
    {"RenameStmt", rename_publication},   {"VariableSetStmt", set_search_path},
    {"CreateStmt", create_table},         {"AlterTableStmt", alter_table},
};

static void apply_node(Change *change, const json_t *wrapped) {
    const json_t *node;
    const char *kind = node_kind(wrapped, &node);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        if (strcmp(kind, statements[i].kind) == 0) {
            statements[i].apply(change, node);
        }
    }
}

static void say_problem(Change *change, const Parse *parse) {
    if (parse->problem.size > 0) {
        Span place = {change->start + parse->place.start, change->start + parse->place.end};
        refuse_span(change, place, arena_copy(change->set->arena, parse->problem),
                    STR("smtpatch reads SQL with the grammar of PostgreSQL 15"));
    } else if (parse->is_opaque) {
        refuse(change, STR("this statement is too long or too deep for smtpatch"), STR(""));
    }
}

void apply_statement(Change *change, const Parse *parse) {
    if (change->is_about_publications) {
        say_problem(change, parse);
    }
    for (size_t i = 0; i < json_array_size(parse->statements); i++) {
        apply_node(change, json_object_get(json_array_get(parse->statements, i), "stmt"));
    }
}
