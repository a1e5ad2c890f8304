package io.walferry.transform;

import io.walferry.change.Row;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.Utf8;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Hands chunks on to another writer: those of tables whose rows stay as they are in whatever form
 * it wants them, the others as text, since their rows are made anew.
 */
final class TransformedChunkWriter implements ChunkWriter {
  private static final int PLANS_MAX = 256;
  private static final Set<CopyFormat> ANY = EnumSet.allOf(CopyFormat.class);
  private static final Set<CopyFormat> TEXT = EnumSet.of(CopyFormat.TEXT);

  private final ChunkWriter writer;
  private final Planner planner;
  private final IdentityHashMap<PublishedTable, PublishedPlan> plans = new IdentityHashMap<>();
  private Set<CopyFormat> forms = ANY;
  private Consumer<byte[]> passage = message -> {};
  private SideTrack aside = (message, why) -> {};

  /** Takes a message that is to be set aside. */
  private interface SideTrack {
    void take(byte[] message, WalferryException why);
  }

  TransformedChunkWriter(ChunkWriter writer, Planner planner) {
    this.writer = writer;
    this.planner = planner;
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    PublishedPlan plan = offered(table);
    return passing(plan, writer.begin(plan.target()));
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    PublishedPlan plan = offered(table);
    return passing(plan, writer.begin(plan.target(), plan.keys(keys)));
  }

  /** {@inheritDoc} Of rows that are made anew, text. */
  @Override
  public void offer(Set<CopyFormat> offered) {
    forms = Set.copyOf(offered);
  }

  private PublishedPlan offered(PublishedTable table) {
    if (plans.size() >= PLANS_MAX && !plans.containsKey(table)) {
      plans.clear();
    }
    PublishedPlan plan = plans.computeIfAbsent(table, it -> PublishedPlan.of(it, planner));
    writer.offer(plan.rows().keepsRows() ? forms : TEXT);
    return plan;
  }

  private CopyFormat passing(PublishedPlan plan, CopyFormat wanted) {
    TablePlan rows = plan.rows();
    if (rows.keepsRows()) {
      passage = writer::write;
      aside = writer::setAside;
      return wanted;
    }
    if (wanted != CopyFormat.TEXT) {
      throw new IllegalStateException("Rows were offered as text only, but wanted as " + wanted);
    }
    CopyTextParser parser =
        new CopyTextParser(rows.source().columns().size(), rows.source().toString());
    CopyLine line = new CopyLine();
    passage = message -> made(parser.parse(message), rows, line).ifPresent(writer::write);
    aside =
        (message, why) -> {
          Row row = parser.parse(message);
          Set<Integer> invalid = Utf8.invalidColumns(row);
          if (rows.ignores(invalid)) {
            made(row, rows, line).ifPresent(writer::write);
          } else {
            made(row, rows.without(invalid), line).ifPresent(it -> writer.setAside(it, why));
          }
        };
    return CopyFormat.TEXT;
  }

  /** Returns the line of a row at the destination; empty if it does not go there. */
  private static Optional<byte[]> made(Row row, TablePlan rows, CopyLine line) {
    return rows.passes(row) ? Optional.of(line.of(rows.row(row, row))) : Optional.empty();
  }

  @Override
  public void write(byte[] message) {
    passage.accept(message);
  }

  /** {@inheritDoc} A row of which the destination gets no such text is written. */
  @Override
  public void setAside(byte[] message, WalferryException why) {
    aside.take(message, why);
  }

  @Override
  public void commit(LedgerEntry loaded) {
    writer.commit(loaded);
  }

  @Override
  public void giveUp() {
    writer.giveUp();
  }

  @Override
  public void close() {
    writer.close();
  }
}
