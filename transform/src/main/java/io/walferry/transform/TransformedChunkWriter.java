package io.walferry.transform;

import io.walferry.change.Row;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.Set;

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
  private Passage passage = message -> {};

  /** What becomes of one message. */
  private interface Passage {
    void take(byte[] message);
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
      return wanted;
    }
    if (wanted != CopyFormat.TEXT) {
      throw new IllegalStateException("Rows were offered as text only, but wanted as " + wanted);
    }
    CopyTextParser parser =
        new CopyTextParser(rows.source().columns().size(), rows.source().toString());
    CopyLine line = new CopyLine();
    passage =
        message -> {
          Row row = parser.parse(message);
          if (rows.passes(row)) {
            writer.write(line.of(rows.row(row, row)));
          }
        };
    return CopyFormat.TEXT;
  }

  @Override
  public void write(byte[] message) {
    passage.take(message);
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
