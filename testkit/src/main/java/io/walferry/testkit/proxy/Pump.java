package io.walferry.testkit.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Moves the bytes of one connection in one direction: one thread reads into a bounded queue, one
 * writes each chunk when it is due, so that latency delays bytes without slowing their flow.
 */
final class Pump {
  private static final int CHUNK_BYTES = 16 * 1024;
  private static final int CHUNKS_MAX = 32;

  /** An empty chunk is the end of the stream. */
  private static final class Chunk {
    private final byte[] bytes;
    private final long dueNanos;

    Chunk(byte[] bytes, long dueNanos) {
      this.bytes = bytes;
      this.dueNanos = dueNanos;
    }
  }

  private final Link link;
  private final Direction direction;
  private final Traffic traffic;
  private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS_MAX);
  private Optional<Cut> knownCut = Optional.empty();
  private long bytesSinceCut;

  Pump(Link link, Direction direction, Traffic traffic) {
    this.link = link;
    this.direction = direction;
    this.traffic = traffic;
  }

  /** Body of the reading thread. */
  void read(InputStream input) {
    byte[] buffer = new byte[CHUNK_BYTES];
    try {
      int count = input.read(buffer);
      while (count > 0) {
        queue.put(chunk(Arrays.copyOf(buffer, count)));
        count = input.read(buffer);
      }
      queue.put(chunk(new byte[0]));
    } catch (IOException e) {
      // A broken source ends like one that is closed; what it sent before still goes on.
      endAfterFailure();
    } catch (InterruptedException e) {
      link.close();
    }
  }

  private void endAfterFailure() {
    try {
      queue.put(chunk(new byte[0]));
    } catch (InterruptedException e) {
      link.close();
    }
  }

  private Chunk chunk(byte[] bytes) {
    return new Chunk(bytes, System.nanoTime() + traffic.latencyNanos());
  }

  /** Body of the writing thread. */
  void write(OutputStream output) {
    try {
      Chunk chunk = queue.take();
      while (chunk.bytes.length > 0 && forward(chunk, output)) {
        chunk = queue.take();
      }
      traffic.awaitClearance(direction, chunk.dueNanos, link::isClosed);
      link.ended(direction);
    } catch (IOException | InterruptedException e) {
      link.close();
    }
  }

  /** Returns false when the connection is over. */
  private boolean forward(Chunk chunk, OutputStream output)
      throws IOException, InterruptedException {
    Optional<Cut> cut = traffic.awaitClearance(direction, chunk.dueNanos, link::isClosed);
    if (link.isClosed()) {
      return false;
    }
    if (!link.forwards()) {
      return true;
    }
    int allowed = allowed(cut, chunk.bytes.length);
    write(chunk, 0, allowed, output);
    bytesSinceCut += allowed;
    boolean reached = cut.isPresent() && bytesSinceCut >= cut.get().bytes();
    if (reached && traffic.claim(direction, cut.get())) {
      link.close();
      return false;
    }
    write(chunk, allowed, chunk.bytes.length, output);
    return true;
  }

  private void write(Chunk chunk, int from, int to, OutputStream output) throws IOException {
    try {
      output.write(chunk.bytes, from, to - from);
      traffic.forwarded(direction, to - from);
    } catch (IOException e) {
      // A half-open link swallows what its server can no longer take.
      if (link.forwards()) {
        throw e;
      }
    }
  }

  private int allowed(Optional<Cut> cut, int length) {
    if (cut.isPresent() && (knownCut.isEmpty() || knownCut.get() != cut.get())) {
      knownCut = cut;
      bytesSinceCut = 0;
    }
    return cut.map(c -> Math.clamp(c.bytes() - bytesSinceCut, 0, length)).orElse(length);
  }
}
