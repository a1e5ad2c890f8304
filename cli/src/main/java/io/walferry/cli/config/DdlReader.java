package io.walferry.cli.config;

import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code ddl} of a sink: what becomes of its tables when the source's are altered. */
final class DdlReader {
  private static final Map<String, DdlPolicy> WORDS =
      Map.of("apply", DdlPolicy.APPLY, "ignore", DdlPolicy.IGNORE, "halt", DdlPolicy.HALT);

  private DdlReader() {}

  static DdlPolicies policies(Section sink) {
    Section ddl = sink.section("ddl");
    DdlPolicies defaults = DdlPolicies.DEFAULT;
    DdlPolicies policies =
        new DdlPolicies(
            policy(ddl, "added", defaults.added(), "apply", "ignore", "halt"),
            policy(ddl, "dropped", defaults.dropped(), "apply", "ignore", "halt"),
            policy(ddl, "renamed", defaults.renamed(), "apply", "halt"),
            policy(ddl, "retyped", defaults.retyped(), "apply", "ignore", "halt"));
    ddl.finish();
    return policies;
  }

  private static DdlPolicy policy(Section ddl, String key, DdlPolicy fallback, String... words) {
    Map<String, DdlPolicy> choices = new HashMap<>(WORDS);
    choices.keySet().retainAll(List.of(words));
    return ddl.value(key, fallback, Format.choice(choices, List.of(words)));
  }
}
