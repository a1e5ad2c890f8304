package io.walferry.cli;

import io.walferry.cli.FeedProgress.Counts;
import io.walferry.testkit.compare.ComparisonResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a demo did and whether both sides are equal. */
record DemoResult(Counts counts, ComparisonResult comparison, Duration taken) {
  long differences() {
    return comparison.differences();
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rowsLoaded", counts.rowsLoaded());
    json.put("transactionsApplied", counts.transactions());
    json.put("changesApplied", counts.changes());
    json.put("tablesCompared", comparison.tablesCompared());
    json.put("rowsCompared", comparison.rowsCompared());
    json.put("differences", differences());
    json.put("seconds", taken.toMillis() / 1000.0);
    return json;
  }
}
