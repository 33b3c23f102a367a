import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.cdc.cli.parser.YamlPipelineDefinitionParser;
import org.apache.flink.cdc.common.configuration.Configuration;
import org.apache.flink.cdc.common.factories.DataSinkFactory;
import org.apache.flink.cdc.common.factories.FactoryHelper;
import org.apache.flink.cdc.composer.definition.PipelineDef;
import org.apache.flink.cdc.composer.definition.RouteDef;
import org.apache.flink.cdc.composer.definition.SinkDef;
import org.apache.flink.cdc.composer.utils.FactoryDiscoveryUtils;

/**
 * Pipeline FILE...: what Flink CDC's own parser reads in each pipeline: lines "source KEY VALUE", "sink KEY VALUE", "route FROM
 * TO" and "pipeline KEY VALUE", with tabs between, and "made sink" when the sink's factory took its options. "ERR" and a message
 * where one of them refuses. Before each file "file NAME".
 */
public final class Pipeline {
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String argument : arguments) {
            out.println("file\t" + argument);
            try {
                print(new YamlPipelineDefinitionParser().parse(Path.of(argument), new Configuration()), out);
            } catch (Exception | LinkageError error) {
                out.println("ERR\t" + error.toString().replaceAll("\\s+", " "));
            }
        }
    }

    private static void print(PipelineDef pipeline, PrintStream out) {
        out.println("source\ttype\t" + pipeline.getSource().getType());
        print("source", pipeline.getSource().getConfig(), out);
        out.println("sink\ttype\t" + pipeline.getSink().getType());
        print("sink", pipeline.getSink().getConfig(), out);
        for (RouteDef route : pipeline.getRoute()) {
            out.println("route\t" + route.getSourceTable() + "\t" + route.getSinkTable());
        }
        print("pipeline", pipeline.getConfig(), out);
        makeSink(pipeline.getSink(), pipeline.getConfig());
        out.println("made\tsink");
    }

    private static void print(String section, Configuration configuration, PrintStream out) {
        for (Map.Entry<String, String> entry : new TreeMap<>(configuration.toMap()).entrySet()) {
            out.println(section + "\t" + entry.getKey() + "\t" + entry.getValue());
        }
    }

    private static void makeSink(SinkDef sink, Configuration configuration) {
        DataSinkFactory factory = FactoryDiscoveryUtils.getFactoryByIdentifier(sink.getType(), DataSinkFactory.class);
        ClassLoader loader = Pipeline.class.getClassLoader();
        factory.createDataSink(new FactoryHelper.DefaultContext(sink.getConfig(), configuration, loader));
    }
}
