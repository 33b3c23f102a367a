import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.table.client.SqlClient;
import org.apache.flink.table.client.cli.TerminalUtils;
import org.apache.flink.table.gateway.SqlGateway;
import org.apache.flink.table.gateway.service.context.DefaultContext;
import org.apache.flink.table.gateway.service.session.SessionManager;

/**
 * Cluster WORK: a Flink cluster with one task manager, and the SQL gateway. Prints READY and the address of the cluster's
 * REST interface. Then each line of standard input is the name of a script in WORK: Flink's SQL client submits it and
 * leaves what it says in NAME.log; DONE and NAME are printed then. It ends with its input, and all jobs with it.
 *
 * <p>The environment must have FLINK_CONF_DIR = WORK; the configuration there is written here.
 */
public final class Cluster {
    private static final int TASK_SLOTS = 16;

    public static void main(String[] arguments) throws Exception {
        Path work = Path.of(arguments[0]);
        int gatewayPort = freePort();
        configure(work, 0, gatewayPort); // Flink's classes want to see the file early
        try (MiniCluster cluster = startCluster()) {
            int port = cluster.getRestAddress().get().getPort();
            configure(work, port, gatewayPort);
            SqlGateway gateway = startGateway();
            System.out.println("READY\thttp://localhost:" + port);
            serve(work, "http://localhost:" + gatewayPort);
            gateway.stop();
        }
        System.exit(0); // connectors may leave threads
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /* What the gateway, the client and the cluster read. */
    private static void configure(Path work, int port, int gatewayPort) throws IOException {
        Files.writeString(
                work.resolve("config.yaml"),
                "execution.target: remote\nrest.address: localhost\nrest.port: " + port + "\n"
                        + "sql-gateway.endpoint.rest.address: localhost\n"
                        + "sql-gateway.endpoint.rest.port: " + gatewayPort + "\n");
    }

    private static MiniCluster startCluster() throws Exception {
        Configuration configuration = new Configuration();
        configuration.setString("rest.bind-port", "0");
        configuration.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(64));
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(TASK_SLOTS)
                                .build());
        cluster.start();
        return cluster;
    }

    private static SqlGateway startGateway() throws Exception {
        DefaultContext context = DefaultContext.load(new Configuration(), List.of(), true);
        SqlGateway gateway = new SqlGateway(context.getFlinkConfig(), SessionManager.create(context));
        gateway.start();
        return gateway;
    }

    private static void serve(Path work, String gateway) throws IOException {
        BufferedReader names = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String name = names.readLine(); name != null; name = names.readLine()) {
            try (PrintStream said = new PrintStream(work.resolve(name + ".log").toFile(), StandardCharsets.UTF_8)) {
                try {
                    Client.run(gateway, work.resolve(name), said);
                } catch (RuntimeException error) {
                    error.printStackTrace(said);
                }
            }
            System.out.println("DONE\t" + name);
        }
    }

    /** sql-client.sh gateway -e GATEWAY -f SCRIPT, with a terminal of our own. */
    private static final class Client extends SqlClient {
        private Client() {
            super(true, null, null);
        }

        static void run(String gateway, Path script, PrintStream said) {
            String history = script.resolveSibling("history").toString(); // which would else be left at home
            String[] arguments = {"gateway", "-e", gateway, "-hist", history, "-f", script.toString()};
            startClient(arguments, () -> TerminalUtils.createDumbTerminal(said));
        }
    }
}
