package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** What of the log reaches the terminal. */
final class LoggingTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** By the option: what we log, and what a library does. */
  @ParameterizedTest
  @CsvSource({
    "--quiet, error warn, ''",
    "'', error warn info, ''",
    "--verbose, error warn info debug, ''",
    "--debug, error warn info debug, error warn info",
  })
  void librariesAreHeardIfAskedFor(String option, String ours, String theirs) {
    start(option);
    assertEquals(ours, heard("io.walferry.some.Thing"));
    for (String library :
        List.of("io.confluent.kafka.Rest", "org.mariadb.jdbc", "org.apache.kafka.X")) {
      assertEquals(theirs, heard(library), library);
    }
  }

  @Test
  void aCommandAfterOneWithDebugIsAsItWouldBeAlone() {
    start("--debug");
    start("");
    assertEquals("error warn info", heard("io.walferry.some.Thing"));
    assertEquals("", heard("some.Library"));
  }

  private void start(String option) {
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    GlobalOptions options = new GlobalOptions();
    var unused =
        new CommandLine(options)
            .parseArgs(option.isEmpty() ? new String[0] : new String[] {option});
    Logging.start(new Terminal(stream, stream, Map.of(), false), options);
  }

  private String heard(String name) {
    bytes.reset();
    Logger logger = LoggerFactory.getLogger(name);
    logger.error("error");
    logger.warn("warn");
    logger.info("info");
    logger.debug("debug");
    return Stream.of(bytes.toString(StandardCharsets.UTF_8).split("\n", -1))
        .map(line -> line.substring(line.lastIndexOf(' ') + 1))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
