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
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Lines at the end of a file. What was written after the last position line belongs to a commit
 * that never was, and goes when the file is opened. The file stays locked while it is open, which
 * is what keeps a predecessor away; between two attempts the epoch of the last position line does.
 */
final class LineFile implements LineOutput {
  private final Path file;
  private final boolean append;

  /** Empty until there is a file, then the one channel to it. */
  private final List<FileChannel> channels = new ArrayList<>(1);

  /** Whether the file ends in the middle of a line that is not ours. */
  private boolean inForeignLine;

  private FeedIdentity feed = new FeedIdentity("", 0, 0, "");
  private Claim claim = new Claim();

  /** The ledger that the file says, and where. */
  private List<LedgerEntry> savedLedger = List.of();

  private Optional<PositionLine.Place> savedPlace = Optional.empty();

  /**
   * A file that is not opened yet.
   *
   * @param append whether a file without lines of ours may be gone on with
   */
  LineFile(Path file, boolean append) {
    this.file = file.toAbsolutePath();
    this.append = append;
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
    if (!Files.exists(file)) {
      requireClaim(Claim.NEVER_BEGUN);
      return SinkState.Fresh.FRESH;
    }
    try {
      FileChannel channel = lock(StandardOpenOption.READ, StandardOpenOption.WRITE);
      Optional<LastPosition> last = LastPosition.find(channel);
      if (last.isEmpty()) {
        requireClaim(Claim.NEVER_BEGUN);
        startFresh(channel);
        return SinkState.Fresh.FRESH;
      }
      PositionLine line = PositionLine.decode(last.get().line(), file.toString());
      claim.requireSource(line.feed(), feed, "JSON lines file " + file);
      requireClaim(line.epoch());
      SinkState state = state(channel, line);
      // An unfinished load writes no line after its rows, so they are what follows its last one.
      channel.truncate(last.get().end());
      channel.position(last.get().end());
      if (line.epoch() != claim.epoch()) {
        append(channel, line.takenOver(claim));
      }
      return state;
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  private SinkState state(FileChannel channel, PositionLine line) throws IOException {
    if (line.loading()) {
      return new SinkState.Unfinished(line.position(), line.feed());
    }
    if (line.ledger().isPresent()) {
      savedPlace = line.ledger();
      savedLedger = readLedger(channel, line.ledger().get());
    }
    return new SinkState.Following(line.position(), line.feed(), savedLedger);
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
  public void commitLoading(Position changesBegin) {
    try {
      append(channel(), line(changesBegin, true, Optional.empty()));
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
      }
      append(channel, line(position, false, savedPlace));
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
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

  private PositionLine line(
      Position position, boolean loading, Optional<PositionLine.Place> ledger) {
    return new PositionLine(position, feed, loading, ledger, claim.epoch());
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
      FileChannel made = lock(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      syncDirectory();
      return made;
    } catch (FileAlreadyExistsException e) {
      throw busy();
    }
  }

  private FileChannel lock(OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(file, Set.of(options));
    channels.add(channel);
    try {
      if (channel.tryLock() == null) {
        throw busy();
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      throw busy();
    }
  }

  /** A new file's name is not durable before its directory is. */
  private void syncDirectory() throws IOException {
    Path directory = file.getParent();
    if (directory != null) {
      try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private void requireWritablePath() {
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw unwritable(
          directory != null && Files.exists(directory)
              ? directory + " is not a directory"
              : "directory " + directory + " does not exist; create it");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw unwritable("it is not a regular file");
    }
    if (!Files.isWritable(Files.exists(file) ? file : directory)) {
      throw unwritable("it is read-only for this user");
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

  /** Cuts off a line of ours that a crash tore; a line of others is only ended. */
  private void goOnAfterOthers(FileChannel channel) throws IOException {
    byte[] tail =
        LastPosition.read(
            channel, Math.max(0, channel.size() - PositionLine.BYTES_MAX), channel.size());
    int start = tail.length;
    while (start > 0 && tail[start - 1] != '\n') {
      start--;
    }
    String torn = new String(tail, start, tail.length - start, StandardCharsets.UTF_8);
    if (torn.startsWith(PositionLine.START) || torn.startsWith(LedgerLine.START)) {
      channel.truncate(channel.size() - (tail.length - start));
    } else {
      inForeignLine = !torn.isEmpty();
    }
    channel.position(channel.size());
  }

  private WalferryException busy() {
    return new WalferryException(
        ErrorCode.DESTINATION_BUSY, "JSON lines file " + file + " is held by another process");
  }

  private WalferryException unwritable(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_UNWRITABLE, "could not write JSON lines file " + file + ": " + why);
  }
}
