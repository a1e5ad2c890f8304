package io.walferry.stream;

import io.walferry.buffer.ByteBoundedQueue;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** What the reading thread has received. Its end is a failure: a stream has none of its own. */
record ReceivedBlocks(
    ByteBoundedQueue<byte[]> queue, StreamReader reader, String where, NanoClock clock)
    implements BlockSource {
  @Override
  public Optional<ByteBuffer> next(Duration atMost) {
    Optional<byte[]> block;
    try {
      block = queue.poll(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WalferryException(ErrorCode.INTERRUPTED, "interrupted while reading " + where, e);
    }
    if (block.isEmpty() && queue.isDone()) {
      throw reader.failure().orElseGet(() -> StreamFailures.ended(where));
    }
    return block.map(ByteBuffer::wrap);
  }

  @Override
  public boolean isInterrupted() {
    return queue.isWoken();
  }
}
