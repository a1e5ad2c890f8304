package io.walferry.spool;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The blocks of one transaction: first appended, then read once, in the same order. All of them are
 * in memory or all of them in a file. Belongs to the thread of its {@link Spool}.
 */
public final class SpooledTransaction implements AutoCloseable {
  private static final int BLOCK_BYTES_FIRST = 4 << 10;
  private static final int BLOCK_BYTES_MAX = 256 << 10;

  private final Spool spool;
  private final Deque<ByteBuffer> blocks = new ArrayDeque<>();
  private Optional<RecordFile> file = Optional.empty();
  private long memoryBytes;

  SpooledTransaction(Spool spool) {
    this.spool = spool;
  }

  /**
   * Takes a copy. What is appended at once comes back in one block.
   *
   * @throws io.walferry.error.WalferryException if it cannot be kept
   */
  public void append(ByteBuffer bytes) {
    if (file.isEmpty() && !spool.canHold(bytes.remaining())) {
      spill();
    }
    if (file.isPresent()) {
      spool.write(file.get(), bytes);
    } else {
      blockFor(bytes.remaining()).put(bytes);
      spool.shrinkToBudget();
    }
  }

  private ByteBuffer blockFor(int length) {
    if (!blocks.isEmpty() && blocks.getLast().remaining() >= length) {
      return blocks.getLast();
    }
    int usual =
        blocks.isEmpty()
            ? BLOCK_BYTES_FIRST
            : Math.min(BLOCK_BYTES_MAX, 2 * blocks.getLast().capacity());
    ByteBuffer block = ByteBuffer.allocate(Math.max(usual, length));
    blocks.add(block);
    grow(block.capacity());
    return block;
  }

  private void grow(long bytes) {
    memoryBytes += bytes;
    spool.grow(bytes);
  }

  long memoryBytes() {
    return memoryBytes;
  }

  /** Moves everything into a file. */
  void spill() {
    RecordFile target = spool.createFile();
    file = Optional.of(target);
    for (ByteBuffer block : blocks) {
      spool.write(target, block.duplicate().flip());
    }
    blocks.clear();
    grow(-memoryBytes);
  }

  /**
   * The next block, from its array's start to its limit; empty behind the last one. Nothing is
   * appended any more.
   */
  public Optional<ByteBuffer> next() {
    if (file.isPresent()) {
      return file.get().isAtEnd() ? Optional.empty() : Optional.of(spool.read(file.get()));
    }
    Optional<ByteBuffer> block = Optional.ofNullable(blocks.poll()).map(ByteBuffer::flip);
    block.ifPresent(taken -> grow(-taken.capacity()));
    return block;
  }

  /** Gives up its memory and its file. */
  @Override
  public void close() {
    blocks.clear();
    grow(-memoryBytes);
    file.ifPresent(spool::remove);
    file = Optional.empty();
    spool.forget(this);
  }
}
