import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs google-java-format over every Java file of the working copy: {@code check} lists what is not
 * well formatted, {@code apply} rewrites it. Maven starts it on the toolchain's JDK, since Maven's
 * own may be too old to parse our sources. The verdict is the file {@code target/unformatted}; the
 * enforcer fails the build where it exists and names the mending command.
 *
 * <p>Files found well formatted are remembered by size and time in {@code target/formatted}, so a
 * second run reads only what changed.
 */
final class Format {
  private static final Path VERDICT = Path.of("target", "unformatted");
  private static final Path REMEMBERED = Path.of("target", "formatted");

  public static void main(String[] arguments) throws Exception {
    List<Path> all = javaFiles(Path.of("."));
    Set<String> remembered = remembered();
    List<String> changed = new ArrayList<>();
    for (Path file : all) {
      if (!remembered.contains(mark(file))) {
        changed.add(file.toString());
      }
    }
    Files.createDirectories(VERDICT.getParent());
    Files.deleteIfExists(VERDICT);
    String problems = changed.isEmpty() ? "" : format(arguments[0].equals("apply"), changed);
    if (!problems.isEmpty()) {
      System.err.print(problems);
      Files.writeString(VERDICT, problems);
      return;
    }
    List<String> marks = new ArrayList<>();
    for (Path file : all) {
      marks.add(mark(file));
    }
    Files.write(REMEMBERED, marks);
  }

  /** Returns one line for each file that is not well formatted now, or cannot be parsed. */
  private static String format(boolean apply, List<String> files) throws Exception {
    List<String> command = new ArrayList<>();
    command.addAll(apply ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    command.addAll(files);
    StringWriter unformatted = new StringWriter();
    StringWriter problems = new StringWriter();
    PrintWriter out = new PrintWriter(unformatted);
    PrintWriter err = new PrintWriter(problems);
    int status = new Main(out, err, System.in).format(command.toArray(String[]::new));
    out.flush();
    err.flush();
    unformatted
        .toString()
        .lines()
        .sorted()
        .forEach(file -> problems.append("Unformatted: ").append(file).append("\n"));
    return status == 0 ? "" : problems.toString();
  }

  private static List<Path> javaFiles(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            // Hidden folders hold tools' own files; .mvn holds this one.
            boolean skip = name.equals("target") || (name.length() > 1 && name.startsWith("."));
            return skip && !name.equals(".mvn")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              found.add(file.normalize());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    found.sort(null);
    return found;
  }

  private static Set<String> remembered() throws IOException {
    return Files.exists(REMEMBERED)
        ? new LinkedHashSet<>(Files.readAllLines(REMEMBERED))
        : Set.of();
  }

  private static String mark(Path file) throws IOException {
    return file + " " + Files.size(file) + " " + Files.getLastModifiedTime(file).toMillis();
  }

  private Format() {}
}
