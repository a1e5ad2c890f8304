package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.config.ConfigFile;
import io.walferry.cli.config.ConfigResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands beside pg2any's variables is there. */
final class Pg2anyDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/pg2any.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (`.+?) \\| (.+?) \\| .*\\|$");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern KEY = Pattern.compile("(source|sinks|pipeline|server)\\..+");
  private static final String PROPERTIES = "sinks.<name>.properties";

  /** A name without its beginning, as {@code _RETRIES} beside {@code CDC_KAFKA_ACKS}. */
  private static final String SHORTENED = "CDC_KAFKA";

  private static final List<String> SINKS =
      List.of(
          "type: postgres, url: 'postgresql://h/d'",
          "type: mysql, url: 'mysql://u@h/d'",
          "type: sqlserver, url: 'sqlserver://u@h/d'",
          "type: sqlite, path: shop.db",
          "type: kafka, bootstrapServers: 'h:9092'",
          "type: jsonLines, path: shop.jsonl");

  @TempDir Path directory;

  @Test
  void everyKeyIsKnown() throws IOException {
    int count = 0;
    for (MatchResult row : rows()) {
      for (String key : keys(row.group(2))) {
        assertTrue(isKnown(key), () -> "'" + key + "' beside " + row.group(1));
        count++;
      }
    }
    assertTrue(count >= 30, count + " keys");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "source.adress",
        "sinks.<name>.adress",
        "sinks.<name>.sasl.adress",
        "sinks.<name>.properties.adress",
        "pipeline.adress",
        "pipeline.spool.adress",
        "server.adress"
      })
  void keyThatIsNotThereIsNotKnown(String key) throws IOException {
    assertFalse(isKnown(key));
  }

  @Test
  void everyVariableHasOnePlace() throws IOException {
    Set<String> seen = new HashSet<>();
    for (MatchResult row : rows()) {
      for (String name : codes(row.group(1))) {
        String variable = name.startsWith("_") ? SHORTENED + name : name;
        assertTrue(variable.matches("[A-Z][A-Z0-9_]+"), variable);
        assertTrue(seen.add(variable), () -> variable + " is there twice");
      }
    }
    assertTrue(seen.size() >= 39, seen.size() + " variables");
  }

  private static List<MatchResult> rows() throws IOException {
    return ROW.matcher(Files.readString(DOCUMENT)).results().toList();
  }

  private static List<String> codes(String cell) {
    return CODE.matcher(cell).results().map(code -> code.group(1)).toList();
  }

  /**
   * The keys of a cell, each in full: what follows one is beside it, or a property of Kafka's
   * clients. Options of the command line and what precedes a key are none.
   */
  private static List<String> keys(String cell) {
    List<String> keys = new ArrayList<>();
    for (String code : codes(cell)) {
      String name = code.replaceFirst(": .*", "");
      if (KEY.matcher(name).matches()) {
        keys.add(name);
      } else if (!keys.isEmpty()) {
        String first = keys.getFirst();
        keys.add(
            first.equals(PROPERTIES)
                ? PROPERTIES + "." + name
                : first.substring(0, first.lastIndexOf('.') + 1) + name);
      }
    }
    return keys;
  }

  /** Whether a value there, whatever is wrong with it, is not one that nobody has asked for. */
  private boolean isKnown(String key) throws IOException {
    for (String sink : SINKS) {
      if (problems(key, sink).stream().noneMatch(Pg2anyDocumentTest::saysUnknown)) {
        return true;
      }
    }
    return false;
  }

  private static boolean saysUnknown(String problem) {
    return problem.contains("unknown key") || problem.contains("no property");
  }

  private List<String> problems(String key, String sink) throws IOException {
    String yaml =
        """
        source: {%s}
        sinks: {shop: {%s}}
        pipeline: {%s}
        server: {%s}
        """
            .formatted(
                with("url: 'postgresql://h/d'", "source.", key),
                with(sink, "sinks.<name>.", key),
                with("name: shop", "pipeline.", key),
                with("listen: '9464'", "server.", key));
    Path file = Files.writeString(directory.resolve("walferry.yaml"), yaml);
    return switch (ConfigFile.read(file, Map.of())) {
      case ConfigResult.Valid valid -> List.of();
      case ConfigResult.Invalid(var problems) ->
          problems.stream().map(problem -> problem.message()).toList();
    };
  }

  /** The text of a section, with the key in it if it is one of the section's. */
  private static String with(String text, String section, String key) {
    if (!key.startsWith(section) || text.contains(key.substring(section.length()) + ":")) {
      return text;
    }
    String path = key.substring(section.length());
    if (key.startsWith(PROPERTIES + ".")) {
      return text + ", properties: {" + key.substring(PROPERTIES.length() + 1) + ": '1'}";
    }
    String[] names = path.split("\\.");
    String value = "x";
    for (int i = names.length - 1; i >= 0; i--) {
      value = (i == 0 ? "" : "{") + names[i] + ": " + value + (i == 0 ? "" : "}");
    }
    return text + ", " + value;
  }

  @Test
  void cellsAreReadAsTheyAreMeant() {
    assertEquals(
        List.of("sinks.<name>.sasl.mechanism", "sinks.<name>.sasl.user"),
        keys("`sinks.<name>.sasl.mechanism`, `user`"));
    assertEquals(
        List.of(PROPERTIES, PROPERTIES + ".linger.ms"), keys("`" + PROPERTIES + "`: `linger.ms`"));
    assertEquals(List.of("source.url"), keys("`connect_timeout` in `source.url`"));
    assertEquals(List.of(), keys("`--verbose`, `--quiet`"));
  }
}
