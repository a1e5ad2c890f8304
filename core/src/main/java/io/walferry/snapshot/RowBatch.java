package io.walferry.snapshot;

import java.util.ArrayList;
import java.util.List;

/** Keys of rows that are read alone, together under one snapshot. Kept as one text: they wait. */
public final class RowBatch {
  private final int part;
  private final int width;
  private final String packed;

  /**
   * The keys of a line of the ledger.
   *
   * @param part of the line
   * @param width how many columns a key has
   */
  RowBatch(int part, int width, List<List<String>> keys) {
    this.part = part;
    this.width = width;
    this.packed = LedgerText.of(keys.stream().flatMap(List::stream).toList());
  }

  int part() {
    return part;
  }

  /** Column by column as text. */
  public List<List<String>> keys() {
    List<String> values = LedgerText.fields(packed);
    List<List<String>> keys = new ArrayList<>(values.size() / width);
    for (int at = 0; at < values.size(); at += width) {
      keys.add(values.subList(at, at + width));
    }
    return keys;
  }

  long byteSize() {
    return 2L * packed.length();
  }
}
