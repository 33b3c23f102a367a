/* Reads scripts of PostgreSQL and applies their statements to the set of publications, as PostgreSQL does. */
#include "postgres/changes.h"

#include "postgres/parse.h"
#include "postgres/script.h"

typedef struct Change {
    Publications *set;
    Source *source;
    Findings *findings;
    uint32_t start; /* of the statement in the source */
    Span statement;
    bool is_about_publications; /* else what PostgreSQL says against it does not matter */
} Change;

static void refuse_at(Change *change, Span span, Str message, Str hint) {
    finding_trouble(change->findings, change->source, span, message, hint);
}

static void refuse(Change *change, size_t location, Str message) {
    uint32_t place = change->start + (uint32_t)location;
    refuse_at(change, location > 0 ? (Span){place, place} : change->statement, message, STR(""));
}

#define change_format(change, ...) arena_format((change)->set->arena, __VA_ARGS__)
#define SHOWN(text) (int)(text).size, (text).data

/* ---- Tables and schemas of a publication ------------------------------------------------------------------------- */

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

static void clear_objects(const Change *change, Publication *publication) {
    publication->tables.count = publication->schemas.count = 0;
    publication->index = name_index_new(change->set->arena);
}

/* Of a table's name; the first of the search path when it has none. */
static Str range_schema(const Change *change, const json_t *range) {
    Str schema = node_text(range, "schemaname");
    return arena_copy(change->set->arena, schema.size > 0 ? schema : change->set->search_schema);
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

typedef enum ObjectAction { OBJECTS_ADD, OBJECTS_DROP } ObjectAction;

static void change_table(Change *change, Publication *publication, const json_t *object, ObjectAction action, bool is_altered) {
    PublishedTable table = read_table(change, object);
    PublishedTable *known = find_table(change, publication, table.schema, table.table);
    if (action == OBJECTS_DROP && known == NULL) {
        refuse(change, table_location(object),
               change_format(change, "relation \"%.*s\" is not part of the publication", SHOWN(table.table)));
    } else if (action == OBJECTS_DROP) {
        known->is_dropped = true;
    } else if (known == NULL) {
        add_table(change, publication, table);
    } else if (is_altered) {
        refuse(change, table_location(object), change_format(change, "relation \"%.*s\" is already member of publication \"%.*s\"",
                                                             SHOWN(table.table), SHOWN(publication->name)));
    }
}

static size_t find_schema(const Publication *publication, Str name) {
    for (size_t i = 0; i < publication->schemas.count; i++) {
        if (str_equal(publication->schemas.items[i], name)) {
            return i;
        }
    }
    return SIZE_MAX;
}

static void change_schema(Change *change, Publication *publication, const json_t *object, ObjectAction action, bool is_altered) {
    bool is_current = str_equal(node_text(object, "pubobjtype"), STR("PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA"));
    Str name = is_current ? change->set->search_schema : node_text(object, "name");
    size_t known = find_schema(publication, name);
    if (action == OBJECTS_DROP && known == SIZE_MAX) {
        refuse(change, node_location(object),
               change_format(change, "tables from schema \"%.*s\" are not part of the publication", SHOWN(name)));
    } else if (action == OBJECTS_DROP) {
        publication->schemas.items[known] = publication->schemas.items[--publication->schemas.count];
    } else if (known == SIZE_MAX) {
        *vector_add(change->set->arena, &publication->schemas) = arena_copy(change->set->arena, name);
    } else if (is_altered) {
        refuse(change, node_location(object), change_format(change, "schema \"%.*s\" is already member of publication \"%.*s\"",
                                                            SHOWN(name), SHOWN(publication->name)));
    }
}

static void change_objects(Change *change, Publication *publication, const json_t *node, ObjectAction action, bool is_altered) {
    const json_t *objects = json_object_get(node, "pubobjects");
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const json_t *object = json_object_get(json_array_get(objects, i), "PublicationObjSpec");
        if (str_equal(node_text(object, "pubobjtype"), STR("PUBLICATIONOBJ_TABLE"))) {
            change_table(change, publication, object, action, is_altered);
        } else {
            change_schema(change, publication, object, action, is_altered);
        }
    }
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
            refuse(change, location,
                   change_format(change, "unrecognized value for publication option \"publish\": \"%.*s\"", SHOWN(name)));
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
        } else if (str_equal(name, STR("publish_via_partition_root")) && !read_boolean(text, &publication->is_via_root)) {
            refuse(change, node_location(option), STR("publish_via_partition_root requires a Boolean value"));
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
        refuse_at(change, change->statement, change_format(change, "publication \"%.*s\" does not exist", SHOWN(name)),
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
        refuse_at(change, change->statement, change_format(change, "publication \"%.*s\" already exists", SHOWN(name)), STR(""));
        return;
    }
    if (publication == NULL) {
        publication = add_publication(change, name);
    }
    publication->database = change->set->database_count;
    publication->has_all_tables = publication->has_all_tables || json_is_true(json_object_get(node, "for_all_tables"));
    change_objects(change, publication, node, OBJECTS_ADD, false);
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
        refuse_at(change, change->statement,
                  change_format(change, "publication \"%.*s\" is defined as FOR ALL TABLES", SHOWN(publication->name)),
                  STR("tables cannot be added to it or taken from it"));
        return;
    }
    if (str_equal(action, STR("AP_SetObjects"))) {
        clear_objects(change, publication);
        change_objects(change, publication, node, OBJECTS_ADD, false);
    } else {
        bool drops = str_equal(action, STR("AP_DropObjects"));
        change_objects(change, publication, node, drops ? OBJECTS_DROP : OBJECTS_ADD, true);
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
        refuse_at(change, change->statement, change_format(change, "publication \"%.*s\" already exists", SHOWN(name)), STR(""));
        return;
    }
    name_index_set(change->set->index, publication->name, SIZE_MAX, change->set->arena);
    publication->name = arena_copy(change->set->arena, name);
    name_index_set(change->set->index, publication->name, (size_t)(publication - change->set->items.items), change->set->arena);
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

