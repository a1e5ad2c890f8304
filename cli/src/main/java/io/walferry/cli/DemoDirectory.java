package io.walferry.cli;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the demo writes: a directory of the user's, or one that goes when this is closed.
 *
 * @param kept whether it is the user's
 */
record DemoDirectory(Path path, boolean kept) implements AutoCloseable {
  static DemoDirectory open(Optional<Path> wanted) {
    try {
      if (wanted.isEmpty()) {
        return new DemoDirectory(Files.createTempDirectory("walferry-demo"), false);
      }
      Path path = Files.createDirectories(wanted.get().toAbsolutePath().normalize());
      requireFree(path.resolve("shop.db"));
      return new DemoDirectory(path, true);
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_UNWRITABLE, "cannot write the demo's directory", e);
    }
  }

  private static void requireFree(Path database) {
    if (Files.exists(database)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY, database + " is there already, from an earlier demo");
    }
  }

  Path database() {
    return path.resolve("shop.db");
  }

  Path configuration() {
    return path.resolve("walferry.yaml");
  }

  @Override
  public void close() {
    if (kept) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new WalferryException(
          ErrorCode.DESTINATION_UNWRITABLE, "cannot remove the demo's directory " + path, e);
    }
  }
}
