package io.walferry.cli.config;

import static io.walferry.deadletter.RowPolicy.DEAD_LETTER;
import static io.walferry.deadletter.RowPolicy.HALT;
import static io.walferry.deadletter.RowPolicy.IGNORE;
import static io.walferry.deadletter.RowPolicy.UPSERT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.deadletter.RowPolicies;
import io.walferry.deadletter.RowPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code rows} of a sink: defaults, every word of every key, and what is wrong with one. */
final class RowsConfigTest {
  private static final String SOURCE = "source: {url: 'host=db user=me'}\n";

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "type: sqlite, path: a.db",
        "type: postgres, url: 'host=db user=me'",
        "type: mysql, url: 'mysql://me@db/shop'",
        "type: mariadb, url: 'mysql://me@db/shop'"
      })
  void sinksWithTransactionsTakeIt(String sink) {
    assertEquals(RowPolicies.HALT, policies(sink));
    assertTrue(policies(sink + ", rows: {}").halts());
    assertEquals(
        new RowPolicies(DEAD_LETTER, UPSERT, IGNORE, HALT, 7),
        policies(
            sink
                + ", rows: {refused: deadLetter, updateMissing: upsert, deleteMissing: ignore,"
                + " insertExisting: halt, deadLettersMost: 7}"));
    assertEquals(
        RowPolicies.DEAD_LETTERS.withMost(9),
        policies(sink + ", schemas: {public: x}, rows: {refused: deadLetter, deadLettersMost: 9}"));
  }

  @ParameterizedTest
  @CsvSource({
    "refused: halt, HALT, HALT, HALT, HALT",
    "refused: deadLetter, DEAD_LETTER, DEAD_LETTER, DEAD_LETTER, DEAD_LETTER",
    "updateMissing: halt, HALT, HALT, HALT, HALT",
    "updateMissing: ignore, HALT, IGNORE, HALT, HALT",
    "updateMissing: upsert, HALT, UPSERT, HALT, HALT",
    "updateMissing: deadLetter, HALT, DEAD_LETTER, HALT, HALT",
    "deleteMissing: halt, HALT, HALT, HALT, HALT",
    "deleteMissing: ignore, HALT, HALT, IGNORE, HALT",
    "deleteMissing: deadLetter, HALT, HALT, DEAD_LETTER, HALT",
    "insertExisting: halt, HALT, HALT, HALT, HALT",
    "insertExisting: ignore, HALT, HALT, HALT, IGNORE",
    "insertExisting: upsert, HALT, HALT, HALT, UPSERT",
    "insertExisting: deadLetter, HALT, HALT, HALT, DEAD_LETTER",
  })
  void everyWord(
      String row,
      RowPolicy refused,
      RowPolicy updateMissing,
      RowPolicy deleteMissing,
      RowPolicy insertExisting) {
    assertEquals(
        new RowPolicies(refused, updateMissing, deleteMissing, insertExisting, 1000),
        policies("type: sqlite, path: a.db, rows: {" + row + "}"));
  }

  @Test
  void theEnvironmentWins() {
    ConfigResult result =
        ConfigFile.parse(
            SOURCE + "sinks: {a: {type: sqlite, path: a.db, rows: {refused: halt}}}\n",
            directory,
            Map.of(
                "WALFERRY_SINKS_A_ROWS_REFUSED", "deadLetter",
                "WALFERRY_SINKS_A_ROWS_DEAD_LETTERS_MOST", "5"));
    assertEquals(RowPolicies.DEAD_LETTERS.withMost(5), policies(result));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "refused: ignore | 'sinks.a.rows.refused' must be halt or deadLetter",
        "refused: upsert | 'sinks.a.rows.refused' must be halt or deadLetter",
        "refused: deadletter | 'sinks.a.rows.refused' must be halt or deadLetter; did you mean"
            + " 'deadLetter'?",
        "updateMissing: skip | 'sinks.a.rows.updateMissing' must be halt, ignore, upsert or"
            + " deadLetter",
        "deleteMissing: upsert | 'sinks.a.rows.deleteMissing' must be halt, ignore or deadLetter",
        "insertExisting: replace | 'sinks.a.rows.insertExisting' must be halt, ignore, upsert or"
            + " deadLetter",
        "deadLettersMost: 0 | 'sinks.a.rows.deadLettersMost' must be a whole number from 1 to"
            + " 1000000",
        "deadLettersMost: 1000001 | 'sinks.a.rows.deadLettersMost' must be a whole number from 1 to"
            + " 1000000",
        "refuse: halt | unknown key 'sinks.a.rows.refuse'; did you mean 'refused'?",
      })
  void wrongWordsAreNamed(String row, String problem) {
    assertEquals(List.of(problem), problems("type: sqlite, path: a.db, rows: {" + row + "}"));
  }

  @Test
  void itIsAMapping() {
    assertEquals(
        List.of("'sinks.a.rows' must be a mapping (key: value)"),
        problems("type: sqlite, path: a.db, rows: deadLetter"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"type: jsonLines, path: a.jsonl", "type: kafka, bootstrapServers: 'one:9092'"})
  void whatKeepsNoRowsRefusesIt(String sink) {
    assertEquals(
        List.of("unknown key 'sinks.a.rows'"), problems(sink + ", rows: {refused: deadLetter}"));
  }

  private RowPolicies policies(String sink) {
    return policies(ConfigFile.parse(SOURCE + "sinks: {a: {" + sink + "}}\n", directory, Map.of()));
  }

  private static RowPolicies policies(ConfigResult result) {
    WalferryConfig config =
        assertInstanceOf(ConfigResult.Valid.class, result, result::toString).config();
    return config.feeds().getFirst().sinks().getFirst().plain().rows();
  }

  /** Without their places. */
  private List<String> problems(String sink) {
    ConfigResult result =
        ConfigFile.parse(SOURCE + "sinks: {a: {" + sink + "}}\n", directory, Map.of());
    return assertInstanceOf(ConfigResult.Invalid.class, result, result::toString)
        .problems()
        .stream()
        .map(ConfigProblem::message)
        .toList();
  }
}
