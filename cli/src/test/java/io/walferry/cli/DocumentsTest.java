package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.cli.config.ConfigFile;
import io.walferry.cli.config.ConfigResult;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the documents show works: configurations, commands, programs and links. */
final class DocumentsTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]*)(?:#([^)]+))?\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
  private static final Pattern COMMAND = Pattern.compile("(?m)^(?:\\./)?walferry (.+)$");

  @TempDir Path directory;

  @Test
  void everyConfigurationIsValid() throws IOException {
    Path jars = Files.createDirectory(directory.resolve("converters"));
    Files.writeString(jars.resolve("converter.jar"), "");
    int count = 0;
    for (Path document : documents()) {
      for (String yaml : blocks(document, "yaml")) {
        Path file = Files.writeString(directory.resolve("walferry.yaml"), yaml);
        ConfigResult result = ConfigFile.read(file, Map.of("SHOP_PASSWORD", "x"));
        assertInstanceOf(ConfigResult.Valid.class, result, () -> document + ": " + result);
        count++;
      }
    }
    assertTrue(count >= 2, count + " configurations");
  }

  @Test
  void everyCommandParses() throws IOException {
    CommandLine root = new Commands(Terminal.ofProcess(), stop -> {}).root();
    int count = 0;
    for (Path document : documents()) {
      for (String block : blocks(document, "")) {
        Matcher command = COMMAND.matcher(block);
        while (command.find()) {
          root.parseArgs(command.group(1).split(" "));
          count++;
        }
      }
    }
    assertTrue(count >= 3, count + " commands");
  }

  @Test
  void everyProgramCompiles() throws IOException {
    int count = 0;
    for (Path document : documents()) {
      for (String program : blocks(document, "java")) {
        if (program.startsWith("package ")) {
          requireSample(program);
        } else {
          assertEquals(List.of(), compile(program), document::toString);
        }
        count++;
      }
    }
    assertTrue(count >= 1, count + " programs");
  }

  /** A whole program is one of the samples, which core's tests run. */
  private static void requireSample(String program) throws IOException {
    Matcher name = Pattern.compile("public final class (\\w+)").matcher(program);
    assertTrue(name.find(), program);
    Path sample =
        ROOT.resolve("core/src/test/java/io/walferry/sample").resolve(name.group(1) + ".java");
    assertEquals(Files.readString(sample), program);
  }

  @Test
  void everyLinkLeadsToAFileAndAHeadingOfIt() throws IOException {
    int headings = 0;
    for (Path document : documents()) {
      Matcher link = LINK.matcher(Files.readString(document));
      while (link.find()) {
        String file = link.group(1);
        Path target = file.isEmpty() ? document : document.resolveSibling(file);
        assertTrue(Files.exists(target), () -> document + " links to " + target);
        Optional<String> heading = Optional.ofNullable(link.group(2));
        if (heading.isPresent()) {
          String name = heading.get();
          assertTrue(
              headings(target).contains(name), () -> document + " links to " + target + "#" + name);
          headings++;
        }
      }
    }
    assertTrue(headings >= 50, headings + " links to headings");
  }

  /** Returns the names that GitHub gives headings in links. */
  private static Set<String> headings(Path document) throws IOException {
    return HEADING
        .matcher(Files.readString(document))
        .results()
        .map(heading -> heading.group(1).toLowerCase(Locale.ROOT))
        .map(text -> text.replaceAll("[^\\p{L}\\p{N}_ -]", "").replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static List<Path> documents() throws IOException {
    try (Stream<Path> top = Files.list(ROOT);
        Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      List<Path> documents =
          Stream.concat(top, docs).filter(file -> file.toString().endsWith(".md")).toList();
      assertFalse(documents.isEmpty());
      return documents;
    }
  }

  /** The fenced blocks of a language; the empty one stands for blocks that name none. */
  private static List<String> blocks(Path document, String language) throws IOException {
    Pattern fence = Pattern.compile("(?ms)^```" + language + "\\n(.*?)^```$");
    List<String> blocks = new ArrayList<>();
    // Blocks of other languages go first, or their closing fence would open the next one.
    String text = Files.readString(document);
    Matcher any = Pattern.compile("(?ms)^```[a-z]*\\n.*?^```$").matcher(text);
    while (any.find()) {
      Matcher block = fence.matcher(any.group());
      if (block.matches()) {
        blocks.add(block.group(1));
      }
    }
    return blocks;
  }

  private List<String> compile(String statements) {
    String imports =
        Stream.of("checkpoint", "library", "pipeline", "postgres", "sink", "sinks.sqlite")
            .map(name -> "import io.walferry." + name + ".*;")
            .reduce(
                "import java.nio.file.Path; import java.time.Duration; import java.util.*;",
                String::concat);
    String source =
        imports + " class Program { void run() throws Exception {\n" + statements + "}}";
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Program.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
    ToolProvider.getSystemJavaCompiler()
        .getTask(
            null,
            null,
            problems,
            List.of("-proc:none", "-d", directory.toString()),
            null,
            List.of(file))
        .call();
    return problems.getDiagnostics().stream()
        .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
        .map(problem -> problem.getMessage(null))
        .toList();
  }
}
