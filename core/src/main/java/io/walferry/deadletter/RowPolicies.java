package io.walferry.deadletter;

import java.util.List;

/**
 * What becomes of changes that a destination does not take.
 *
 * @param refused for their values: they do not fit, or a constraint, a unique key other than the
 *     row's own or a trigger of the destination forbids them; halt or dead letter
 * @param updateMissing updates of a row that is not there
 * @param deleteMissing deletes of a row that is not there; not upsert
 * @param insertExisting new rows whose key is there
 * @param lettersMost how many letters a feed may have at the destination until it stops; at least 1
 */
public record RowPolicies(
    RowPolicy refused,
    RowPolicy updateMissing,
    RowPolicy deleteMissing,
    RowPolicy insertExisting,
    int lettersMost) {
  public static final int LETTERS_MOST = 1000;

  /** The feed stops at every one. */
  public static final RowPolicies HALT = all(RowPolicy.HALT);

  /** Every one goes to the dead letters. */
  public static final RowPolicies DEAD_LETTERS = all(RowPolicy.DEAD_LETTER);

  public RowPolicies {
    if (refused == RowPolicy.IGNORE || refused == RowPolicy.UPSERT) {
      throw new IllegalArgumentException("What is refused can neither be applied nor passed over");
    }
    if (deleteMissing == RowPolicy.UPSERT) {
      throw new IllegalArgumentException("A delete has no row to put there");
    }
    if (lettersMost < 1) {
      throw new IllegalArgumentException(
          "lettersMost is at least 1, but this is %d".formatted(lettersMost));
    }
  }

  private static RowPolicies all(RowPolicy policy) {
    return new RowPolicies(policy, policy, policy, policy, LETTERS_MOST);
  }

  public RowPolicies withMost(int letters) {
    return new RowPolicies(refused, updateMissing, deleteMissing, insertExisting, letters);
  }

  /** Whether any of them is this. */
  boolean include(RowPolicy policy) {
    return List.of(refused, updateMissing, deleteMissing, insertExisting).contains(policy);
  }

  /** Whether the feed stops at every one, as it does without any. */
  public boolean halts() {
    return withMost(LETTERS_MOST).equals(HALT);
  }
}
