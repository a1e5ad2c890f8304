package io.walferry.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Xid;
import org.junit.jupiter.api.Test;

final class ReadHorizonTest {
  @Test
  void remembersOnlyWhatAReadMightMiss() {
    ReadHorizon horizon = new ReadHorizon(SourceSnapshot.parse("20:20:"));
    for (int xid = 1; xid < 20; xid++) {
      horizon.applied(new Xid(xid));
    }
    assertEquals(0, horizon.size());
    for (int xid = 20; xid < 30; xid++) {
      horizon.applied(new Xid(xid));
    }
    horizon.forget(SourceSnapshot.parse("10:28:10,22"));
    assertEquals(3, horizon.size(), "22, 28 and 29");
  }

  @Test
  void whatItHasForgottenIsSeenByEveryReadToCome() {
    ReadHorizon horizon = new ReadHorizon(SourceSnapshot.parse("20:20:"));
    horizon.applied(new Xid(22));
    horizon.applied(new Xid(23));
    horizon.forget(SourceSnapshot.parse("22:24:22"));
    assertFalse(horizon.isSeenBy(SourceSnapshot.parse("22:30:22")));
    assertTrue(horizon.isSeenBy(SourceSnapshot.parse("25:30:25")));
    assertEquals(0, horizon.size());
  }

  @Test
  void whatHadBegunHasToEnd() {
    ReadHorizon horizon = new ReadHorizon(SourceSnapshot.parse("20:20:"));
    assertFalse(horizon.isSeenBy(SourceSnapshot.parse("14:30:14")));
    assertTrue(horizon.isSeenBy(SourceSnapshot.parse("20:30:20")));
  }
}
