package io.walferry.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Xid;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class XidSetTest {
  @Test
  void holdsEachIdOnceWhateverTheirOrder() {
    Random random = new Random(7);
    XidSet set = new XidSet();
    TreeSet<Integer> expected = new TreeSet<>();
    for (int i = 0; i < 10_000; i++) {
      int xid = random.nextInt(-2000, 2000);
      set.add(xid);
      expected.add(xid);
    }
    assertEquals(expected.size(), set.size());
    assertArrayEquals(
        expected.stream().mapToLong(Integer::toUnsignedLong).toArray(), set.numbers().toArray());
    IntStream.range(-2100, 2100)
        .forEach(xid -> assertEquals(expected.contains(xid), set.contains(new Xid(xid))));
  }

  @Test
  void doublesDoNotCountAsManyHoweverTheyAlternate() {
    XidSet set = new XidSet();
    for (int i = 0; i < 100_000; i++) {
      set.add(i % 10);
      assertFalse(set.isLongerThan(10));
    }
    IntStream.range(0, 100).forEach(set::add);
    assertTrue(set.isLongerThan(10));
  }
}
