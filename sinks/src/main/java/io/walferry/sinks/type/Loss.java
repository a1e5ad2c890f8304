package io.walferry.sinks.type;

import java.util.EnumSet;
import java.util.Set;

/** What the native column of a destination cannot hold, though the source's type can. */
public enum Loss {
  NOT_A_NUMBER("NaN", EnumSet.of(LossPolicy.FAIL, LossPolicy.NULL, LossPolicy.TEXT)),
  /** Clamped, an infinity becomes the largest number; NaN has no neighbour and fails. */
  NOT_FINITE("NaN, Infinity, -Infinity", EnumSet.allOf(LossPolicy.class)),
  /** The same, and numbers that are nearer to zero than a number with all its digits can be. */
  NOT_NORMAL("NaN, Infinity, -Infinity, subnormal numbers", EnumSet.allOf(LossPolicy.class)),
  END_OF_DAY("24:00:00", EnumSet.allOf(LossPolicy.class)),
  BEYOND_YEARS(
      "infinity, -infinity, years before 0001 and after 9999", EnumSet.allOf(LossPolicy.class));

  private final String description;
  private final Set<LossPolicy> policies;

  Loss(String description, Set<LossPolicy> policies) {
    this.description = description;
    this.policies = Set.copyOf(policies);
  }

  /** The values, for people. */
  public String description() {
    return description;
  }

  /** What can be chosen; the default is {@link LossPolicy#FAIL}. */
  public boolean allows(LossPolicy policy) {
    return policies.contains(policy);
  }
}
