#include "emit/postgres_side.h"
#include "postgres/quote.h"

/* Creates the publication if it is not there (with_create), then adds the tables that it lacks. */
static void write_publication(Side *side, Str publication, const Names *tables, bool with_create, bool via_root) {
    Str name = quote_identifier(side->arena, publication), literal = quote_literal(side->arena, publication);
    Names literals = side_literals(side, tables), all = literals;
    *vector_add(side->arena, &all) = literal;
    Str tag = side_dollar_tag(side, &all);
    buffer_format(side->out, "DO %.*s\nDECLARE\n  wanted regclass;\nBEGIN\n", TEXT(tag));
    if (with_create) {
        buffer_format(side->out, "  IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = %.*s) THEN\n",
                      TEXT(literal));
        size_t start = side->out->size;
        buffer_format(side->out, "    CREATE PUBLICATION %.*s FOR TABLE\n", TEXT(name));
        side_add_lines(side, tables, "      ");
        buffer_add(side->out, via_root ? STR("\n    WITH (publish_via_partition_root = true);\n") : STR(";\n"));
        side_add_inner(side, start);
        buffer_add(side->out, STR("  END IF;\n"));
    }
    buffer_add(side->out,
               STR("  -- What it lacks is added; nothing is taken out.\n  FOREACH wanted IN ARRAY ARRAY[\n"));
    side_add_lines(side, &literals, "    ");
    buffer_add(side->out, STR("\n  ]::regclass[] LOOP\n"));
    buffer_format(side->out,
                  "    IF NOT EXISTS (\n"
                  "      SELECT FROM pg_publication_rel AS member JOIN pg_publication AS publication ON "
                  "publication.oid = member.prpubid\n"
                  "      WHERE publication.pubname = %.*s AND member.prrelid = wanted\n"
                  "    ) AND NOT EXISTS (\n"
                  "      SELECT FROM pg_publication_tables AS published\n"
                  "      WHERE published.pubname = %.*s\n"
                  "        AND format('%%I.%%I', published.schemaname, published.tablename)::regclass = wanted\n"
                  "    ) THEN\n"
                  "      EXECUTE format('ALTER PUBLICATION %%I ADD TABLE %%s', %.*s, wanted);\n"
                  "    END IF;\n"
                  "  END LOOP;\n"
                  "END\n%.*s;\n",
                  TEXT(literal), TEXT(literal), TEXT(literal), TEXT(tag));
}

/* Whether --publication-sql says that the publication has the table by this very name. */
static bool is_published(Side *side, const Publication *publication, const ServerTable *table) {
    const PublishedTable *entry;
    if (!publication_holds(publication, table->schema, table->table, side->arena, &entry)) {
        return false;
    }
    return entry == NULL || (str_equal(entry->schema, table->schema) && str_equal(entry->table, table->table));
}

static Names missing_between(Side *side, const Publication *publication, const ServerTables *tables, size_t from,
                             size_t to) {
    ServerTables missing = {0};
    for (size_t i = from; i < to; i++) {
        if (!is_published(side, publication, &tables->items[i])) {
            *vector_add(side->arena, &missing) = tables->items[i];
        }
    }
    return names_between(side, &missing, 0, missing.count);
}

static void write_known_publication(Side *side, const Publication *known, const ServerTables *tables, size_t from,
                                    size_t to) {
    Names missing = missing_between(side, known, tables, from, to);
    if (missing.count == 0) {
        side_note(side, arena_format(side->arena, "%.*s has all of the tables, as %.*s says.", TEXT(known->name),
                                     TEXT(side->request->publications->files)));
        return;
    }
    side_note(side, arena_format(side->arena, "%.*s lacks %zu of the tables, as %.*s says.", TEXT(known->name),
                                 missing.count, TEXT(side->request->publications->files)));
    write_publication(side, known->name, &missing, false, false);
}

static bool any_via_root(const ServerTables *tables, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if (tables->items[i].via_root) {
            return true;
        }
    }
    return false;
}

