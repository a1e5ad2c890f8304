package io.walferry.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SourceSnapshotTest {
  @Test
  void seesWhatHadEndedAndNothingElse() {
    SourceSnapshot snapshot = SourceSnapshot.parse("10:20:10,14,15");

    assertTrue(snapshot.sees(new Xid(9)));
    assertFalse(snapshot.sees(new Xid(10)));
    assertTrue(snapshot.sees(new Xid(11)));
    assertFalse(snapshot.sees(new Xid(15)));
    assertTrue(snapshot.sees(new Xid(19)));
    assertFalse(snapshot.sees(new Xid(20)));
    assertFalse(snapshot.sees(new Xid(1_000_000)));
  }

  /** The stream has 32 bits of an id; those just before and behind a wrap are neighbours. */
  @Test
  void idsAreWidenedToTheNearestOfTheirKind() {
    SourceSnapshot behind = SourceSnapshot.parse("4294967300:4294967310:4294967300");
    assertTrue(behind.sees(new Xid(-1)));
    assertFalse(behind.sees(new Xid(4)));
    assertTrue(behind.sees(new Xid(5)));
    assertFalse(behind.sees(new Xid(14)));
    assertTrue(SourceSnapshot.parse("3000000000:3000000000:").sees(Xid.NONE));

    SourceSnapshot before = SourceSnapshot.parse("4294967290:4294967295:");
    assertTrue(before.sees(new Xid(-7)));
    assertFalse(before.sees(new Xid(-1)));
    assertFalse(before.sees(new Xid(3)));
  }

  @Test
  void oneThatSeesAllOfAnotherMissesNothingThatTheOtherSaw() {
    SourceSnapshot base = SourceSnapshot.parse("10:20:10,14");

    assertTrue(SourceSnapshot.parse("10:20:10,14").seesAllOf(base));
    assertTrue(SourceSnapshot.parse("14:30:14,25").seesAllOf(base));
    assertFalse(SourceSnapshot.parse("12:30:12").seesAllOf(base));
    assertFalse(SourceSnapshot.parse("10:19:10,14").seesAllOf(base));
    SourceSnapshot settled = SourceSnapshot.parse("20:20:");
    assertFalse(SourceSnapshot.parse("14:30:14").seesAllOf(settled));
    assertTrue(SourceSnapshot.parse("20:20:").seesAllOf(settled));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1:1:", "10:20:10,14,15", "4294967300:4294967310:4294967300"})
  void printsWhatItHasRead(String text) {
    assertEquals(text, SourceSnapshot.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1:2", "a:2:", "1:2:x", "1:2:3:4"})
  void anythingElseIsRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> SourceSnapshot.parse(text));
  }
}