static void apply_statement(Change *change, const json_t *wrapped) {
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
        refuse_at(change, place, arena_copy(change->set->arena, parse->problem), STR("smtpatch reads SQL with the grammar of PostgreSQL 15"));
    } else if (parse->is_opaque) {
        refuse_at(change, change->statement, STR("this statement is too long or too deep for smtpatch"), STR(""));
    }
}

static void apply(const Parse *parse, void *context) {
    Change *change = context;
    if (change->is_about_publications) {
        say_problem(change, parse);
    }
    for (size_t i = 0; i < json_array_size(parse->statements); i++) {
        apply_statement(change, json_object_get(json_array_get(parse->statements, i), "stmt"));
    }
}

/* ---- Scripts ----------------------------------------------------------------------------------------------------- */

/* Only these are parsed: a dump is large, and may be of a newer PostgreSQL than the parser. */
static bool concerns_publications(const ScriptReader *reader, const ScriptStatement *statement) {
    static const char *const verbs[] = {"CREATE", "ALTER", "DROP"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        if (script_word_is(reader, statement, 0, verbs[i])) {
            return script_word_is(reader, statement, 1, "PUBLICATION");
        }
    }
    return false;
}

/* SET search_path; CREATE TABLE and ALTER TABLE that tell of partitions. */
static bool concerns_names(const ScriptReader *reader, const ScriptStatement *statement) {
    bool sets = script_word_is(reader, statement, 0, "SET") && script_word_is(reader, statement, 1, "search_path");
    bool is_table = script_word_is(reader, statement, 0, "CREATE") || script_word_is(reader, statement, 0, "ALTER");
    return sets || (is_table && statement->names_partition);
}

static void note_file(Publications *set, Str name) {
    bool is_first = set->files.size == 0;
    set->files = is_first ? name : arena_format(set->arena, "%.*s, %.*s", SHOWN(set->files), SHOWN(name));
}

static void start_database(Publications *set) {
    set->database_count++;
    set->search_schema = STR("public");
}

static void check_end(const ScriptReader *reader, Source *source, Findings *findings) {
    if (!span_is_empty(reader->unclosed)) {
        finding_trouble(findings, source, reader->unclosed, STR("this quote or comment is not closed"),
                        STR("what follows cannot be read"));
    }
}

void publications_read(Publications *publications, Source *source, Findings *findings) {
    Change change = {.set = publications, .source = source, .findings = findings};
    ScriptReader reader = {.text = source->text, .offset = source->begin};
    ScriptStatement statement;
    if (publications->index == NULL) {
        publications->index = name_index_new(publications->arena);
        publications->parent_index = name_index_new(publications->arena);
    }
    note_file(publications, source->name);
    start_database(publications);
    while (script_next(&reader, &statement)) {
        if (statement.follows_connect) {
            start_database(publications);
        }
        change.is_about_publications = concerns_publications(&reader, &statement);
        if (change.is_about_publications || concerns_names(&reader, &statement)) {
            change.start = statement.span.start;
            change.statement = statement.span;
            parse_postgres(script_statement_text(&reader, &statement, publications->arena), publications->arena, apply, &change);
        }
    }
    check_end(&reader, source, findings);
}
