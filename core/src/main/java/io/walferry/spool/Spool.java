package io.walferry.spool;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Set;

/**
 * The transactions that wait, and the memory and the disk that they have together. If they need
 * more memory than they may have, the largest go to files. For one thread.
 */
public final class Spool implements AutoCloseable {
  private final SpoolSettings settings;
  private final Set<SpooledTransaction> transactions = new HashSet<>();
  private long memoryBytes;
  private long diskBytes;

  public Spool(SpoolSettings settings) {
    settings.compression().require();
    this.settings = settings;
  }

  /** A place for a transaction, until it is closed. */
  public SpooledTransaction begin() {
    SpooledTransaction transaction = new SpooledTransaction(this);
    transactions.add(transaction);
    return transaction;
  }

  /** What waits in memory, with the room that is reserved for more. */
  public long memoryBytes() {
    return memoryBytes;
  }

  public long diskBytes() {
    return diskBytes;
  }

  /** Whether so much at once fits into memory, if everything else goes to files. */
  boolean canHold(int length) {
    return length <= settings.memoryBytesMax();
  }

  void grow(long bytes) {
    memoryBytes += bytes;
  }

  void shrinkToBudget() {
    while (memoryBytes > settings.memoryBytesMax()) {
      transactions.stream()
          .max(Comparator.comparingLong(SpooledTransaction::memoryBytes))
          .orElseThrow()
          .spill();
    }
  }

  RecordFile createFile() {
    try {
      return RecordFile.createIn(settings.directory(), settings.compression());
    } catch (IOException e) {
      throw failure("make a file of the spool", e);
    }
  }

  void write(RecordFile file, ByteBuffer content) {
    long more = RecordFile.HEADER_BYTES + (long) content.remaining();
    if (diskBytes + more > settings.diskBytesMax()) {
      throw new WalferryException(
          ErrorCode.SPOOL_FULL,
          "Transactions that are not committed yet need more than the %d bytes that the spool in %s may have"
              .formatted(settings.diskBytesMax(), settings.directory()));
    }
    long before = file.size();
    try {
      file.append(content);
    } catch (IOException e) {
      throw failure("write to the spool", e);
    }
    diskBytes += file.size() - before;
  }

  ByteBuffer read(RecordFile file) {
    try {
      return file.next();
    } catch (IOException e) {
      throw failure("read a transaction from the spool", e);
    }
  }

  void remove(RecordFile file) {
    diskBytes -= file.size();
    try {
      file.close();
    } catch (IOException e) {
      throw failure("close a file of the spool", e);
    }
  }

  void forget(SpooledTransaction transaction) {
    transactions.remove(transaction);
  }

  private WalferryException failure(String attempted, IOException cause) {
    return SpoolFailures.of(attempted, settings.directory(), cause);
  }

  /** Gives up everything that waits. */
  @Override
  public void close() {
    Set.copyOf(transactions).forEach(SpooledTransaction::close);
  }
}
