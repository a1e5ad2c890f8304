package io.walferry.sinks.type;

import java.util.EnumMap;
import java.util.Map;

/** The policy of each type family; {@link LossPolicy#FAIL} where none was chosen. Immutable. */
public record LossPolicies(Map<TypeFamily, LossPolicy> chosen) {
  public static final LossPolicies FAIL = new LossPolicies(Map.of());

  public LossPolicies {
    chosen = Map.copyOf(chosen);
  }

  public LossPolicy of(TypeFamily family) {
    return chosen.getOrDefault(family, LossPolicy.FAIL);
  }

  public LossPolicies with(TypeFamily family, LossPolicy policy) {
    Map<TypeFamily, LossPolicy> more = new EnumMap<>(TypeFamily.class);
    more.putAll(chosen);
    more.put(family, policy);
    return new LossPolicies(more);
  }
}
