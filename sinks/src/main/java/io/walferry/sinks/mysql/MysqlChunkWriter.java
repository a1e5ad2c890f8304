package io.walferry.sinks.mysql;

import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.CopyTextParser;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.RowKeys;
import io.walferry.sinks.position.ChunkTransactions;
import io.walferry.sinks.position.SavepointAttempts;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.SourceRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Loads chunks in bulk, in a session of its own. */
final class MysqlChunkWriter implements RevocableChunkWriter {
  private final MysqlConnector connector;
  private final SqlSession session;
  private final ChunkTransactions transactions;
  private final MysqlSinkSettings settings;
  private final Map<PublishedTable, TableShape> shapes = new HashMap<>();

  /** The chunk that is open, if one is. */
  private final List<Chunk> open = new ArrayList<>(1);

  /** Where rows of a chunk go, and how it ends. */
  private interface Rows {
    void add(Row row) throws SQLException;

    void end() throws SQLException;
  }

  /** What of it was not sent, if anything. */
  private final List<Rows> unsent = new ArrayList<>(1);

  private final RowAttempts attempts;

  private record Chunk(PublishedTable table, CopyTextParser parser, Supplier<Rows> rows) {}

  MysqlChunkWriter(
      MysqlConnector connector,
      SqlSession session,
      ChunkTransactions transactions,
      MysqlSinkSettings settings) {
    this.connector = connector;
    this.session = session;
    this.transactions = transactions;
    this.settings = settings;
    this.attempts = transactions.attempts(new Unsent(), connector::createDeadLetters);
  }

  @Override
  public RowAttempts attempts() {
    return attempts;
  }

  @Override
  public CopyFormat begin(PublishedTable table) {
    session.connect();
    TableShape shape = shape(table);
    transactions.begin();
    return open(table, shape);
  }

  @Override
  public CopyFormat begin(PublishedTable table, RowKeys keys) {
    session.connect();
    TableShape shape = shape(table);
    transactions.begin();
    KeyedRows.remove(session, table, shape, keys, settings.policies());
    return open(table, shape);
  }

  private CopyFormat open(PublishedTable table, TableShape shape) {
    RowWriters writers = new RowWriters(SourceRows.relation(table), shape, settings.policies());
    boolean merge =
        settings.existing() == ExistingRows.MERGE && shape.isMergeable(table.columnNames());
    Supplier<Rows> rows = merge ? () -> merged(shape, writers) : () -> loaded(shape, writers);
    CopyTextParser parser = new CopyTextParser(table.columns().size(), table.toString());
    open.add(new Chunk(table, parser, rows));
    return CopyFormat.TEXT;
  }

  private Rows loaded(TableShape shape, RowWriters writers) {
    BulkLoad load =
        BulkLoad.open(
            session,
            connector.traits(),
            new BulkLoad.Into(
                shape.quoted(), writers.bulk(), writers.relation() + shape.collationNote()));
    return new Rows() {
      @Override
      public void add(Row row) throws SQLException {
        load.add(row, row);
      }

      @Override
      public void end() throws SQLException {
        load.end();
      }
    };
  }

  private Rows merged(TableShape shape, RowWriters writers) {
    List<ChangeStatement> merge = new ChangeStatements(writers.relation(), shape).merge();
    Stage stage = Stage.open(session, connector.traits(), writers, merge.getFirst().parameters());
    return new Rows() {
      private long rows;

      @Override
      public void add(Row row) throws SQLException {
        rows++;
        stage.add(row, row);
      }

      @Override
      public void end() throws SQLException {
        long met = stage.apply(merge);
        stage.close();
        if (met != rows) {
          throw new WalferryException(
              ErrorCode.DESTINATION_CONFLICT,
              "The load of table "
                  + writers.relation()
                  + " expected to merge "
                  + rows
                  + " rows at the destination, but "
                  + met
                  + " were met or added"
                  + shape.collationNote());
        }
      }
    };
  }

  @Override
  public void write(byte[] message) {
    Chunk chunk = open.getFirst();
    if (unsent.isEmpty()) {
      unsent.add(chunk.rows().get());
    }
    try {
      unsent.getFirst().add(chunk.parser().parse(message));
    } catch (SQLException e) {
      throw failed(chunk.table(), e);
    }
  }

  @Override
  public void commit(LedgerEntry loaded) {
    finish();
    open.clear();
    transactions.commit(loaded);
  }

  private void finish() {
    if (unsent.isEmpty()) {
      return;
    }
    try {
      unsent.removeFirst().end();
    } catch (SQLException e) {
      throw failed(open.getFirst().table(), e);
    }
  }

  /** {@inheritDoc} Cuts the connection, so that nothing is waited for. */
  @Override
  public void close() {
    session.abort();
  }

  /** Looked at outside of the chunk's transaction, and once. */
  private TableShape shape(PublishedTable table) {
    return shapes.computeIfAbsent(
        table,
        wanted ->
            TableShape.read(session, TableNames.of(wanted.table()))
                .orElseThrow(
                    () ->
                        new WalferryException(
                            ErrorCode.DESTINATION_SHAPE,
                            "Table " + wanted + " is missing in " + session.display())));
  }

  private WalferryException failed(PublishedTable table, SQLException failure) {
    return session.failed("load table " + table + shape(table).collationNote(), failure);
  }

  /** Rows of an attempt are loaded by themselves. */
  private final class Unsent implements SavepointAttempts.Waiting {
    @Override
    public void begin() {}

    @Override
    public void flush() {
      finish();
    }

    @Override
    public void drop() {
      unsent.clear();
    }
  }
}
