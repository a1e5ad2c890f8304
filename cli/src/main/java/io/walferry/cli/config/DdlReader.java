package io.walferry.cli.config;

import io.walferry.sinks.table.DdlPolicies;
import io.walferry.sinks.table.DdlPolicy;
import io.walferry.sinks.table.IndexPolicy;
import io.walferry.sinks.table.TablePolicies;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code ddl} of a sink: what becomes of its tables when the source's are altered; and {@code
 * indexes}, those that its tables get.
 */
final class DdlReader {
  private static final Map<String, DdlPolicy> WORDS =
      Map.of("apply", DdlPolicy.APPLY, "ignore", DdlPolicy.IGNORE, "halt", DdlPolicy.HALT);

  private static final Format<IndexPolicy> INDEXES =
      Format.choice(
          Map.of("none", IndexPolicy.NONE, "plain", IndexPolicy.PLAIN), List.of("none", "plain"));

  private DdlReader() {}

  /** For a sink that makes indexes. */
  static DdlPolicies policiesWithIndexes(Section sink) {
    DdlPolicies policies = policies(sink);
    IndexPolicy indexes = sink.value("indexes", policies.tables().indexes(), INDEXES);
    return policies.with(policies.tables().with(indexes));
  }

  static DdlPolicies policies(Section sink) {
    Section ddl = sink.section("ddl");
    DdlPolicies defaults = DdlPolicies.DEFAULT;
    DdlPolicies policies =
        new DdlPolicies(
            policy(ddl, "added", defaults.added(), "apply", "ignore", "halt"),
            policy(ddl, "dropped", defaults.dropped(), "apply", "ignore", "halt"),
            policy(ddl, "renamed", defaults.renamed(), "apply", "halt"),
            policy(ddl, "retyped", defaults.retyped(), "apply", "ignore", "halt"),
            tables(ddl.section("tables")));
    ddl.finish();
    return policies;
  }

  private static TablePolicies tables(Section tables) {
    TablePolicies defaults = TablePolicies.DEFAULT;
    TablePolicies policies =
        new TablePolicies(
            policy(tables, "added", defaults.added(), "apply", "ignore", "halt"),
            policy(tables, "dropped", defaults.dropped(), "apply", "ignore", "halt"),
            policy(tables, "renamed", defaults.renamed(), "apply", "halt"));
    tables.finish();
    return policies;
  }

  private static DdlPolicy policy(Section ddl, String key, DdlPolicy fallback, String... words) {
    Map<String, DdlPolicy> choices = new HashMap<>(WORDS);
    choices.keySet().retainAll(List.of(words));
    return ddl.value(key, fallback, Format.choice(choices, List.of(words)));
  }
}
