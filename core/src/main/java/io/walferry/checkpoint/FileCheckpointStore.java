package io.walferry.checkpoint;

import io.walferry.checkpoint.CheckpointText.Read;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.Claim;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.Optional;

/**
 * Keeps one pipeline's checkpoint in a file of its own, readable and with a checksum. A new one is
 * written beside it, synced, and put in its place at once; then the directory is synced. A crash at
 * any moment leaves the old one or the new one. What cannot be trusted is refused by name: a
 * damaged file, one of a newer version, or one that is something else.
 *
 * <p>While it is open, {@code NAME.lock} beside it is locked, so that two processes never share it;
 * the empty lock file stays. A network file system that does not lock is not safe.
 */
public final class FileCheckpointStore implements CheckpointStore {
  private final Path file;
  private final Opener files;
  private Optional<FileChannel> lock = Optional.empty();

  /** The epoch that the file has. */
  private long present = Claim.NEVER_BEGUN;

  /** {@link FileChannel#open(Path, OpenOption...)}, or one whose files fail. */
  @FunctionalInterface
  interface Opener {
    FileChannel open(Path path, OpenOption... options) throws IOException;
  }

  /** Nothing is created before the first checkpoint, but its directory must be there. */
  public FileCheckpointStore(Path file) {
    this(file, FileChannel::open);
  }

  FileCheckpointStore(Path file, Opener files) {
    this.file = file.toAbsolutePath();
    this.files = files;
  }

  @Override
  public String display() {
    return "file " + file;
  }

  @Override
  public Optional<Checkpoint> open(String pipeline) {
    requireDirectory();
    try {
      takeLock();
      Optional<Checkpoint> found = read();
      present = found.map(Checkpoint::epoch).orElse(Claim.NEVER_BEGUN);
      return found;
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private void requireDirectory() {
    Path directory = file.getParent();
    if (directory == null || !Files.isDirectory(directory)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_UNWRITABLE,
          "could not use the checkpoint " + file + ": the directory does not exist; create it");
    }
  }

  private void takeLock() throws IOException {
    Path beside = file.resolveSibling(file.getFileName() + ".lock");
    FileChannel channel =
        FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        lock = Optional.of(channel);
        return;
      }
    } catch (OverlappingFileLockException e) {
      // Held by this process.
    }
    channel.close();
    throw new WalferryException(
        ErrorCode.DESTINATION_BUSY, "the checkpoint " + file + " is held by another consumer");
  }

  private Optional<Checkpoint> read() throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException e) {
      throw foreign("");
    }
    return switch (CheckpointText.decode(text)) {
      case Read.Sound(Checkpoint checkpoint) -> Optional.of(checkpoint);
      case Read.Newer(String format) ->
          throw new WalferryException(
              ErrorCode.DESTINATION_FORMAT,
              "the checkpoint %s has format %s; this version of Walferry knows %d"
                  .formatted(file, format, CheckpointText.FORMAT));
      case Read.Damaged(String how) ->
          throw new WalferryException(
              ErrorCode.CHECKPOINT_DAMAGED, "the checkpoint " + file + " is damaged: " + how);
      case Read.Foreign foreign -> throw foreign(text);
    };
  }

  private WalferryException foreign(String text) {
    boolean other = PglogreplPosition.parse(text).isPresent();
    return new WalferryException(
        ErrorCode.CHECKPOINT_DAMAGED,
        file
            + " is not a checkpoint of Walferry"
            + (other ? ", but a position of pglogrepl: import it" : ""));
  }

  @Override
  public void save(Checkpoint checkpoint, long replaced) {
    if (lock.isEmpty()) {
      throw new IllegalStateException("The checkpoint " + file + " is not open");
    }
    if (present != replaced) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FENCED, "the checkpoint " + file + " was taken over");
    }
    Path next = file.resolveSibling(file.getFileName() + ".new");
    try {
      write(next, CheckpointText.encode(checkpoint).getBytes(StandardCharsets.UTF_8));
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      syncDirectory();
      present = checkpoint.epoch();
    } catch (IOException e) {
      throw failed("write", e);
    }
  }

  private void write(Path path, byte[] bytes) throws IOException {
    try (FileChannel channel =
        files.open(
            path,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    }
  }

  /** A name is not durable before its directory is. */
  private void syncDirectory() throws IOException {
    Path directory = file.getParent();
    if (directory != null) {
      try (FileChannel names = files.open(directory, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  private WalferryException failed(String what, IOException cause) {
    String reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    String message = "could not " + what + " the checkpoint " + file + ": ";
    if (reason.contains("no space left") || reason.contains("quota exceeded")) {
      return new WalferryException(ErrorCode.DESTINATION_FULL, message + "the disk is full", cause);
    }
    String why =
        cause instanceof AccessDeniedException
            ? "permission denied"
            : cause instanceof AtomicMoveNotSupportedException
                ? "this file system cannot replace a file at once"
                : "the system refused";
    return new WalferryException(ErrorCode.DESTINATION_UNWRITABLE, message + why, cause);
  }

  @Override
  public void close() {
    if (lock.isPresent()) {
      try {
        lock.get().close();
      } catch (IOException e) {
        throw failed("unlock", e);
      } finally {
        lock = Optional.empty();
      }
    }
  }
}
