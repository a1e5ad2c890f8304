package io.walferry.sinks.jsonlines;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is beside a file of lines where files follow one another: those that are closed, and a next
 * one that is being made. Touches nothing that somebody else has put there.
 */
final class FileSeries {
  private final Path file;
  private final Rotation rotation;

  /** Of the open file, whose path is absolute. */
  FileSeries(Path file, Rotation rotation) {
    this.file = file;
    this.rotation = rotation;
  }

  /** Where the next file is made. */
  Path next() {
    return file.resolveSibling(file.getFileName() + ".next");
  }

  /** Which file the open one is if none said so yet; empty if there are no others. */
  Optional<FilePart> first(long firstLineSeconds) {
    return rotation.isNever() ? Optional.empty() : Optional.of(new FilePart(1, firstLineSeconds));
  }

  /**
   * Which file the open one becomes that is begun now: the one behind what closed files there are,
   * which are refused as the file itself would be.
   *
   * @param append whether it may go on behind them
   */
  Optional<FilePart> begin(boolean append) throws IOException {
    if (rotation.isNever()) {
      return Optional.empty();
    }
    long closed = lastClosed();
    if (closed > 0 && !append) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "%s is there, a closed file of lines, but JSON lines file %s has no position line;"
                  .formatted(new FilePart(closed, 0).closedName(file).getFileName(), file)
              + " move closed files away, or set 'existing: append' of the sink to go on behind"
              + " them");
    }
    return Optional.of(new FilePart(closed + 1, 0));
  }

  private long lastClosed() throws IOException {
    try (Stream<Path> files = Files.list(file.resolveSibling(""))) {
      return files.mapToLong(it -> FilePart.numberOf(it, file)).max().orElse(0);
    }
  }

  /** The name that a file gets for good; nobody else may have it. */
  Path closedName(FilePart part) {
    Path closed = part.closedName(file);
    if (Files.exists(closed)) {
      throw inTheWay("%s is there already; move it away".formatted(closed.getFileName()));
    }
    return closed;
  }

  /** Whether the next file is one that only waits to take the place: it is whole then. */
  boolean isNextWhole() throws IOException {
    if (!isNextOurs(false)) {
      return false;
    }
    try (FileChannel next = FileChannel.open(next(), StandardOpenOption.READ)) {
      return LastPosition.find(next).isPresent();
    }
  }

  /**
   * Removes a next file that was never begun, for whoever has the open one's lock.
   *
   * @param rotates whether the file says that it has or will have next ones
   */
  void dropNext(boolean rotates) throws IOException {
    if (Files.exists(next()) && isNextOurs(rotates)) {
      Files.delete(next());
    }
    requireNoNext();
  }

  /**
   * Whether the next file begins as those do that are made here.
   *
   * @param torn whether it may be so short that others could begin like it
   */
  private boolean isNextOurs(boolean torn) throws IOException {
    if (!Files.isRegularFile(next())) {
      return false;
    }
    try (InputStream bytes = Files.newInputStream(next())) {
      int length = Math.max(LedgerLine.START.length(), PositionLine.START.length());
      String begin = new String(bytes.readNBytes(length), StandardCharsets.ISO_8859_1);
      return Stream.of(LedgerLine.START, PositionLine.START)
          .anyMatch(start -> begin.startsWith(start) || (torn && start.startsWith(begin)));
    }
  }

  /** Somebody else's file is in the way only where files follow one another. */
  void requireNoNext() {
    if (!rotation.isNever() && Files.exists(next())) {
      throw inTheWay(
          "%s is there, and was not begun as the next file; move it away"
              .formatted(next().getFileName()));
    }
  }

  private WalferryException inTheWay(String what) {
    return LineErrors.unwritable(file, what);
  }

  /** A new name is not durable before its directory is. */
  void syncNames() throws IOException {
    Path directory = file.getParent();
    if (directory != null) {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }
}
