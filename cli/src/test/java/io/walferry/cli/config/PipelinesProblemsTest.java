package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with several pipelines: each problem once, where it stands. */
final class PipelinesProblemsTest {
  private static final String SHARED = "source: {url: 'host=db user=me'}\npipelines:\n";
  private static final String FIRST = "  a: {sinks: {copy: {type: sqlite, path: a.db}}}\n";

  @TempDir private Path directory;

  /** What stands on line 4, below a valid pipeline 'a', and the only problem that it makes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "b: 5 | line 4, column 6: 'pipelines.b' must be a mapping (key: value)",
        "b: {} | line 4, column 3: 'pipelines.b.sinks' needs a sink, such as: shop: {type:"
            + " sqlite, path: shop.db}",
        "'a b': {} | line 4, column 3: the pipeline's name 'a b' must be a name of up to 63"
            + " letters, digits, '_', '-' and '.'",
        "a: {} | line 4, column 3: 'pipelines.a' is there already, at line 3, column 3",
        "b: {sink: 1, sinks: {c: {type: sqlite, path: b}}} | line 4, column 7: unknown key"
            + " 'pipelines.b.sink'; did you mean 'sinks'?",
        "b: {pipeline: {batch_rows: 1}, sinks: {c: {type: sqlite, path: b}}} | line 4, column 18:"
            + " unknown key 'pipelines.b.pipeline.batch_rows'; did you mean 'batchRows'?",
        "b: {pipeline: {batchRows: 0}, sinks: {c: {type: sqlite, path: b}}} | line 4, column 29:"
            + " 'pipelines.b.pipeline.batchRows' must be a whole number from 1 to 1000000",
        "b: {pipeline: {retry: {first: 31s}}, sinks: {c: {type: sqlite, path: b}}} | line 4, column"
            + " 18: 'pipelines.b.pipeline.retry.most' must not be less than 'retry.first'",
        "b: {source: {password: {env: NO}}, sinks: {c: {type: sqlite, path: b}}} | line 4, column"
            + " 32: 'pipelines.b.source.password': the variable NO is not set",
        "B: {sinks: {c: {type: sqlite, path: b}}} | line 4, column 3: the pipeline's name gives the"
            + " slot 'walferry_B', but that must be a slot name: up to 63 of a-z, 0-9 and '_'; set"
            + " 'pipelines.B.source.slot'",
        "b: {sinks: {c: {type: sqlite}}} | line 4, column 15: 'pipelines.b.sinks.c.path' is"
            + " missing",
        "b: {sinks: {c: {type: sqlite, path: b}, d: {type: sqlite, path: b}}} | line 4, column 43:"
            + " 'd' is the same destination as 'c'; leave one of them out",
        "b: {sinks: {c: {type: sqlite, path: b}, d: {type: jsonLines, path: a.db}}} | line 4,"
            + " column 7: 'b' writes where the pipeline 'a' writes, but lines of JSON take one"
            + " pipeline; set another path for one of them",
        "b: {pipeline: {name: a}, source: {slot: b}, sinks: {c: {type: sqlite, path: c}, d: {type:"
            + " sqlite, path: a.db}}} | line 4, column 47: 'b' keeps its position at the"
            + " destination under the name 'a', as the pipeline 'a' does; set another"
            + " 'pipeline.name' for one of them",
        "b: {source: {slot: walferry_a}, sinks: {c: {type: sqlite, path: b}}} | line 4, column 22:"
            + " 'b' has the slot 'walferry_a' of the pipeline 'a', on the same server; set"
            + " 'pipelines.b.source.slot' for one of them",
        "b: {source: {url: 'host=x,DB dbname=y', slot: walferry_a}, sinks: {c: {type: sqlite, path:"
            + " b}}} | line 4, column 49: 'b' has the slot 'walferry_a' of the pipeline 'a', on the"
            + " same server; set 'pipelines.b.source.slot' for one of them",
        "b: {pipeline: {name: a}, source: {slot: b}, sinks: {c: {type: sqlite, path: ./x/../a.db}}}"
            + " | line 4, column 47: 'b' keeps its position at the destination under the name 'a',"
            + " as the pipeline 'a' does; set another 'pipeline.name' for one of them",
        "b: {sinks: {c: {type: jsonLines, path: a.db}}} | line 4, column 7: 'b' writes where the"
            + " pipeline 'a' writes, but lines of JSON take one pipeline; set another path for one"
            + " of them",
      })
  void oneProblemOfTheWholeFile(String line, String problem) {
    assertEquals(List.of(problem), problems(SHARED + FIRST + "  " + line + "\n", Map.of()));
  }

  /** What stands on line 1, above two valid pipelines, and the only problem that it makes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "pipeline: {name: x} | line 1, column 18: 'pipeline.name' cannot be shared; a pipeline's"
            + " key under 'pipelines' is its name",
        "pipeline: {loads: none} | line 1, column 12: unknown key 'pipeline.loads'; did you mean"
            + " 'load'?",
        "pipeline: {load: some} | line 1, column 18: 'pipeline.load' must be snapshot or none",
        "pipeline: {retry: {fist: 1s}} | line 1, column 20: unknown key 'pipeline.retry.fist'; did"
            + " you mean 'first'?",
        "source: {creates: no} | line 1, column 10: unknown key 'source.creates'; did you mean"
            + " 'create'?",
        "source: {tables: [x]} | line 1, column 19: 'source.tables' has a wrong table pattern 'x':"
            + " there is no schema: write schema.table, such as public.orders",
        "source: [] | line 1, column 9: 'source' must be a mapping (key: value)",
        "sinks: {} | line 1, column 1: 'sinks' needs a sink, such as: shop: {type: sqlite, path:"
            + " shop.db}",
        "sinks: {c: {type: sqlite, path: b}, d: {type: sqlite, path: b}} | line 1, column 37: 'd'"
            + " is the same destination as 'c'; leave one of them out",
        "pipelinse: {} | line 1, column 1: unknown key 'pipelinse'; did you mean 'pipeline'?",
      })
  void oneProblemOfWhatIsShared(String line, String problem) {
    String own =
        "{source: {url: 'host=db user=me'}, sinks: {copy: {type: sqlite, path: all.db}}}\n";
    assertEquals(
        List.of(problem), problems(line + "\npipelines:\n  a: " + own + "  b: " + own, Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "pipelines: {} | line 1, column 1: 'pipelines' needs a pipeline, such as: shop: {source:"
            + " {url: …}, sinks: {…}}",
        "pipelines: 5 | line 1, column 12: 'pipelines' must be a mapping (key: value)",
        "pipelines: {a: {sinks: {c: {type: sqlite, path: b}}}} | line 1, column 13:"
            + " 'pipelines.a.source.url' is missing, such as postgresql://user@host/database",
      })
  void oneProblemOfAFileOfOneLine(String line, String problem) {
    assertEquals(List.of(problem), problems(line + "\n", Map.of()));
  }

  @Test
  void standardOutputTakesOnePipeline() {
    String lines = ": {sinks: {out: {type: jsonLines, path: '-'}}}\n";
    assertEquals(
        List.of(
            "line 4, column 7: 'b' writes where the pipeline 'a' writes, but lines of JSON take one"
                + " pipeline; set another path for one of them"),
        problems(SHARED + "  a" + lines + "  b" + lines, Map.of()));
  }

  @Test
  void onePositionTakesOnePipelineInADatabaseOfAServer() {
    String yaml =
        SHARED
            + """
              a: {sinks: {c: {type: postgres, url: 'host=x,y dbname=app user=me'}}}
              b:
                source: {slot: b}
                sinks: {c: {type: postgres, url: 'host=y dbname=%s user=you'}}
                pipeline: {name: a}
            """;
    assertEquals(
        List.of(
            "line 6, column 5: 'b' keeps its position at the destination under the name 'a', as the"
                + " pipeline 'a' does; set another 'pipeline.name' for one of them"),
        problems(yaml.formatted("app"), Map.of()));
    assertInstanceOf(
        ConfigResult.Valid.class, ConfigFile.parse(yaml.formatted("other"), directory, Map.of()));
  }

  @Test
  void aVariableThatMayMeanTwoThingsIsRefused() {
    String yaml = SHARED + FIRST.replace("a:", "a-b:") + FIRST.replace("a:", "a.b:");
    assertEquals(
        List.of(
            "environment variable WALFERRY_PIPELINES_A_B_PIPELINE_LOAD: means"
                + " 'pipelines.a-b.pipeline.load' and 'pipelines.a.b.pipeline.load' alike; set them"
                + " in the file, or rename one"),
        problems(
            yaml.replace("{sinks", "{source: {slot: x}, sinks").replaceFirst("slot: x", "slot: y"),
            Map.of("WALFERRY_PIPELINES_A_B_PIPELINE_LOAD", "none")));
  }

  @Test
  void variablesAreCheckedLikeTheFile() {
    assertEquals(
        List.of(
            "environment variable WALFERRY_PIPELINES_A_PIPELINE_BATCHROWS: names no setting; did"
                + " you mean 'WALFERRY_PIPELINES_A_PIPELINE_BATCH_ROWS'?",
            "environment variable WALFERRY_PIPELINE_LOAD_READERS: 'pipeline.loadReaders' must be a"
                + " whole number from 1 to 64"),
        problems(
            SHARED + FIRST,
            Map.of(
                "WALFERRY_PIPELINES_A_PIPELINE_BATCHROWS", "1",
                "WALFERRY_PIPELINE_LOAD_READERS", "100")));
  }

  @Test
  void allProblemsOfAllPipelinesComeAtOnceInTheOrderOfTheFile() {
    assertEquals(
        List.of("line 1", "line 4", "line 5", "line 6"),
        problems(
                """
                pipeline: {batchRows: -1}
                pipelines:
                  a:
                    source: {url: 'host=db', creates: true}
                    sinks: {shop: {type: x, path: y}}
                  b: {sinks: {shop: {type: sqlite, path: y}}}
                """,
                Map.of())
            .stream()
            .map(problem -> problem.replaceAll("[,:].*", ""))
            .toList());
  }

  private List<String> problems(String yaml, Map<String, String> environment) {
    ConfigResult result = ConfigFile.parse(yaml, directory, environment);
    return assertInstanceOf(ConfigResult.Invalid.class, result, yaml).problems().stream()
        .map(ConfigProblem::toString)
        .toList();
  }
}
