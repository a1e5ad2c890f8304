package io.walferry.cli;

import io.walferry.deadletter.RowPolicy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Changes that a destination did not take, by what became of them.
 *
 * @param deadLetters those that went to the dead letters
 * @param ignored those that were passed over
 * @param upserted those whose new row was put there all the same
 */
record RefusedCounts(long deadLetters, long ignored, long upserted) {
  static final RefusedCounts NONE = new RefusedCounts(0, 0, 0);

  RefusedCounts plus(RowPolicy became, long count) {
    return switch (became) {
      case DEAD_LETTER -> new RefusedCounts(deadLetters + count, ignored, upserted);
      case IGNORE -> new RefusedCounts(deadLetters, ignored + count, upserted);
      case UPSERT -> new RefusedCounts(deadLetters, ignored, upserted + count);
      case HALT -> throw new IllegalArgumentException("What halts is not counted");
    };
  }

  /** Those that there are, as in {@code 3 in the dead letters, 1 passed over}; else empty. */
  String text() {
    StringJoiner text = new StringJoiner(", ");
    add(text, deadLetters, "in the dead letters");
    add(text, ignored, "passed over");
    add(text, upserted, "put there all the same");
    return text.toString();
  }

  private static void add(StringJoiner text, long count, String what) {
    if (count > 0) {
      text.add(Human.count(count) + " " + what);
    }
  }

  /** Those that there are. */
  Map<String, Long> json() {
    Map<String, Long> json = new LinkedHashMap<>();
    json.put("deadLetters", deadLetters);
    json.put("changesIgnored", ignored);
    json.put("changesUpserted", upserted);
    json.values().removeIf(count -> count == 0);
    return json;
  }
}
