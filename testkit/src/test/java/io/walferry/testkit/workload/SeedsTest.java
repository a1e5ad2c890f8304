package io.walferry.testkit.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

@DisabledIfSystemProperty(named = "walferry.full", matches = "true")
@DisabledIfSystemProperty(named = "walferry.test.seed", matches = ".+")
final class SeedsTest {
  private static long ofAnotherMethod() {
    return Seeds.next();
  }

  @Test
  void aSeedFollowsFromTheNameOfItsTest() {
    assertEquals(
        "io.walferry.testkit.workload.SeedsTest.aSeedFollowsFromTheNameOfItsTest".hashCode()
            & 0xFFFFFF,
        Seeds.next());
    assertNotEquals(Seeds.next(), ofAnotherMethod());
  }
}
