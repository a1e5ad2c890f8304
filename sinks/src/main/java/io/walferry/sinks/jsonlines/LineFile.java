package io.walferry.sinks.jsonlines;

import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.SinkState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lines at the end of a file. What was written after the last position line belongs to a commit
 * that never was, and goes when the file is opened. The file stays locked while it is open, which
 * is what keeps a predecessor away; between two attempts the epoch of the last position line does.
 *
 * <p>Where files follow one another, the next one is made whole under a name of its own, with
 * ledger and position. Then the open one gets its last name, and the next one takes its place, each
 * durable before what comes after it. So whoever finds both has a next one that was never begun,
 * and whoever finds only the next one has it take the place.
 */
final class LineFile implements LineOutput {
  private final Path file;
  private final boolean append;
  private final Rotation rotation;
  private final FileSeries series;
  private final InstantSource clock;

  /**
   * Empty until there is a file, then the channel to it, and while the next one is made to that.
   */
  private final List<FileChannel> channels = new ArrayList<>(2);

  /** Whether the file ends in the middle of a line that is not ours. */
  private boolean inForeignLine;

  private FeedIdentity feed = new FeedIdentity("", 0, 0, "");
  private Claim claim = new Claim();

  /** The ledger that the file says, and where. */
  private List<LedgerEntry> savedLedger = List.of();

  private Optional<PositionLine.Place> savedPlace = Optional.empty();

  /**
   * What the file begins with before lines of its own, and lines of the ledger; after a restart, as
   * far as it is known.
   */
  private long headBytes;

  /** Empty if there are no other files. */
  private Optional<FilePart> part = Optional.empty();

  /**
   * A file that is not opened yet.
   *
   * @param append whether a file without lines of ours may be gone on with
   */
  LineFile(Path file, boolean append, Rotation rotation, InstantSource clock) {
    this.file = file.toAbsolutePath();
    this.append = append;
    this.rotation = rotation;
    this.series = new FileSeries(this.file, rotation);
    this.clock = clock;
  }

  @Override
  public boolean savesPosition() {
    return true;
  }

