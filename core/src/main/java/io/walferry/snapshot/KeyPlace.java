package io.walferry.snapshot;

import java.util.OptionalInt;

/**
 * Where a key was read.
 *
 * @param chunk whose range it is in
 * @param row the place of the row among those that were read alone, if it was
 */
public record KeyPlace(int chunk, OptionalInt row) {
  static final KeyPlace ONLY_CHUNK = new KeyPlace(0, OptionalInt.empty());
}
