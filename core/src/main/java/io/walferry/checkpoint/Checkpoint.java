package io.walferry.checkpoint;

import io.walferry.change.Position;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How far a consumer has come, and with which configuration.
 *
 * @param feed whose position it is; the timeline is that of the position
 * @param epoch of the process that has saved it; see {@link io.walferry.sink.Claim}
 * @param configuration what must not change unnoticed, by its names
 * @param ledger every line, in no order
 */
public record Checkpoint(
    FeedIdentity feed,
    Position position,
    long epoch,
    Map<String, String> configuration,
    List<LedgerEntry> ledger) {
  public Checkpoint {
    configuration = Collections.unmodifiableMap(new TreeMap<>(configuration));
    ledger = List.copyOf(ledger);
  }
}
