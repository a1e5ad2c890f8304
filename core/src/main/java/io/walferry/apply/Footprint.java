package io.walferry.apply;

import java.util.Arrays;

/**
 * Numbers for all that a batch touches. Two batches that touch the same have a number in common;
 * two that do not have none, nearly always. Filled by one thread, then compared by it.
 */
final class Footprint {
  private static final int COUNT_FIRST = 1024;

  private long[] numbers = new long[COUNT_FIRST];
  private int count;
  private boolean sorted;

  void add(long number) {
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * count);
    }
    numbers[count++] = number;
    sorted = false;
  }

  /** Whether both touch something. */
  boolean meets(Footprint other) {
    sort();
    other.sort();
    int mine = 0;
    int theirs = 0;
    while (mine < count && theirs < other.count) {
      int order = Long.compare(numbers[mine], other.numbers[theirs]);
      if (order == 0) {
        return true;
      }
      if (order < 0) {
        mine++;
      } else {
        theirs++;
      }
    }
    return false;
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(numbers, 0, count);
      sorted = true;
    }
  }
}