static void write_run(Side *side, const ServerTables *tables, size_t from, size_t to) {
    Str publication = tables->items[from].publication;
    const Publication *known =
        side->request->publications ? publications_find(side->request->publications, publication) : NULL;
    bool via_root = any_via_root(tables, from, to);
    buffer_add_char(side->out, '\n');
    if (via_root) {
        side_note(
            side,
            arena_format(
                side->arena,
                "Partitioned tables are read by their root: an existing %.*s needs publish_via_partition_root = true.",
                TEXT(publication)));
    }
    if (known != NULL && !known->is_dropped) {
        write_known_publication(side, known, tables, from, to);
        return;
    }
    Names names = names_between(side, tables, from, to);
    write_publication(side, publication, &names, true, via_root);
}

/* A reader whose tables are not spelled out: what to ask the server, and what to do with the answer. */
static void explain_pattern(Side *side, const Reader *reader) {
    Str schema = quote_literal(side->arena, arena_format(side->arena, "^(%.*s)$", TEXT(reader->at.schema)));
    Str table = quote_literal(side->arena, arena_format(side->arena, "^(%.*s)$", TEXT(reader->at.table)));
    Str publication = reader->publication.size > 0 ? quote_identifier(side->arena, reader->publication) : STR("");
    buffer_add_char(side->out, '\n');
    side_note(side, arena_format(
                        side->arena,
                        "%.*s reads the tables that a pattern of Java matches. List them, here as PostgreSQL reads it:",
                        TEXT(flink_name(reader->at.plan))));
    side_show(side, arena_format(
                        side->arena,
                        "  SELECT schemaname, tablename FROM pg_tables WHERE schemaname ~ %.*s AND tablename ~ %.*s;",
                        TEXT(schema), TEXT(table)));
    side_note(side, STR("and do with each:"));
    if (publication.size > 0) {
        side_show(side,
                  arena_format(side->arena, "  CREATE PUBLICATION %.*s FOR TABLE ...; (where it is not there yet)",
                               TEXT(publication)));
        side_show(side, arena_format(side->arena, "  ALTER PUBLICATION %.*s ADD TABLE ...;", TEXT(publication)));
    }
    side_show(side, reader->needs_full ? STR("  ALTER TABLE ... REPLICA IDENTITY FULL;")
                                       : STR("  (its primary key is its replica identity)"));
    side_show(side, STR("  GRANT SELECT ON ... TO ...;"));
}

static void explain_plugins(Side *side, const Database *database) {
    size_t unnamed = 0, without = 0;
    for (size_t i = 0; i < database->count; i++) {
        unnamed += !database->readers[i].has_plugin && database->readers[i].publication.size > 0;
        without += database->readers[i].publication.size == 0;
    }
    if (unnamed > 0) {
        side_note(side, arena_format(side->arena,
                                     "%zu of the sources set no 'decoding.plugin.name': they would take decoderbufs "
                                     "and pass the publication over. "
                                     "Set it to pgoutput.",
                                     unnamed));
    }
    if (without > 0) {
        side_note(side, arena_format(side->arena,
                                     "%zu of the sources do not read by pgoutput: they need no publication, but their "
                                     "plug-in (decoderbufs unless "
                                     "'decoding.plugin.name' says otherwise) installed on the server.",
                                     without));
    }
}

void write_publications(Side *side, Database *database) {
    side_note(
        side,
        STR("1. Publication. It must be there before the replication slots: a slot cannot read what was written before "
            "its publication was made. Never FOR ALL TABLES: that would publish what nobody reads."));
    explain_plugins(side, database);
    sort_tables(&database->tables, compare_by_publication);
    for (size_t from = 0, to; from < database->tables.count; from = to) {
        for (to = from; to < database->tables.count &&
                        str_equal(database->tables.items[to].publication, database->tables.items[from].publication);
             to++) {
        }
        if (database->tables.items[from].publication.size > 0) {
            write_run(side, &database->tables, from, to);
        }
    }
    for (size_t i = 0; i < database->patterns.count; i++) {
        explain_pattern(side, &database->readers[database->patterns.items[i]]);
    }
}
