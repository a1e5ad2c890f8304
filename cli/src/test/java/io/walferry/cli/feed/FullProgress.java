package io.walferry.cli.feed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Which seeds of a long randomised suite are done: a file for each, so that a suite that was cut
 * off goes on where it stopped. A suite whose seeds are all done starts anew.
 */
final class FullProgress {
  private FullProgress() {}

  /** Seeds 1 to {@code count} without those that are done. */
  static List<Long> openSeeds(String suite, int count) {
    List<Long> all = LongStream.rangeClosed(1, count).boxed().toList();
    List<Long> open = all.stream().filter(seed -> !Files.exists(file(suite, seed))).toList();
    if (!open.isEmpty()) {
      return open;
    }
    all.forEach(seed -> forget(file(suite, seed)));
    return all;
  }

  static void finished(String suite, long seed) throws IOException {
    Path file = file(suite, seed);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, "");
  }

  private static void forget(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path file(String suite, long seed) {
    return Path.of(System.getProperty("walferry.full.progress", "target/full"))
        .resolve(suite + "-" + seed);
  }
}
