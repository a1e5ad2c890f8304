package io.walferry.sinks.jsonlines;

import io.walferry.change.Position;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
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
 * is what keeps a predecessor away.
 */
final class LineFile implements LineOutput {
  private final Path file;

  /** Empty until there is a file, then the one channel to it. */
  private final List<FileChannel> channels = new ArrayList<>(1);

  private FeedIdentity feed = new FeedIdentity("", 0, 0, "");

  LineFile(Path file) {
    this.file = file.toAbsolutePath();
  }

  @Override
  public boolean savesPosition() {
    return true;
  }

  @Override
  public SinkState open(FeedIdentity opened) {
    feed = opened;
    requireWritablePath();
    if (!Files.exists(file)) {
      return SinkState.Fresh.FRESH;
    }
    try {
      FileChannel channel = lock(StandardOpenOption.READ, StandardOpenOption.WRITE);
      Optional<LastPosition> last = LastPosition.find(channel);
      if (last.isEmpty()) {
        requireNothingOfOthers(channel);
        channel.truncate(0);
        return SinkState.Fresh.FRESH;
      }
      SinkState state = PositionLine.decode(last.get().line(), feed, file.toString());
      // A load starts with its line and writes no other, so its rows are what follows it.
      channel.truncate(last.get().end());
      channel.position(last.get().end());
      return state;
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
  }

  @Override
  public void startLoad() {
    try {
      FileChannel channel = channel();
      // Before a load there can only be the line of an unfinished one.
      channel.truncate(0);
      channel.position(0);
      append(channel, SinkState.Loading.LOADING);
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
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
  public void commit(Position position) {
    try {
      append(channel(), new SinkState.Following(position));
    } catch (IOException e) {
      throw LineErrors.translate(file.toString(), e);
    }
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

  private void append(FileChannel channel, SinkState state) throws IOException {
    writeFully(channel, ByteBuffer.wrap(PositionLine.encode(feed, state)));
    channel.force(false);
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
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

  private void requireNothingOfOthers(FileChannel channel) throws IOException {
    if (channel.size() > 0 && !LastPosition.isTornFirstLine(channel)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_NOT_EMPTY,
          "JSON lines file " + file + " is not empty and has no position line of Walferry");
    }
  }

  private WalferryException busy() {
    return new WalferryException(
        ErrorCode.DESTINATION_BUSY, "JSON lines file " + file + " is held by another process");
  }

  private WalferryException unwritable(String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_UNWRITABLE, "Cannot write JSON lines file " + file + ": " + why);
  }
}
