import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.calcite.config.Lex;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.dialect.AnsiSqlDialect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.flink.sql.parser.impl.FlinkSqlParserImpl;
import org.apache.flink.sql.parser.validate.FlinkSqlConformance;

/**
 * Language FOLDER VARIANT...: for each statement FOLDER/original/NAME a line NAME, OK or ERR, the error; then for each
 * VARIANT whether FOLDER/VARIANT/NAME, if there is one, means the same to Flink: "same", "different" or "none". Fields are
 * parted by tabs.
 */
public final class Language {
    /* What the SQL client takes before the grammar is asked: flink-table-planner's ExtendedParser. */
    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    private static final List<Pattern> CLIENT =
            Stream.of(
                            "SET(\\s+[^'\\s]+\\s*=\\s*('[^']*'|[^;\\s]+))?\\s*;?",
                            "RESET(\\s+[^'\\s]+\\s*)?\\s*;?",
                            "CLEAR\\s*;?",
                            "HELP\\s*;?",
                            "(EXIT|QUIT)\\s*;?")
                    .map(expression -> Pattern.compile(expression, FLAGS))
                    .collect(Collectors.toList());
    private static final Pattern OUTER_COMMENTS = Pattern.compile("\\A(?:\\s|--[^\\n]*(?:\\n|\\z)|//[^\\n]*(?:\\n|\\z)|/\\*(?!\\+).*?\\*/)+", Pattern.DOTALL);

    /* As flink-table-planner's PlannerContext configures it. */
    private static final SqlParser.Config CONFIG =
            SqlParser.config()
                    .withParserFactory(FlinkSqlParserImpl.FACTORY)
                    .withConformance(FlinkSqlConformance.DEFAULT)
                    .withLex(Lex.JAVA)
                    .withIdentifierMaxLength(256);

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        List<Path> originals;
        try (Stream<Path> files = Files.list(folder.resolve("original"))) {
            originals = files.sorted().collect(Collectors.toList());
        }
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (Path original : originals) {
            out.println(line(folder, original, arguments));
        }
        out.flush();
    }

    private static String line(Path folder, Path original, String[] arguments) throws IOException {
        String name = original.getFileName().toString();
        String meaning;
        try {
            meaning = meaning(original);
        } catch (SqlParseException error) {
            return name + "\tERR\t" + String.valueOf(error.getMessage()).split("\\R")[0].replace('\t', ' ');
        }
        StringBuilder line = new StringBuilder(name + "\tOK\t");
        for (int i = 1; i < arguments.length; i++) {
            line.append('\t').append(compare(meaning, folder.resolve(arguments[i]).resolve(name)));
        }
        return line.toString();
    }

    private static String compare(String meaning, Path variant) throws IOException {
        if (!Files.exists(variant)) {
            return "none";
        }
        try {
            return meaning.equals(meaning(variant)) ? "same" : "different";
        } catch (SqlParseException error) {
            return "different";
        }
    }

    /* Flink's own unparse of the statements in the file, or the words of what only the SQL client takes. */
    private static String meaning(Path file) throws IOException, SqlParseException {
        String text = Files.readString(file);
        String bare = OUTER_COMMENTS.matcher(text).replaceFirst("").trim();
        for (Pattern pattern : CLIENT) {
            if (pattern.matcher(bare).matches()) {
                return bare.replaceFirst("\\s*;\\z", "").replaceFirst("(?i)\\A(RE)?SET\\b", "SET");
            }
        }
        StringBuilder meaning = new StringBuilder();
        try {
            for (SqlNode node : SqlParser.create(text, CONFIG).parseStmtList()) {
                meaning.append(node.toSqlString(AnsiSqlDialect.DEFAULT).getSql()).append(";\n");
            }
        } catch (RuntimeException error) { // some mistakes leave the parser, or the unparser, so
            throw new SqlParseException(error.toString(), null, null, null, error);
        }
        return meaning.toString();
    }
}
