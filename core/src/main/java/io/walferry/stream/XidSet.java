package io.walferry.stream;

import io.walferry.change.Xid;
import java.util.Arrays;
import java.util.stream.LongStream;

/** Transaction ids, four bytes for each, since there can be very many. Not for several threads. */
final class XidSet {
  private int[] xids = new int[0];
  private int count;

  /** In ascending order and without doubles up to here. */
  private int sorted;

  /** Adds what may be there already. Cheapest for what was added last. */
  void add(int xid) {
    if (count > 0 && xids[count - 1] == xid) {
      return;
    }
    if (count == xids.length) {
      sort();
      xids = Arrays.copyOf(xids, Math.max(8, Math.toIntExact(2L * count)));
    }
    xids[count] = xid;
    count++;
  }

  private void sort() {
    if (sorted < count) {
      int[] distinct = Arrays.stream(xids, 0, count).sorted().distinct().toArray();
      count = distinct.length;
      sorted = count;
      xids = distinct;
    }
  }

  int size() {
    sort();
    return count;
  }

  /** Seen late, at twice as many at the most: what is not sorted yet may be there twice. */
  boolean isLongerThan(int most) {
    return count > 2L * most && size() > most;
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean contains(Xid xid) {
    sort();
    return Arrays.binarySearch(xids, 0, count, xid.value()) >= 0;
  }

  /** As unsigned numbers. */
  LongStream numbers() {
    sort();
    return Arrays.stream(xids, 0, count).mapToLong(Integer::toUnsignedLong);
  }
}
