package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sinks that others provide in a jar. */
@Postgres
final class PluginTest {
  private static final String PROVIDER =
      """
      package plugin;

      import io.walferry.sink.*;
      import io.walferry.sinks.jsonlines.JsonLinesSink;
      import io.walferry.sinks.table.ExistingRows;
      import java.util.function.Supplier;

      public final class AuditProvider implements SinkProvider {
        @Override
        public String type() {
          return "audit";
        }

        @Override
        public Supplier<Sink> sinks(SinkSettings settings) {
          settings.requireKnown("file", "token");
          var file = settings.directory().resolve(settings.require("file"));
          if (settings.find("token").filter(it -> !it.equals("secret")).isPresent()) {
            throw settings.invalid("'token' is wrong");
          }
          return () -> JsonLinesSink.toFile(file, ExistingRows.REFUSE);
        }
      }
      """;

  @TempDir Path directory;

  @Test
  void aJarInTheFolderBesideTheConfigurationIsASink(Database database) throws Exception {
    jar(Files.createDirectory(directory.resolve("plugins")).resolve("audit.jar"));
    database.execute("create table t (id int primary key); insert into t values (7)");
    Path config = config(database, "", "{type: audit, file: audit.jsonl, token: {env: TOKEN}}");
    CapturedRun run = new CapturedRun(Map.of("TOKEN", "secret"));
    assertEquals(0, run.execute("run", config.toString(), "--until-lsn", "now"), () -> run.err());
    assertTrue(
        Files.readString(directory.resolve("audit.jsonl"))
            .contains("\"table\":\"t\",\"after\":{\"id\":7}"));
  }

  @Test
  void theFolderMayBeNamedInFileOrEnvironment(Database database) throws Exception {
    jar(Files.createDirectory(directory.resolve("mine")).resolve("audit.jar"));
    String sink = "{type: audit, file: audit.jsonl}";
    Path named = config(database, "plugins: mine\n", sink);
    assertEquals(0, CapturedRun.plain().execute("validate", named.toString()));
    Path plain = config(database, "", sink);
    assertEquals(
        0,
        new CapturedRun(Map.of("WALFERRY_PLUGINS", "mine")).execute("validate", plain.toString()));
    CapturedRun missing = CapturedRun.plain();
    assertEquals(
        2, missing.execute("validate", config(database, "plugins: no\n", sink).toString()));
    assertTrue(missing.err().contains("'plugins': there is no folder"), missing.err());
  }

  @Test
  void whatIsWrongIsSaidWithItsPlace(Database database) throws Exception {
    CapturedRun unknown = CapturedRun.plain();
    Path config = config(database, "", "{type: audit, file: audit.jsonl}");
    assertEquals(2, unknown.execute("validate", config.toString()));
    assertTrue(
        unknown
            .err()
            .contains("must be postgres, mysql, mariadb, sqlserver, sqlite, kafka or jsonLines"),
        unknown.err());
    Path plugins = Files.createDirectory(directory.resolve("plugins"));
    jar(plugins.resolve("audit.jar"));
    CapturedRun listed = CapturedRun.plain();
    assertEquals(2, listed.execute("validate", config(database, "", "{type: audt}").toString()));
    assertTrue(
        listed
            .err()
            .contains(
                "must be postgres, mysql, mariadb, sqlserver, sqlite, kafka, jsonLines or audit;"
                    + " did you mean"),
        listed.err());
    CapturedRun wrong = CapturedRun.plain();
    assertEquals(
        2,
        wrong.execute(
            "validate", config(database, "", "{type: audit, fil: x, token: no}").toString()));
    assertTrue(
        wrong.err().contains("'sinks.copy': unknown key 'fil'; did you mean 'file'?"), wrong.err());
    jar(plugins.resolve("twice.jar"));
    CapturedRun twice = CapturedRun.plain();
    assertEquals(2, twice.execute("validate", config.toString()));
    assertTrue(
        twice.err().contains("twice.jar has a sink type 'audit', which is there already"),
        twice.err());
  }

  private Path config(Database database, String top, String sink) throws IOException {
    return Files.writeString(
        directory.resolve("walferry.yaml"),
        top
            + "source: {url: \"%s\", slot: %s, tables: [public.t]}\nsinks: {copy: %s}\n"
                .formatted(database.uri(), database.name(), sink));
  }

  private void jar(Path file) throws IOException {
    Path classes = Files.createTempDirectory(directory, "classes");
    JavaFileObject source =
        new SimpleJavaFileObject(
            URI.create("string:///plugin/AuditProvider.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return PROVIDER;
          }
        };
    boolean compiled =
        ToolProvider.getSystemJavaCompiler()
            .getTask(
                null,
                null,
                null,
                List.of("-proc:none", "-d", classes.toString()),
                null,
                List.of(source))
            .call();
    assertTrue(compiled);
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      jar.putNextEntry(new JarEntry("plugin/AuditProvider.class"));
      jar.write(Files.readAllBytes(classes.resolve("plugin/AuditProvider.class")));
      jar.putNextEntry(new JarEntry("META-INF/services/io.walferry.sink.SinkProvider"));
      jar.write("plugin.AuditProvider\n".getBytes(StandardCharsets.UTF_8));
    }
  }
}
