package io.walferry.sink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import org.junit.jupiter.api.Test;

final class ClaimTest {
  private static final long PREDECESSOR = 7;
  private static final long SUCCESSOR = 8;

  private final Claim claim = new Claim();

  private void requireFenced(long present, String expected) {
    WalferryException failure =
        assertThrows(WalferryException.class, () -> claim.require(present, "here"));
    assertEquals(ErrorCode.DESTINATION_FENCED, failure.code());
    assertEquals("here: " + expected, failure.getMessage());
  }

  @Test
  void eachClaimHasAnEpochOfItsOwn() {
    assertNotEquals(claim.epoch(), new Claim().epoch());
  }

  @Test
  void aTakeOverThatWasNeverMadeMayBeTriedAgain() {
    claim.require(PREDECESSOR, "here");
    claim.require(PREDECESSOR, "here");
    requireFenced(SUCCESSOR, "expected epoch 7, got epoch 8");
    requireFenced(
        Claim.NEVER_BEGUN,
        "expected epoch 7, got no position; it was removed while this process ran");
  }

  /** The answer was lost, so nobody has called {@link Claim#hold}. */
  @Test
  void aTakeOverOfUnknownOutcomeIsKnownByItsEpoch() {
    claim.require(PREDECESSOR, "here");
    claim.require(claim.epoch(), "here");
    requireFenced(PREDECESSOR, "expected epoch " + claim.epoch() + ", got epoch 7");
  }

  @Test
  void whatWasHeldIsNotTakenTwice() {
    claim.require(Claim.NEVER_BEGUN, "here");
    claim.hold();
    claim.require(claim.epoch(), "here");
    requireFenced(SUCCESSOR, "expected epoch " + claim.epoch() + ", got epoch 8");
    requireFenced(
        Claim.NEVER_BEGUN,
        "expected epoch "
            + claim.epoch()
            + ", got no position; it was removed while this process ran");
  }
}
