package io.walferry.cli.config;

import io.walferry.deadletter.RowPolicies;
import io.walferry.deadletter.RowPolicy;
import java.util.List;
import java.util.Map;

/** Reads {@code rows} of a sink: what becomes of changes that it does not take. */
final class RowsReader {
  private static final int MOST = 1_000_000;
  private static final Map<String, RowPolicy> WORDS =
      Map.of(
          "halt", RowPolicy.HALT,
          "ignore", RowPolicy.IGNORE,
          "upsert", RowPolicy.UPSERT,
          "deadLetter", RowPolicy.DEAD_LETTER);

  private RowsReader() {}

  static RowPolicies policies(Section sink) {
    Section rows = sink.section("rows");
    RowPolicy refused = policy(rows, "refused", RowPolicy.HALT, "halt", "deadLetter");
    RowPolicies policies =
        new RowPolicies(
            refused,
            policy(rows, "updateMissing", refused, "halt", "ignore", "upsert", "deadLetter"),
            policy(rows, "deleteMissing", refused, "halt", "ignore", "deadLetter"),
            policy(rows, "insertExisting", refused, "halt", "ignore", "upsert", "deadLetter"),
            rows.value("deadLettersMost", RowPolicies.LETTERS_MOST, Format.wholeNumber(1, MOST)));
    rows.finish();
    return policies;
  }

  private static RowPolicy policy(Section rows, String key, RowPolicy fallback, String... words) {
    Map<String, RowPolicy> choices = new java.util.HashMap<>(WORDS);
    choices.keySet().retainAll(List.of(words));
    return rows.value(key, fallback, Format.choice(choices, List.of(words)));
  }
}
