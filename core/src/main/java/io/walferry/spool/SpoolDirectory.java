package io.walferry.spool;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the segments of a {@link DurableLog} are; this process's own until it is closed. */
final class SpoolDirectory implements AutoCloseable {
  private static final String LOCK_FILE = "lock";

  private final Path path;
  private final FileChannel lockFile;

  private SpoolDirectory(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes it if it is missing.
   *
   * @throws WalferryException {@code SPOOL_BUSY} if somebody else has it
   */
  static SpoolDirectory take(Path path) throws IOException {
    createPrivate(path);
    FileChannel lockFile =
        FileChannel.open(
            path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      requireLock(lockFile, path);
      return new SpoolDirectory(path, lockFile);
    } catch (IOException | WalferryException e) {
      lockFile.close();
      throw e;
    }
  }

  /** Rows are in it, which are nobody else's business. */
  private static void createPrivate(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      Files.createDirectories(path);
      FileStore store = Files.getFileStore(path);
      if (store.supportsFileAttributeView(PosixFileAttributeView.class)) {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
      }
    }
  }

  private static void requireLock(FileChannel lockFile, Path path) throws IOException {
    try {
      // Held until the channel is closed.
      FileLock held = lockFile.tryLock();
      if (held != null) {
        return;
      }
    } catch (OverlappingFileLockException e) {
      throw busy(path, Optional.of(e));
    }
    throw busy(path, Optional.empty());
  }

  private static WalferryException busy(Path path, Optional<Exception> cause) {
    String message = "the spool in " + path + " is in use";
    return cause
        .map(known -> new WalferryException(ErrorCode.SPOOL_BUSY, message, known))
        .orElseGet(() -> new WalferryException(ErrorCode.SPOOL_BUSY, message));
  }

  Path path() {
    return path;
  }

  Path segment(long number) {
    return path.resolve("%016x".formatted(number) + Segment.SUFFIX);
  }

  /** The oldest first. */
  List<Path> segments() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(entry -> entry.toString().endsWith(Segment.SUFFIX))
          .sorted(Comparator.comparing(Path::getFileName))
          .toList();
    }
  }

  /** Removes all segments behind this one, the newest first: a crash leaves no gap. */
  void deleteBehind(long number) throws IOException {
    Path kept = segment(number).getFileName();
    for (Path segment : segments().reversed()) {
      if (segment.getFileName().compareTo(kept) > 0) {
        Files.delete(segment);
      }
    }
  }

  /** Waits until the names in it survive the machine. */
  void force() throws IOException {
    try (FileChannel entries = FileChannel.open(path, StandardOpenOption.READ)) {
      entries.force(true);
    }
  }

  /**
   * Sees that it is still this process's own.
   *
   * @throws WalferryException {@code INTERRUPTED}
   */
  void requireOpen() {
    if (!lockFile.isOpen()) {
      throw new WalferryException(ErrorCode.INTERRUPTED, "the spool in " + path + " was closed");
    }
  }

  WalferryException failure(String attempted, IOException cause) {
    return SpoolFailures.of(attempted, path, cause);
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw failure("let go of the lock", e);
    }
  }
}
