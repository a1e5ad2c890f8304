package io.walferry.cli.config;

import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.Loss;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.TypeFamily;
import io.walferry.sinks.type.TypeTable;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code lossy} of a sink: a policy for each type that has values without a place there. */
final class LossyReader {
  private LossyReader() {}

  static LossPolicies policies(Section section, Dialect dialect) {
    LossPolicies policies = LossPolicies.FAIL;
    for (TypeFamily family : TypeFamily.values()) {
      Optional<Loss> loss = TypeTable.cell(family, dialect).loss();
      if (loss.isPresent()) {
        LossPolicy policy = section.value(family.typeName(), LossPolicy.FAIL, words(loss.get()));
        policies = policy == LossPolicy.FAIL ? policies : policies.with(family, policy);
      }
    }
    section.finish();
    return policies;
  }

  private static Format<LossPolicy> words(Loss loss) {
    Map<String, LossPolicy> words = new LinkedHashMap<>();
    Arrays.stream(LossPolicy.values())
        .filter(loss::allows)
        .forEach(policy -> words.put(policy.word(), policy));
    return Format.choice(words, List.copyOf(words.keySet()));
  }
}
