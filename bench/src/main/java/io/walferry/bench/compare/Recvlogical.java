package io.walferry.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** PostgreSQL's own receiver, which the servers out of jars do not bring with them. */
final class Recvlogical {
  private static final String PROGRAM = "pg_recvlogical";
  private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

  private Recvlogical() {}

  /** The newest of Debian's versions, else what the path has. */
  static Optional<Path> find() {
    return Stream.concat(debian().stream(), path())
        .map(directory -> directory.resolve(PROGRAM))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static List<Path> debian() {
    if (!Files.isDirectory(DEBIAN)) {
      return List.of();
    }
    try (Stream<Path> versions = Files.list(DEBIAN)) {
      return versions
          .sorted(Comparator.comparingDouble(Recvlogical::version).reversed())
          .map(version -> version.resolve("bin"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double version(Path directory) {
    String name = directory.getFileName().toString();
    return name.matches("\\d+(\\.\\d+)?") ? Double.parseDouble(name) : 0;
  }

  private static Stream<Path> path() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(":")).filter(entry -> !entry.isEmpty()).map(Path::of);
  }

  static List<String> command(Path program, Task task, String... options) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of(program.toString(), "--dbname", task.source().database().uri()));
    words.addAll(List.of("--slot", task.slot(), "--start", "--no-loop", "--file", "/dev/null"));
    words.add("--endpos=" + task.load().end());
    words.addAll(List.of("-o", "publication_names=" + task.load().load().publication()));
    for (String option : options) {
      words.addAll(List.of("-o", option));
    }
    return words;
  }
}
