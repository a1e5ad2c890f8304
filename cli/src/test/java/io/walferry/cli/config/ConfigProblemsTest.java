package io.walferry.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.WalferryException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigProblemsTest {
  private static final String SOURCE = "source: {url: 'host=db user=me'}\n";
  private static final String SINKS = "sinks: {shop: {type: sqlite, path: a.db}}\n";

  @TempDir private Path directory;

  /** What is appended to a valid file of two lines, and the only problem that it makes. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "sink: 1 | line 3, column 1: unknown key 'sink'; did you mean 'sinks'?",
        "zebra: 1 | line 3, column 1: unknown key 'zebra'",
        "pipeline: {batch_rows: 5} | line 3, column 12: unknown key 'pipeline.batch_rows'; did you"
            + " mean 'batchRows'?",
        "pipeline: {batchRows: 0} | line 3, column 23: 'pipeline.batchRows' must be a whole number"
            + " from 1 to 1000000",
        "pipeline: {batchRows: many} | line 3, column 23: 'pipeline.batchRows' must be a whole"
            + " number from 1 to 1000000",
        "pipeline: {batchRows: 99999999999} | line 3, column 23: 'pipeline.batchRows' must be a"
            + " whole number from 1 to 1000000",
        "pipeline: {batchRows: } | line 3, column 22: 'pipeline.batchRows' has no value",
        "pipeline: {batchRows: [1]} | line 3, column 23: 'pipeline.batchRows' must be a single"
            + " value",
        "pipeline: {batchTime: 10} | line 3, column 23: 'pipeline.batchTime' must be a duration"
            + " from 1ms to 10m, such as 500ms, 10s, 2m or 1h",
        "pipeline: {batchTime: 11m} | line 3, column 23: 'pipeline.batchTime' must be a duration"
            + " from 1ms to 10m, such as 500ms, 10s, 2m or 1h",
        "pipeline: {batchBytes: 16M} | line 3, column 24: 'pipeline.batchBytes' must be a size from"
            + " 1KiB to 1GiB, such as 64KiB, 16MiB or 64MB",
        "pipeline: {load: snapshots} | line 3, column 18: 'pipeline.load' must be snapshot or none;"
            + " did you mean 'snapshot'?",
        "pipeline: {onSlotLost: resnapshots} | line 3, column 24: 'pipeline.onSlotLost' must be"
            + " fail or resnapshot; did you mean 'resnapshot'?",
        "pipeline: {chunkBytes: 63KiB} | line 3, column 24: 'pipeline.chunkBytes' must be a size"
            + " from 64KiB to 1GiB, such as 64KiB, 16MiB or 64MB",
        "pipeline: {name: a b} | line 3, column 18: 'pipeline.name' must be a name of up to 63"
            + " letters, digits, '_', '-' and '.'",
        "pipeline: {name: Shop} | line 3, column 18: the pipeline's name gives the slot"
            + " 'walferry_Shop', but that must be a slot name: up to 63 of a-z, 0-9 and '_'; set"
            + " 'source.slot'",
        "pipeline: {retry: {first: 5s, most: 1s}} | line 3, column 37: 'pipeline.retry.most' must"
            + " not be less than 'retry.first'",
        "pipeline: {retry: {fist: 5s}} | line 3, column 20: unknown key 'pipeline.retry.fist'; did"
            + " you mean 'first'?",
        "server: {listen: example.com} | line 3, column 18: 'server.listen' must be a port or"
            + " HOST:PORT, such as 127.0.0.1:9464",
        "server: {listen: 70000} | line 3, column 18: 'server.listen' must be a port or HOST:PORT,"
            + " such as 127.0.0.1:9464",
        "pipeline: 5 | line 3, column 11: 'pipeline' must be a mapping (key: value)",
        "[a]: 5 | line 3, column 1: a key must be a plain word",
        "source: {} | line 3, column 1: 'source' is there already, at line 1, column 1",
      })
  void oneProblemOfTheWholeFile(String line, String problem) {
    assertEquals(List.of(problem), problems(SOURCE + SINKS + line + "\n", Map.of()));
  }

  @Test
  void aSyntaxErrorIsTheOnlyProblem() {
    List<String> found = problems("source: {url: x\nzebra: 1\n", Map.of());
    assertEquals(1, found.size());
    assertTrue(
        found.getFirst().startsWith("line 2, column 6: this is no YAML: "), found.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | line 1, column 1: 'source.url' is missing, such as postgresql://user@host/database",
        "{url: 'postgresql://a:hunter2@b:c/'} | line 1, column 15: 'source.url': cannot understand"
            + " the connection string: the port of host 1 must be a number from 1 to 65535",
        "{url: 'host=db', slot: My-Slot} | line 1, column 32: 'source.slot' must be a slot name: up"
            + " to 63 of a-z, 0-9 and '_'",
        "{url: 'host=db', tables: [orders]} | line 1, column 35: 'source.tables' has a wrong table"
            + " pattern 'orders': there is no schema: write schema.table, such as public.orders",
        "{url: 'host=db', create: yes} | line 1, column 34: 'source.create' must be true or false",
        "{url: 'host=db', password: {env: NO}} | line 1, column 42: 'source.password': the variable"
            + " NO is not set",
        "{url: 'host=db', password: {envy: NO}} | line 1, column 26: 'source.password' needs one of"
            + " 'file', 'env', 'command'",
        "{url: 'host=db', password: {file: a, env: b}} | line 1, column 26: 'source.password' needs"
            + " one of 'file', 'env', 'command'",
        "{url: 'host=db', upgradedFrom: {systemId: 5}} | line 1, column 26:"
            + " 'source.upgradedFrom.systemId' and 'source.upgradedFrom.slotBegins' belong"
            + " together",
        "{url: 'host=db', upgradedFrom: {systemId: 5, slotBegins: 7}} | line 1, column 66:"
            + " 'source.upgradedFrom.slotBegins' must be an LSN such as 16/3002D50",
        "{url: 'host=db', upgradedFrom: {systemId: -5, slotBegins: 0/7}} | line 1, column 51:"
            + " 'source.upgradedFrom.systemId' must be a system id, the number in 'SELECT"
            + " system_identifier FROM pg_control_system()' of the old server",
        "{url: 'host=db', where: {orders: a > 5}} | line 1, column 42: 'source.where.orders' has a"
            + " wrong table pattern 'orders': there is no schema: write schema.table, such as"
            + " public.orders",
        "{url: 'host=db', where: {'a.*': b > 5}} | line 1, column 41: 'source.where.a.*' must name"
            + " one table, such as public.orders",
        "{url: 'host=db', where: {a.b: ' '}} | line 1, column 39: 'source.where.a.b' must be a"
            + " condition in SQL, such as \"country = 'CH'\"",
        "{url: 'host=db', where: {a.b: x, 'a.\"b\"': y}} | line 1, column 51:"
            + " 'source.where.a.\"b\"' names a table that has a condition already",
        "{url: 'host=db', tables: [a.*], where: {b.a: x}} | line 1, column 54: 'source.where.b.a'"
            + " names a table that 'source.tables' does not match",
        "{url: {command: cat}} | line 1, column 10: 'source.url' needs one of 'file', 'env'",
        "{url: 'host=db', password: {command: []}} | line 1, column 46: 'source.password.command'"
            + " needs a program and its arguments, such as [cat, token]",
      })
  void problemsOfTheSource(String source, String problem) {
    List<String> found = problems("source: " + source + "\n" + SINKS, Map.of());
    assertEquals(problem, found.getFirst());
    assertFalse(found.toString().contains("hunter2"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | line 2, column 1: 'sinks' needs a sink, such as: shop: {type: sqlite, path:"
            + " shop.db}",
        "{a: {type: postgres}} | line 2, column 9: 'sinks.a.url' is missing, such as"
            + " postgresql://user@host/database",
        "{a: {type: mysql, url: 'mysql://u@h/d', apply: {workers: 99}}} | line 2, column 65:"
            + " 'sinks.a.apply.workers' must be a whole number from 1 to 16",
        "{a: {type: postgres, url: 'host=h', existing: merge, apply: {workers: 2}}} | line 2,"
            + " column 78: 'sinks.a.apply.workers' has to be 1 with 'existing: merge', whose"
            + " changes are applied in their order",
        "{a: {type: sqlite, path: a.db, apply: {workers: 2}}} | line 2, column 39: unknown key"
            + " 'sinks.a.apply'",
        "{a: {type: mysql}} | line 2, column 9: 'sinks.a.url' is missing, such as"
            + " mysql://user@host/database",
        "{a: {type: mysql, url: 'mysql://u:hush@h'}} | line 2, column 31: 'sinks.a.url': cannot"
            + " understand the connection string: it names no database, as in"
            + " mysql://user@host/database",
        "{a: {type: mysql, url: 'mysql://u@h/d', lossy: {numeric: clamp}}} | line 2, column 65:"
            + " 'sinks.a.lossy.numeric' must be fail, toNull or text",
        "{a: {type: sqlserver}} | line 2, column 9: 'sinks.a.url' is missing, such as"
            + " sqlserver://user@host/database",
        "{a: {type: sqlserver, url: 'sqlserver://u:hush@h/d?sslmode=prefer'}} | line 2, column 35:"
            + " 'sinks.a.url': cannot understand the connection string: sslmode is one of disable,"
            + " require, verify-full",
        "{a: {type: sqlserver, url: 'sqlserver://u@h/d', lossy: {numeric: clamp}}} | line 2, column"
            + " 73: 'sinks.a.lossy.numeric' must be fail, toNull or text",
        "{a: {type: sqlite}} | line 2, column 9: 'sinks.a.path' is missing",
        "{a: {path: x}} | line 2, column 9: 'sinks.a.type' is missing",
        "{a: {type: sqlit, path: x}} | line 2, column 19: 'sinks.a.type' must be postgres, mysql,"
            + " mariadb, sqlserver, sqlite, kafka or jsonLines; did you mean 'sqlite'?",
        "{a: {type: sqlite, path: '-'}} | line 2, column 33: '-' (standard output) is for type"
            + " jsonLines only",
        "{a: {type: sqlite, path: ''}} | line 2, column 33: 'sinks.a.path' must be a path",
        "{a: {type: sqlite, path: x, existing: merged}} | line 2, column 46: 'sinks.a.existing'"
            + " must be refuse, append, replace or merge; did you mean 'merge'?",
        "{a: {type: sqlite, path: x, indexes: plan}} | line 2, column 45: 'sinks.a.indexes' must"
            + " be none or plain; did you mean 'plain'?",
        "{a: {type: jsonLines, path: x, existing: merge}} | line 2, column 49: 'sinks.a.existing'"
            + " must be refuse or append",
        "{a: {type: jsonLines, path: '-', rotate: {size: 1MiB}}} | line 2, column 49:"
            + " 'sinks.a.rotate' is for files; standard output has no end",
        "{a: {type: jsonLines, path: x, rotate: {}}} | line 2, column 39: 'sinks.a.rotate' needs"
            + " 'size', 'age' or both, such as: {size: 256MiB, age: 1h}",
        "{a: {type: jsonLines, path: x, rotate: 1MiB}} | line 2, column 47: 'sinks.a.rotate' must"
            + " be a mapping (key: value)",
        "{a: {type: jsonLines, path: x, rotate: {size: 1}}} | line 2, column 54:"
            + " 'sinks.a.rotate.size' must be a size from 1KiB to 1TiB, such as 64KiB, 16MiB or"
            + " 64MB",
        "{a: {type: jsonLines, path: x, rotate: {age: 0s}}} | line 2, column 53:"
            + " 'sinks.a.rotate.age' must be a duration from 1s to 8760h, such as 500ms, 10s, 2m"
            + " or 1h",
        "{'a b': {type: sqlite, path: x}} | line 2, column 9: the sink's name 'a b' must be a name"
            + " of up to 63 letters, digits, '_', '-' and '.'",
        "{A: {type: sqlite, path: x}} | line 2, column 9: the pipeline's name gives the slot"
            + " 'walferry_A', but that must be a slot name: up to 63 of a-z, 0-9 and '_'; set"
            + " 'source.slot'",
        "{a: {type: sqlite, path: x}, b: {type: sqlite, path: y}} | line 2, column 37: a pipeline"
            + " with several sinks needs 'pipeline.name', which identifies its position at each; if"
            + " it has run with 'a' alone, set it to that",
      })
  void problemsOfTheSinks(String sinks, String problem) {
    assertEquals(problem, problems(SOURCE + "sinks: " + sinks + "\n", Map.of()).getFirst());
  }

  /** The sinks of a pipeline that has a name, and the only problem that they make. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "a: {type: sqlite, path: x.db}, b: {type: sqlite, path: ./x.db} | line 2, column 40: 'b' is"
            + " the same destination as 'a'; leave one of them out",
        "a: {type: sqlserver, url: 'sqlserver://u@h/d'}, b: {type: sqlserver, url:"
            + " 'sqlserver://v@H:1433/D'} | line 2, column 57: 'b' is the same destination as 'a';"
            + " leave one of them out",
        "a: {type: sqlite, path: x.db}, b: {type: jsonLines, path: x.db} | line 2, column 40: 'b'"
            + " is the same destination as 'a'; leave one of them out",
        "a: {type: jsonLines, path: x}, c: {type: sqlite, path: y}, b: {type: jsonLines, path: x} |"
            + " line 2, column 68: 'b' is the same destination as 'a'; leave one of them out",
        "a: {type: postgres, url: 'host=x,y dbname=d user=me'}, b: {type: postgres, url:"
            + " 'postgresql://you@Y/d'} | line 2, column 64: 'b' is the same destination as 'a';"
            + " leave one of them out",
        "a: {type: sqlite, path: x}, b: {type: jsonLines, path: '-'} | line 2, column 64: standard"
            + " output remembers no position, so that after a restart it would need changes which"
            + " the other sinks have confirmed; 'b' needs a pipeline of its own",
        "b: {type: jsonLines, path: '-'}, a: {type: sqlite, path: x} | line 2, column 36: standard"
            + " output remembers no position, so that after a restart it would need changes which"
            + " the other sinks have confirmed; 'b' needs a pipeline of its own",
        "a: {type: sqlite, path: x}, b: {type: sqlite} | line 2, column 37: 'sinks.b.path' is"
            + " missing",
        "a: {type: sqlite}, b: {type: sqlite, path: x} | line 2, column 9: 'sinks.a.path' is"
            + " missing",
      })
  void problemsOfSeveralSinks(String sinks, String problem) {
    String yaml = SOURCE + "sinks: {" + sinks + "}\npipeline: {name: shop}\n";
    assertEquals(List.of(problem), problems(yaml, Map.of()));
  }

  @Test
  void severalSinksInOneDatabaseServerAreTwoDestinations() {
    String yaml =
        SOURCE
            + """
            sinks:
              a: {type: postgres, url: 'postgresql://me@x/one'}
              b: {type: postgres, url: 'postgresql://me@x/two'}
              c: {type: postgres, url: 'postgresql://me@y/one'}
            pipeline: {name: shop}
            """;
    assertInstanceOf(ConfigResult.Valid.class, ConfigFile.parse(yaml, directory, Map.of()));
  }

  @Test
  void aNewSlotNeedsTheRightToMakeIt() {
    assertEquals(
        List.of(
            "line 3, column 24: 'pipeline.onSlotLost: resnapshot' makes a new slot, but"
                + " 'source.create' is false"),
        problems(
            SOURCE.replace("}", ", create: false}")
                + SINKS
                + "pipeline: {onSlotLost: resnapshot}\n",
            Map.of()));
  }

  @Test
  void nothingIsReplacedInKeysOfRecordsThatAreChosen() {
    assertEquals(
        List.of(
            "line 1, column 47: 'source.invalidText: replace' could make two keys of records one,"
                + " where 'sinks.k.keys' names their columns"),
        problems(
            SOURCE.replace("}", ", invalidText: replace}")
                + "sinks: {k: {type: kafka, bootstrapServers: 'h:1', keys: {public.t: [name]}}}\n",
            Map.of()));
  }

  @Test
  void invalidTextGoesWhereDeadLettersAre() {
    String sinks =
        """
        sinks:
          a: {type: sqlite, path: a.db}
          b: {type: sqlite, path: b.db, rows: {refused: deadLetter}}
          c: {type: jsonLines, path: c}
          d: {type: kafka, bootstrapServers: 'h:1'}
          e: {type: kafka, bootstrapServers: 'h:2', keys: {public.t: [name]}}
          f: {type: sqlite, path: f.db, rows: {updateMissing: deadLetter}, tables: {public.a: public.b}}
          g: {type: sqlite, path: g.db, rows: {refused: deadLetter, deleteMissing: halt}}
        pipeline: {name: several}
        """;
    String refused =
        "line 1, column 47: 'source.invalidText: deadLetter' needs dead letters at every sink, but"
            + " 'sinks.%s";
    assertEquals(
        List.of(
            "line 1, column 47: 'source.invalidText: deadLetter' could make two keys of records"
                + " one, where 'sinks.e.keys' names their columns",
            refused.formatted("a.rows.refused' is not deadLetter"),
            refused.formatted("c' has none"),
            refused.formatted("f.rows.refused' is not deadLetter"),
            refused.formatted("g.rows' stops the feed at the next change of such a row, which is")
                + " missing there; set its 'updateMissing' and 'deleteMissing' to deadLetter too,"
                + " or leave them out"),
        problems(SOURCE.replace("}", ", invalidText: deadLetter}") + sinks, Map.of()));
    assertEquals(
        List.of(
            "environment variable WALFERRY_SOURCE_INVALID_TEXT: 'source.invalidText: deadLetter'"
                + " needs dead letters at every sink, but 'pipelines.p.sinks.a.rows.refused' is not"
                + " deadLetter"),
        problems(
            SOURCE + "pipelines: {p: {sinks: {a: {type: sqlite, path: a.db}}}}\n",
            Map.of("WALFERRY_SOURCE_INVALID_TEXT", "deadLetter")));
  }

  @Test
  void allProblemsComeAtOnceInTheOrderOfTheFile() {
    assertEquals(
        List.of("line 1", "line 2", "line 3", "environment variable WALFERRY_SINKS_SHOP_PTH"),
        problems(
                """
                source: {url: 'host=db', creates: true}
                sinks: {shop: {type: x, path: y}}
                pipeline: {batchRows: -1}
                """,
                Map.of("WALFERRY_SINKS_SHOP_PTH", "x"))
            .stream()
            .map(problem -> problem.replaceAll("[,:].*", ""))
            .toList());
  }

  @Test
  void variablesAreCheckedLikeTheFile() {
    assertEquals(
        List.of(
            "environment variable WALFERRY_PIPELINE_BATCHROWS: names no setting; did you mean"
                + " 'WALFERRY_PIPELINE_BATCH_ROWS'?",
            "environment variable WALFERRY_PIPELINE_LOAD_READERS: 'pipeline.loadReaders' must be a"
                + " whole number from 1 to 64"),
        problems(
            SOURCE + SINKS,
            Map.of(
                "WALFERRY_PIPELINE_BATCHROWS", "1",
                "WALFERRY_PIPELINE_LOAD_READERS", "100",
                "WALFERRY_CONFIG", "x",
                "WALFERRY_TEST_SQLSERVER_URL", "x")));
  }

  @Test
  void aFileThatIsMissingIsSaid() {
    WalferryException error =
        assertThrows(
            WalferryException.class, () -> ConfigFile.read(directory.resolve("no"), Map.of()));
    assertTrue(String.valueOf(error.getMessage()).endsWith(": there is no such file"));
  }

  private List<String> problems(String yaml, Map<String, String> environment) {
    ConfigResult result = ConfigFile.parse(yaml, directory, environment);
    return assertInstanceOf(ConfigResult.Invalid.class, result, yaml).problems().stream()
        .map(ConfigProblem::toString)
        .toList();
  }
}
