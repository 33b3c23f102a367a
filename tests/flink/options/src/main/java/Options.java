import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.catalog.CatalogTable;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.catalog.UniqueConstraint;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.runtime.connector.sink.SinkRuntimeProviderContext;
import org.apache.flink.table.runtime.connector.source.ScanRuntimeProviderContext;

/**
 * Options FILE: a line of FILE is source or sink, key or nokey (has the table a primary key?), then keys and values in turn,
 * with tabs between them. For each a line: OK, or ERR and the causes.
 */
public final class Options {
    private static final ObjectIdentifier NAME = ObjectIdentifier.of("default_catalog", "default_database", "t");

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        try (BufferedReader lines = Files.newBufferedReader(Path.of(arguments[0]))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                out.println(verdict(line.split("\t", -1)));
            }
        }
        out.flush();
    }

    private static String verdict(String[] fields) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 2; i + 1 < fields.length; i += 2) {
            options.put(fields[i], fields[i + 1]);
        }
        try {
            create(fields[0].equals("source"), table(fields[1].equals("key"), options));
            return "OK";
        } catch (Exception | LinkageError error) {
            return "ERR\t" + causes(error);
        }
    }

    /* As far as EXPLAIN goes without a connection: the factory, and then the source itself, but not that of StarRocks, and of
     * its sink only what looks at the version first. */
    private static void create(boolean isSource, ResolvedCatalogTable table) {
        ClassLoader loader = Options.class.getClassLoader();
        Configuration configuration = new Configuration();
        String connector = table.getOptions().get("connector");
        if (isSource) {
            DynamicTableSource source =
                    FactoryUtil.createDynamicTableSource(null, NAME, table, Map.of(), configuration, loader, false);
            if (!connector.equals("starrocks")) {
                ((ScanTableSource) source).getScanRuntimeProvider(ScanRuntimeProviderContext.INSTANCE);
            }
        } else {
            DynamicTableSink sink = FactoryUtil.createDynamicTableSink(null, NAME, table, Map.of(), configuration, loader, false);
            String version = table.getOptions().getOrDefault("sink.version", "AUTO");
            if (!List.of("AUTO", "V1", "V2").contains(version.toUpperCase(Locale.ROOT))) {
                sink.getSinkRuntimeProvider(new SinkRuntimeProviderContext(false));
            }
        }
    }

    /* (id BIGINT NOT NULL, name STRING), perhaps with PRIMARY KEY (id). */
    private static ResolvedCatalogTable table(boolean hasKey, Map<String, String> options) {
        Schema.Builder schema = Schema.newBuilder().column("id", DataTypes.BIGINT().notNull()).column("name", DataTypes.STRING());
        List<Column> columns =
                List.of(Column.physical("id", DataTypes.BIGINT().notNull()), Column.physical("name", DataTypes.STRING()));
        UniqueConstraint key = hasKey ? UniqueConstraint.primaryKey("pk", List.of("id")) : null;
        if (hasKey) {
            schema.primaryKeyNamed("pk", "id");
        }
        CatalogTable table = CatalogTable.of(schema.build(), null, List.of(), options);
        return new ResolvedCatalogTable(table, new ResolvedSchema(columns, List.of(), key));
    }

    /* Flink wraps what the connector says into a list of all options, which tells nothing. */
    private static String causes(Throwable error) {
        StringBuilder text = new StringBuilder();
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            if (!message.startsWith("Unable to create a") || cause.getCause() == null) {
                text.append(text.length() > 0 ? " <- " : "");
                text.append(cause.getClass().getSimpleName()).append(": ").append(message.replaceAll("\\s+", " "));
            }
        }
        return text.toString();
    }
}
