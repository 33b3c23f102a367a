import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.cdc.connectors.base.options.StartupOptions;
import org.apache.flink.cdc.connectors.postgres.source.PostgresSourceBuilder;
import org.apache.flink.cdc.debezium.JsonDebeziumDeserializationSchema;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * OneSlot FILE: reads tables as a pipeline of Flink CDC does, by one source, and prints each change as a line of JSON. FILE has
 * the options of the pipeline's source, a line each, with a tab between key and value. (The central repository lacks the
 * connector of pipelines for PostgreSQL; it reads by this source.) Ends with its input.
 */
public final class OneSlot {
    public static void main(String[] arguments) throws Exception {
        Map<String, String> options = new HashMap<>();
        for (String line : Files.readAllLines(Path.of(arguments[0]), StandardCharsets.UTF_8)) {
            String[] fields = line.split("\t", 2);
            options.put(fields[0], fields[1]);
        }
        Configuration configuration = new Configuration();
        configuration.setString("rest.bind-port", "0");
        StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        environment.setParallelism(1);
        environment.enableCheckpointing(1000);
        environment.fromSource(source(options), WatermarkStrategy.noWatermarks(), "tables").print();
        environment.executeAsync();
        System.in.transferTo(java.io.OutputStream.nullOutputStream());
        System.exit(0);
    }

    /* Each of the tables is DATABASE.SCHEMA.TABLE. */
    private static PostgresSourceBuilder.PostgresIncrementalSource<String> source(Map<String, String> options) {
        String[] tables = options.remove("tables").split("\\s*,\\s*");
        Properties debezium = new Properties();
        options.forEach((key, value) -> {
            if (key.startsWith("debezium.")) {
                debezium.setProperty(key.substring("debezium.".length()), value);
            }
        });
        return PostgresSourceBuilder.PostgresIncrementalSource.<String>builder()
                .hostname(options.get("hostname"))
                .port(Integer.parseInt(options.get("port")))
                .username(options.get("username"))
                .password(options.get("password"))
                .database(tables[0].substring(0, tables[0].indexOf('.')))
                .schemaList(Arrays.stream(tables).map(table -> table.split("\\.")[1]).distinct().toArray(String[]::new))
                .tableList(Arrays.stream(tables).map(table -> table.substring(table.indexOf('.') + 1)).toArray(String[]::new))
                .slotName(options.get("slot.name"))
                .decodingPluginName(options.get("decoding.plugin.name"))
                .startupOptions(StartupOptions.initial())
                .heartbeatInterval(Duration.ofSeconds(1))
                .debeziumProperties(debezium)
                .deserializer(new JsonDebeziumDeserializationSchema())
                .build();
    }
}