  @Override
  public SinkState open(FeedIdentity opened, Claim presented) {
    feed = opened;
    claim = presented;
    requireWritablePath();
    try {
      // Whoever rotates may have ended it between the two looks.
      if (!Files.exists(file) && !finishRotation() && !Files.exists(file)) {
        requireClaim(Claim.NEVER_BEGUN);
        part = series.begin(append);
        return SinkState.Fresh.FRESH;
      }
      FileChannel channel = channels.isEmpty() ? lockPresent() : channels.getFirst();
      Optional<LastPosition> last = LastPosition.find(channel);
      if (last.isEmpty()) {
        requireClaim(Claim.NEVER_BEGUN);
        series.dropNext(false);
        part = series.begin(append);
        startFresh(channel);
        return SinkState.Fresh.FRESH;
      }
      PositionLine line = PositionLine.decode(last.get().line(), file.toString());
      claim.requireSource(line.feed(), feed, "JSON lines file " + file);
      requireClaim(line.epoch());
      series.dropNext(line.part().isPresent());
      readLedger(channel, line);
      // Lines of a file that did not count them may be as old as the file.
      part = line.part().or(() -> series.first(nowSeconds()));
      channel.truncate(last.get().end());
      channel.position(last.get().end());
      if (line.epoch() != claim.epoch()) {
        append(channel, line.takenOver(claim));
      }
      return new SinkState.Following(line.position(), line.feed(), savedLedger);
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  /** The lock is of no use on a file that was closed between the opening and the lock. */
  private FileChannel lockPresent() throws IOException {
    try {
      Optional<Object> before = fileKey();
      FileChannel channel = lock(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (before.equals(fileKey())) {
        return channel;
      }
    } catch (NoSuchFileException e) {
      // It has its last name, and the next one does not have this one yet.
    }
    throw busy();
  }

  private Optional<Object> fileKey() throws IOException {
    return Optional.ofNullable(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
  }

  /** Whether there was a next file without an open one, which now is the open one. */
  private boolean finishRotation() throws IOException {
    if (!Files.exists(series.next())) {
      return false;
    }
    try {
      boolean whole = series.isNextWhole();
      if (Files.exists(file)) {
        throw busy();
      }
      if (!whole) {
        series.requireNoNext();
        return false;
      }
      lock(series.next(), StandardOpenOption.READ, StandardOpenOption.WRITE);
    } catch (NoSuchFileException e) {
      // Whoever rotates has ended it.
      return false;
    }
    if (Files.exists(file)) {
      throw busy();
    }
    Files.move(series.next(), file);
    series.syncNames();
    return true;
  }

  private long nowSeconds() {
    return clock.instant().getEpochSecond();
  }

  private void readLedger(FileChannel channel, PositionLine line) throws IOException {
    if (line.ledger().isPresent()) {
      savedPlace = line.ledger();
      savedLedger = readLedger(channel, line.ledger().get());
      headBytes =
          savedPlace.filter(place -> place.start() == 0).map(PositionLine.Place::length).orElse(0);
    }
  }

  private List<LedgerEntry> readLedger(FileChannel channel, PositionLine.Place place)
      throws IOException {
    if (place.start() + place.length() <= channel.size()) {
      byte[] bytes = LastPosition.read(channel, place.start(), place.start() + place.length());
      try {
        return LedgerLine.decode(new String(bytes, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        throw noLedger(place, e);
      }
    }
    throw noLedger(place, new IllegalArgumentException("The file is shorter"));
  }

  private WalferryException noLedger(PositionLine.Place place, IllegalArgumentException cause) {
    return new WalferryException(
        ErrorCode.DESTINATION_FORMAT,
        "JSON lines file " + file + " has no ledger at byte " + place.start() + ", where it was",
        cause);
  }

  @Override
  public void write(byte[] bytes, int length) {
    try {
      writeFully(channel(), ByteBuffer.wrap(bytes, 0, length));
      part = part.map(it -> it.begunAt(nowSeconds()));
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  @Override
  public long end() {
    try {
      return channel().position();
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  @Override
  public void cutOff(long place) {
    try {
      for (FileChannel channel : channels) {
        channel.truncate(place);
        channel.position(place);
      }
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  @Override
  public void commit(Position position, List<LedgerEntry> ledger) {
    try {
      FileChannel channel = channel();
      if (!ledger.equals(savedLedger)) {
        savedPlace = ledger.isEmpty() ? Optional.empty() : Optional.of(write(channel, ledger));
        savedLedger = ledger;
        headBytes += savedPlace.map(PositionLine.Place::length).orElse(0);
      }
      append(channel, line(position));
      if (isDue(channel)) {
        rotate(channel, position);
      }
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  private boolean isDue(FileChannel channel) throws IOException {
    Optional<Duration> open =
        part.map(FilePart::firstLineSeconds)
            .filter(seconds -> seconds > 0)
            .map(seconds -> Duration.ofSeconds(nowSeconds() - seconds));
    return rotation.isDue(channel.position() - headBytes, open);
  }

  /** Behind a commit. A failure on the way leaves what {@link #open} can go on with. */
  private void rotate(FileChannel full, Position position) throws IOException {
    FilePart ended = part.orElseThrow();
    Path closed = series.closedName(ended);
    series.requireNoNext();
    FileChannel next =
        lock(
            series.next(),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    part = Optional.of(ended.next());
    if (!savedLedger.isEmpty()) {
      savedPlace = Optional.of(write(next, savedLedger));
    }
    append(next, line(position));
    headBytes = next.position();
    // A crash must not leave the closed file alone.
    series.syncNames();
    Files.move(file, closed);
    series.syncNames();
    Files.move(series.next(), file);
    series.syncNames();
    channels.remove(full);
    full.close();
  }

  private PositionLine.Place write(FileChannel channel, List<LedgerEntry> ledger)
      throws IOException {
    byte[] line = LedgerLine.encode(ledger);
    writeFully(channel, ByteBuffer.wrap(line));
    return new PositionLine.Place(channel.position() - line.length, line.length);
  }

  /** Gives the lock back. */
  @Override
  public void close() {
    for (FileChannel channel : channels) {
      try {
        channel.close();
      } catch (IOException e) {
        throw LineErrors.translate(file.toString(), e);
      }
    }
    channels.clear();
  }

  private void append(FileChannel channel, PositionLine line) throws IOException {
    writeFully(channel, ByteBuffer.wrap(line.encode()));
    channel.force(false);
    claim.hold();
  }

  private PositionLine line(Position position) {
    boolean loading = savedLedger.stream().anyMatch(line -> line.kind().isUnsettled());
    return new PositionLine(position, feed, loading, savedPlace, claim.epoch(), part);
  }

  private void requireClaim(long present) {
    claim.require(present, "JSON lines file " + file);
  }

  private void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    if (inForeignLine) {
      inForeignLine = false;
      writeFully(channel, ByteBuffer.wrap(new byte[] {'\n'}));
    }
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The open file, made now if there was none. */
  private FileChannel channel() throws IOException {
    if (!channels.isEmpty()) {
      return channels.getFirst();
    }
    try {
      FileChannel made = lock(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      series.syncNames();
      return made;
    } catch (FileAlreadyExistsException e) {
      throw busy();
    }
  }

  private FileChannel lock(Path path, OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(path, Set.of(options));
    try {
      if (channel.tryLock() != null) {
        channels.add(channel);
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Held by another sink of this process.
    }
    channel.close();
    throw busy();
  }

  private void requireWritablePath() {
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw LineErrors.unwritable(
          file,
          directory != null && Files.exists(directory)
              ? directory + " is not a directory"
              : "directory " + directory + " does not exist; create it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw LineErrors.unwritable(file, "it is not a regular file");
    }
    if (!Files.isWritable(Files.exists(file) ? file : directory)) {
      throw LineErrors.unwritable(file, "it is read-only for this user");
    }
  }

  private void startFresh(FileChannel channel) throws IOException {
    if (channel.size() == 0 || LastPosition.isTornFirstCommit(channel)) {
      channel.truncate(0);
    } else if (append) {
      goOnAfterOthers(channel);
    } else {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "JSON lines file "
              + file
              + " is not empty and has no position line of Walferry; set 'existing: append' of the"
              + " sink to go on at its end");
    }
  }

  /** Cuts off what a crash has left of our first commit; a line of others is only ended. */
  private void goOnAfterOthers(FileChannel channel) throws IOException {
    long torn = LastPosition.lineStart(channel, channel.size());
    boolean ours = isOurs(channel, torn);
    inForeignLine = !ours && torn < channel.size();
    if (ours) {
      channel.truncate(torn);
    }
    if (!inForeignLine && torn > 0) {
      long before = LastPosition.lineStart(channel, torn - 1);
      if (LastPosition.isAt(LedgerLine.START, channel, before)) {
        channel.truncate(before);
      }
    }
    channel.position(channel.size());
  }

  private static boolean isOurs(FileChannel channel, long place) throws IOException {
    return LastPosition.isAt(PositionLine.START, channel, place)
        || LastPosition.isAt(LedgerLine.START, channel, place);
  }

  private WalferryException busy() {
    return new WalferryException(
        ErrorCode.DESTINATION_BUSY, "JSON lines file " + file + " is held by another process");
  }
}
