package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import io.walferry.sink.Sink;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tables that come to a feed, at one destination. The ledger names them before anything is made,
 * and until they are cut into chunks: whatever ends the attempt in between, the next one knows
 * which they are, and which empty tables are its own. Belongs to the pipeline's thread.
 */
record Newcomers(Sink sink) {
  /**
   * Gets them ready for their load.
   *
   * @param commit makes what the ledger says durable, with everything that has come before
   */
  void prepare(List<PublishedTable> tables, Runnable commit) {
    boolean committed = note(tables) && sink.capabilities().altersOnItsOwn();
    if (committed) {
      commit.run();
    }
    try {
      sink.prepare(tables);
    } catch (WalferryException e) {
      if (committed && e.code().retry() == ErrorCode.Retry.NEVER) {
        withdraw(tables, commit, e);
      }
      throw e;
    }
  }

  /**
   * Gets them ready for the first load of a feed, which leaves no trace if it is refused. What says
   * so is durable with the next commit.
   */
  void prepareFirst(List<PublishedTable> tables) {
    List<LedgerEntry> lines =
        tables.stream()
            .filter(sink::creates)
            .map(table -> Newcomer.of(table, true).line(table.table()))
            .toList();
    sink.prepare(tables);
    if (!lines.isEmpty()) {
      sink.note(lines);
    }
  }

  /** Whether any of them is to be made. */
  private boolean note(List<PublishedTable> tables) {
    boolean makes = false;
    List<LedgerEntry> lines = new ArrayList<>();
    for (PublishedTable table : tables) {
      boolean made = sink.creates(table);
      makes |= made;
      lines.add(Newcomer.of(table, made).line(table.table()));
    }
    sink.note(lines);
    return makes;
  }

  /** Somebody has to do something about it, and may make the table by hand: that is not ours. */
  private void withdraw(List<PublishedTable> tables, Runnable commit, WalferryException cause) {
    try {
      tables.forEach(table -> sink.forget(table.table(), EnumSet.of(Kind.NEWCOMER)));
      commit.run();
    } catch (WalferryException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Takes tables back that an earlier attempt may have made: they are met as if they had never
   * been, with the names and columns that they have by now.
   *
   * @param added those that are to be met at once; their lines stay until they are cut into chunks
   * @param loads whether these are to be loaded
   * @return whether anything was done
   */
  boolean takeBack(Map<TableId, Newcomer> noted, List<PublishedTable> added, boolean loads) {
    noted.forEach(
        (name, newcomer) -> {
          Optional<PublishedTable> now =
              added.stream().filter(table -> table.table().equals(name)).findFirst();
          if (newcomer.made() && (loads || now.isEmpty())) {
            sink.takeBack(newcomer.relation(name));
          }
          if (!loads || now.isEmpty()) {
            sink.forget(name, EnumSet.allOf(Kind.class));
          }
        });
    return !noted.isEmpty();
  }
}
