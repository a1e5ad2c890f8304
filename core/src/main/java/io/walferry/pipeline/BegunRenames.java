package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkState;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;

/**
 * Finishes what an attempt has begun, or was to do, that ended while it gave tables other names.
 */
final class BegunRenames {
  private BegunRenames() {}

  /**
   * Has the tables be called at the destination, and in its ledger, as they were about to be. It is
   * durable with the next commit.
   *
   * @return what the destination follows then
   */
  static SinkState.Following finish(Sink sink, SinkState.Following following) {
    List<LedgerEntry> ledger = new ArrayList<>(following.ledger());
    new FeedLedger(ledger).renames().forEach((table, to) -> finish(sink, ledger, table, to));
    // Names that are free may be waited for, and so on.
    Map<TableId, TableId> freed = new FeedLedger(ledger).freed();
    while (!freed.isEmpty()) {
      freed.forEach((table, to) -> finish(sink, ledger, table, to));
      freed = new FeedLedger(ledger).freed();
    }
    return new SinkState.Following(following.position(), following.saved(), ledger);
  }

  private static void finish(Sink sink, List<LedgerEntry> ledger, TableId table, TableId to) {
    sink.rename(table, to);
    List<LedgerEntry> lines = ledger.stream().filter(line -> line.table().equals(table)).toList();
    List<LedgerEntry> moved = moved(lines, to);
    sink.forget(table, EnumSet.allOf(Kind.class));
    sink.note(moved);
    ledger.removeAll(lines);
    ledger.addAll(moved);
  }

  /**
   * What was read under the former name is read again. A table that was not followed yet may have
   * been made under it.
   */
  private static List<LedgerEntry> moved(List<LedgerEntry> lines, TableId to) {
    if (lines.stream().noneMatch(line -> line.kind() == Kind.TABLE)) {
      return lines.stream()
          .filter(line -> line.kind() == Kind.NEWCOMER)
          .map(line -> new LedgerEntry(to, line.kind(), line.part(), line.content()))
          .toList();
    }
    List<LedgerEntry> moved = new ArrayList<>();
    for (LedgerEntry line : lines) {
      if (line.kind() == Kind.TABLE || line.kind() == Kind.ALTERATION) {
        moved.add(new LedgerEntry(to, line.kind(), line.part(), line.content()));
      }
    }
    if (lines.stream().anyMatch(line -> isOfRows(line.kind()))) {
      moved.add(new LedgerEntry(to, Kind.RELOAD, "", ""));
    }
    return moved;
  }

  private static boolean isOfRows(Kind kind) {
    return kind == Kind.CHUNK || kind == Kind.ROW || kind == Kind.RELOAD;
  }
}
