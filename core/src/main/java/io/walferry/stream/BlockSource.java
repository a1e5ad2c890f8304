package io.walferry.stream;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** Where blocks of whole messages of a replication connection come from, in their order. */
interface BlockSource {
  /**
   * The next block, from its array's start to its limit; nobody else writes to it. Empty if none
   * came within the time, or if whoever waits is to be let go.
   */
  Optional<ByteBuffer> next(Duration atMost);
}
