package io.walferry.sinks.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.position.ChunkTransactions;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.ExistingRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Hands chunks on to a COPY in a session of its own. */
final class PostgresChunkWriter implements RevocableChunkWriter {
  private final SqlSession session;
  private final ChunkTransactions transactions;
  private final boolean merge;
  private final RowAttempts attempts;
  private final Map<PublishedTable, ChunkPlan> plans = new HashMap<>();
  private Set<CopyFormat> offered = EnumSet.allOf(CopyFormat.class);

  /** The chunk's table, if one is open. */
  private final List<PublishedTable> chunk = new ArrayList<>(1);

  /** The COPY that is open, if one is, and its table. */
  private final List<OpenCopy> open = new ArrayList<>(1);

  private record OpenCopy(PublishedTable table, ChunkPlan plan, CopyRelay relay) {}

  PostgresChunkWriter(SqlSession session, ChunkTransactions transactions, ExistingRows existing) {
    this.session = session;
    this.transactions = transactions;
    this.merge = existing == ExistingRows.MERGE;
    this.attempts =
        transactions.attempts(
            new Unsent(), () -> PostgresPositionDialect.INSTANCE.createDeadLetters(session));
  }

  @Override
  public RowAttempts attempts() {
    return attempts;
  }

  @Override
  public void offer(Set<CopyFormat> forms) {
    if (!offered.equals(forms)) {
      offered = EnumSet.copyOf(forms);
      plans.clear();
    }
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    session.connect();
    transactions.begin();
    return open(table);
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    session.connect();
    transactions.begin();
    TableShape shape = shape(table);
    KeyedRows.requireReplaceable(session, shape, keys);
    KeyedRows.remove(session, shape, keys);
    return open(table);
  }

  private CopyFormat open(PublishedTable table) {
    chunk.add(table);
    return planned(table).format();
  }

  private ChunkPlan planned(PublishedTable table) {
    return plans.computeIfAbsent(table, this::plan);
  }

  private OpenCopy openCopy(PublishedTable table) {
    ChunkPlan plan = planned(table);
    plan.staging().ifPresent(sql -> session.execute("load table " + table, sql));
    try {
      CopyStream copy = CopyStream.open(session, plan.copy());
      return new OpenCopy(table, plan, new CopyRelay(copy, plan.format()));
    } catch (SQLException e) {
      throw failed(table, e);
    }
  }

  @Override
  public void write(byte[] message) {
    if (open.isEmpty()) {
      open.add(openCopy(chunk.getFirst()));
    }
    OpenCopy copy = open.getFirst();
    try {
      copy.relay().write(message);
    } catch (SQLException e) {
      throw failed(copy.table(), e);
    }
  }

  @Override
  public void commit(LedgerEntry loaded) {
    finish();
    chunk.clear();
    transactions.commit(loaded);
  }

  private void finish() {
    if (open.isEmpty()) {
      return;
    }
    OpenCopy copy = open.removeFirst();
    if (!isWhole(copy)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_CONFLICT,
          "The load of table " + copy.table() + " was taken in part only: a trigger is in the way");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Cuts the connection, for in the middle of a COPY there is no polite way to end it.
   */
  @Override
  public void close() {
    session.abort();
  }

  /** Whether the table took as many rows as there were. */
  private boolean isWhole(OpenCopy copy) {
    try {
      long taken = copy.relay().finish();
      long added =
          copy.plan()
              .merge()
              .map(sql -> (long) session.execute("load table " + copy.table(), sql))
              .orElse(taken);
      copy.plan().unstaging().ifPresent(sql -> session.execute("load table " + copy.table(), sql));
      return added == copy.relay().rows();
    } catch (SQLException e) {
      throw failed(copy.table(), e);
    }
  }

  private ChunkPlan plan(PublishedTable table) {
    return ChunkPlan.of(table, shape(table), merge, offered);
  }

  private TableShape shape(PublishedTable table) {
    return TableShape.read(session, table.table())
        .orElseThrow(
            () ->
                new WalferryException(
                    ErrorCode.DESTINATION_SHAPE,
                    "Table " + table + " is missing in " + session.display()));
  }

  private WalferryException failed(PublishedTable table, SQLException failure) {
    return session.failed("load table " + table, failure);
  }

  /** Rows of an attempt are those of its COPY. */
  private final class Unsent implements SavepointAttempts.Waiting {
    @Override
    public void begin() {}

    @Override
    public void flush() {
      finish();
    }

    /** A COPY that has failed has ended at the server. */
    @Override
    public void drop() {
      open.clear();
    }
  }
}
