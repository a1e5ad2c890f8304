import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Prints the end of a run of {@code .ci/run}: modules with their times, the ten slowest test
 * classes, and each failed or flaky test with its seed, its message and the first ten frames of its
 * cause. Reads Surefire's reports below the working directory and the log of Maven, whose path is
 * the first argument. Reads what is there, so it also serves a run that was cut off.
 */
final class Report {
  private static final int CLASSES_MAX = 10;
  private static final int ERRORS_MAX = 15;
  private static final int FRAMES_MAX = 10;
  private static final int MESSAGE_LINES_MAX = 5;
  private static final int LINE_CHARACTERS_MAX = 300;

  private static final Pattern MODULE =
      Pattern.compile("\\[INFO\\] (\\S.*?) \\.+ (SUCCESS|FAILURE|SKIPPED)(?: \\[ *([^\\]]+)\\])?");
  /** Matches what Maven calls an error, and javac's warnings, which are errors here. */
  private static final Pattern ERROR =
      Pattern.compile("^\\[ERROR\\] \\S|^\\[WARNING\\] .*\\.java:\\[");

  private static final Pattern SEED = Pattern.compile("(?m)^seed (-?\\d+);");

  private record TestClass(String name, double seconds) {}

  /**
   * A test that failed at least once.
   *
   * @param trace the stack trace of the first failure
   */
  private record FailedTest(
      String name, boolean flaky, Optional<String> seed, String message, String trace) {}

  private final List<TestClass> classes = new ArrayList<>();
  private final List<FailedTest> failures = new ArrayList<>();

  public static void main(String[] arguments) throws IOException {
    Report report = new Report();
    for (Path file : reports()) {
      report.read(file);
    }
    Path log = Path.of(arguments[0]);
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    printModules(lines);
    report.printClasses();
    report.printErrors(lines);
    report.printTests("FAILED", false);
    report.printTests("FLAKY (passed at the second try; mend it before anything new)", true);
  }

  private static List<Path> reports() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("."), 4)) {
      return files
          .filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml"))
          .filter(file -> file.getParent().endsWith("surefire-reports"))
          .sorted()
          .toList();
    }
  }

  private void read(Path file) {
    Element suite;
    try {
      suite =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement();
    } catch (Exception e) {
      System.out.println("cannot read " + file + ": " + e.getMessage());
      return;
    }
    String time = suite.getAttribute("time").replace(",", "");
    classes.add(
        new TestClass(suite.getAttribute("name"), time.isEmpty() ? 0 : Double.parseDouble(time)));
    for (Element test : children(suite, "testcase")) {
      Optional<Element> failed =
          children(test, "failure", "error", "flakyFailure", "flakyError").stream().findFirst();
      failed.ifPresent(failure -> failures.add(failedTest(suite, test, failure)));
    }
  }

  private static FailedTest failedTest(Element suite, Element test, Element failure) {
    List<Element> traces = children(failure, "stackTrace");
    List<Element> outputs = new ArrayList<>(children(failure, "system-out"));
    outputs.addAll(children(test, "system-out"));
    outputs.addAll(children(suite, "system-out"));
    return new FailedTest(
        test.getAttribute("classname") + "." + test.getAttribute("name"),
        failure.getTagName().startsWith("flaky"),
        outputs.stream().flatMap(Report::seeds).findFirst(),
        failure.getAttribute("message"),
        (traces.isEmpty() ? failure : traces.getFirst()).getTextContent());
  }

  private static Stream<String> seeds(Element output) {
    return SEED.matcher(output.getTextContent()).results().map(seed -> seed.group(1));
  }

  private static List<Element> children(Element parent, String... names) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && List.of(names).contains(element.getTagName())) {
        found.add(element);
      }
    }
    return found;
  }

  private static void printModules(List<String> log) {
    System.out.println("modules");
    for (String line : log) {
      Matcher module = MODULE.matcher(line);
      if (module.matches()) {
        System.out.printf(
            "  %-22s %-8s %s%n",
            module.group(1), module.group(2), module.group(3) == null ? "" : module.group(3));
      }
    }
  }

  private void printClasses() {
    System.out.println("slowest test classes of " + classes.size());
    classes.stream()
        .sorted(Comparator.comparingDouble(TestClass::seconds).reversed())
        .limit(CLASSES_MAX)
        .forEach(
            type -> System.out.printf(Locale.ROOT, "  %6.1f s  %s%n", type.seconds(), type.name()));
  }

  /** Prints what stopped Maven, if it was no test. */
  private void printErrors(List<String> log) {
    if (failures.stream().allMatch(FailedTest::flaky)) {
      log.stream()
          .filter(line -> ERROR.matcher(line).find())
          .limit(ERRORS_MAX)
          .forEach(line -> System.out.println(shortened(line)));
    }
  }

  private void printTests(String title, boolean flaky) {
    List<FailedTest> tests = failures.stream().filter(test -> test.flaky() == flaky).toList();
    if (tests.isEmpty()) {
      return;
    }
    System.out.println(title + ": " + tests.size());
    for (FailedTest test : tests) {
      System.out.println(
          "  " + test.name() + test.seed().map(seed -> "  (seed " + seed + ")").orElse(""));
      test.message()
          .lines()
          .limit(MESSAGE_LINES_MAX)
          .forEach(line -> System.out.println("    " + shortened(line)));
      cause(test.trace()).forEach(line -> System.out.println("      " + shortened(line)));
    }
  }

  /** Returns the last cause of a stack trace and its frames, then those of the whole. */
  private static List<String> cause(String trace) {
    List<String> lines = trace.lines().map(String::strip).toList();
    int start = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith("Caused by: ")) {
        start = i;
      }
    }
    Stream<String> frames =
        Stream.concat(lines.stream().skip(start), lines.stream())
            .filter(line -> line.startsWith("at "))
            .distinct()
            .limit(FRAMES_MAX);
    return Stream.concat(lines.stream().skip(start).limit(1), frames).toList();
  }

  private static String shortened(String line) {
    return line.length() <= LINE_CHARACTERS_MAX ? line : line.substring(0, LINE_CHARACTERS_MAX);
  }
}
