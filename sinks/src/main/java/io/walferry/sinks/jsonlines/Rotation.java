package io.walferry.sinks.jsonlines;

import java.time.Duration;
import java.util.Optional;

/**
 * When a file of lines is closed and another one begun: behind the commit with which it has reached
 * one of both. A commit is never split, and neither is a chunk of a load.
 *
 * @param bytes how large what is behind its head may grow: a file that begins with a large ledger
 *     is no reason for another one
 * @param age how long it may lie open from its first line on
 */
public record Rotation(Optional<Long> bytes, Optional<Duration> age) {
  /** One file for ever. */
  public static final Rotation NEVER = new Rotation(Optional.empty(), Optional.empty());

  public Rotation {
    if (bytes.isPresent() && bytes.get() < 1) {
      throw new IllegalArgumentException("bytes is at least 1, but this is " + bytes.get());
    }
    if (age.isPresent() && !age.get().isPositive()) {
      throw new IllegalArgumentException("age is positive, but this is " + age.get());
    }
  }

  public static Rotation bySize(long bytes) {
    return new Rotation(Optional.of(bytes), Optional.empty());
  }

  boolean isNever() {
    return bytes.isEmpty() && age.isEmpty();
  }

  /**
   * Whether a file is to be closed. One without lines never is.
   *
   * @param size behind the head
   * @param open for how long it has had lines; empty if it has none
   */
  boolean isDue(long size, Optional<Duration> open) {
    return open.isPresent()
        && (bytes.filter(most -> size >= most).isPresent()
            || age.filter(most -> open.get().compareTo(most) >= 0).isPresent());
  }
}
