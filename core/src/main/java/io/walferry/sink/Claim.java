package io.walferry.sink;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.security.SecureRandom;
import java.util.OptionalLong;
import java.util.StringJoiner;

/**
 * The claim of one process to a feed at one destination, for all the sinks that it makes for it:
 * the process takes the feed over once. From then on the feed is its own for as long as the
 * destination still has its epoch, and never again afterwards: whoever was replaced while it stood
 * still finds another epoch and ends, whatever else has failed for it meanwhile.
 *
 * <p>The epoch is drawn, not counted, so that a process knows its own again if it has lost the
 * answer to the transaction that was to save it.
 *
 * <p>A destination whose position has vanished or was put back is lost as well, once it had this
 * epoch: what it holds now is for a new process to judge. Not for several threads.
 */
public final class Claim {
  /** What stands for an epoch where a feed was never begun. */
  public static final long NEVER_BEGUN = 0;

  /** Above what can be counted, and exact in a JSON number. */
  private static final long EPOCH_MIN = 1L << 32;

  private static final long EPOCH_END = 1L << 53;

  private final long epoch = new SecureRandom().nextLong(EPOCH_MIN, EPOCH_END);
  private final OptionalLong upgradedFrom;

  /** What the destination had when this process came to it first. */
  private OptionalLong found = OptionalLong.empty();

  private boolean held;

  /** One to positions on the source that is followed. */
  public Claim() {
    this(OptionalLong.empty());
  }

  /**
   * One to positions on the source that is followed, or on the one that it was made of.
   *
   * @param upgradedFrom system id of the server that was upgraded to this one, if one was
   */
  public Claim(OptionalLong upgradedFrom) {
    this.upgradedFrom = upgradedFrom;
  }

  /** What a sink saves with the position. */
  public long epoch() {
    return epoch;
  }

  /**
   * Asked by every sink that opens, before it changes anything.
   *
   * @param present the epoch that the destination has
   * @param where pipeline and destination, for the message
   * @throws WalferryException {@code DESTINATION_FENCED} if the feed is not, or no longer, for this
   *     process to take
   */
  public void require(long present, String where) {
    if (present == epoch) {
      hold();
    } else if (!allows(present)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_FENCED,
          where
              + ": expected "
              + name(held ? epoch : found.getAsLong())
              + ", got "
              + name(present)
              + (present == NEVER_BEGUN ? "; it was removed while this process ran" : ""));
    } else {
      found = OptionalLong.of(present);
    }
  }

  /** Whether {@link #require} would pass; notes nothing. */
  public boolean allows(long present) {
    return present == epoch || !(held || (found.isPresent() && found.getAsLong() != present));
  }

  /**
   * Sees that a destination's position is of the feed that is opened, on any timeline.
   *
   * @param saved with the position
   * @param where the destination, for the message
   * @throws WalferryException {@code SOURCE_CHANGED}
   */
  public void requireSource(FeedIdentity saved, FeedIdentity opened, String where) {
    StringJoiner differences = new StringJoiner("; ");
    differ("pipeline", saved.pipeline(), opened.pipeline(), differences);
    if (!upgradedFrom.equals(OptionalLong.of(saved.systemId()))) {
      differ("system id", unsigned(saved.systemId()), unsigned(opened.systemId()), differences);
    }
    differ("slot", saved.slot(), opened.slot(), differences);
    if (differences.length() > 0) {
      throw new WalferryException(
          ErrorCode.SOURCE_CHANGED,
          "Pipeline " + opened.pipeline() + " in " + where + ": " + differences);
    }
  }

  private static void differ(String what, String saved, String opened, StringJoiner differences) {
    if (!saved.equals(opened)) {
      differences.add("expected " + what + " " + saved + ", got " + opened);
    }
  }

  private static String unsigned(long systemId) {
    return Long.toUnsignedString(systemId);
  }

  /** The destination has the epoch of this process. */
  public void hold() {
    held = true;
  }

  private static String name(long epoch) {
    return epoch == NEVER_BEGUN ? "no position" : "epoch " + epoch;
  }
}
