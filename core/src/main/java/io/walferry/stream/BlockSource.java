package io.walferry.stream;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.time.NanoClock;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Where blocks of whole messages of a replication connection come from, in their order. */
interface BlockSource {
  /** Names the connection or the spool, for messages. */
  String where();

  /** The clock that {@link #next} waits by. */
  NanoClock clock();

  /**
   * The next block, from its array's start to its limit; nobody else writes to it. Empty if none
   * came within the time, or if whoever waits is to be let go.
   */
  Optional<ByteBuffer> next(Duration atMost);

  /** Whether whoever reads is to be let go, and {@link #next} gives nothing any more. */
  boolean isInterrupted();

  /** Blocks that were stored; whoever reads them is let go as whoever reads these. */
  default BlockSource alongside(Supplier<Optional<ByteBuffer>> stored) {
    BlockSource live = this;
    return new BlockSource() {
      @Override
      public String where() {
        return live.where();
      }

      @Override
      public NanoClock clock() {
        return live.clock();
      }

      @Override
      public Optional<ByteBuffer> next(Duration atMost) {
        if (isInterrupted()) {
          throw new WalferryException(
              ErrorCode.INTERRUPTED, "stopped within a transaction that was stored");
        }
        return stored.get();
      }

      @Override
      public boolean isInterrupted() {
        return live.isInterrupted();
      }
    };
  }
}
