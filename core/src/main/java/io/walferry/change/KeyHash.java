package io.walferry.change;

import java.util.BitSet;
import java.util.stream.IntStream;

/** Tells keys of a relation's rows apart by numbers. For any thread. */
public final class KeyHash {
  private final int[] columns;

  public KeyHash(Relation relation) {
    this.columns =
        IntStream.range(0, relation.columns().size())
            .filter(column -> relation.columns().get(column).key())
            .toArray();
  }

  /** Whether the relation has a key at all; without one all rows have the same number. */
  public boolean hasColumns() {
    return columns.length > 0;
  }

  /** Where the columns of the key are among those of the relation. */
  public BitSet columns() {
    return IntStream.of(columns).collect(BitSet::new, BitSet::set, BitSet::or);
  }

  /**
   * The same number for keys that are spelled alike in the same form, and different ones for
   * different keys, nearly always.
   */
  public long of(Row row) {
    long hash = 0xcbf29ce484222325L;
    for (int column : columns) {
      int length = row.length(column);
      hash = (hash ^ length) * 0x9E3779B97F4A7C15L;
      for (int i = 0; i < length; i++) {
        hash = (hash ^ row.byteAt(column, i)) * 0x100000001b3L;
      }
      hash ^= hash >>> 32;
    }
    return hash;
  }
}
