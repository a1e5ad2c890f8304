package io.walferry.stream;

import io.walferry.change.Xid;
import java.util.Arrays;

/**
 * The sub-transactions of one transaction that were rolled back: four bytes for each, since there
 * can be millions. Not for several threads.
 */
final class AbortedXids {
  private int[] xids = new int[0];
  private int count;
  private boolean sorted = true;

  void add(Xid xid) {
    if (count == xids.length) {
      xids = Arrays.copyOf(xids, Math.max(8, Math.toIntExact(2L * count)));
    }
    sorted &= count == 0 || xids[count - 1] < xid.value();
    xids[count] = xid.value();
    count++;
  }

  boolean contains(Xid xid) {
    if (!sorted) {
      Arrays.sort(xids, 0, count);
      sorted = true;
    }
    return count > 0 && Arrays.binarySearch(xids, 0, count, xid.value()) >= 0;
  }
}
