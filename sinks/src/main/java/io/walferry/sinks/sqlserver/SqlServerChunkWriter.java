package io.walferry.sinks.sqlserver;

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
import io.walferry.sinks.run.ChangeShape;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.ExistingRows;
import io.walferry.sinks.table.SourceRows;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Loads chunks by way of a {@link Stage}, in a session of its own. */
final class SqlServerChunkWriter implements RevocableChunkWriter {
  private final SqlServerConnector connector;
  private final SqlSession session;
  private final ChunkTransactions transactions;
  private final SqlServerSinkSettings settings;
  private final Map<PublishedTable, TableShape> shapes = new HashMap<>();

  /** The chunk that is open, if one is. */
  private final List<Chunk> open = new ArrayList<>(1);

  /** What of it was not sent, if anything. */
  private final List<Rows> unsent = new ArrayList<>(1);

  private final RowAttempts attempts;

  /**
   * A chunk's table.
   *
   * @param applied what brings staged rows there
   */
  private record Chunk(
      PublishedTable table,
      TableShape shape,
      CopyTextParser parser,
      RowWriters writers,
      ChangeStatement applied) {}

  SqlServerChunkWriter(
      SqlServerConnector connector,
      SqlSession session,
      ChunkTransactions transactions,
      SqlServerSinkSettings settings) {
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
    ChangeStatements statements = new ChangeStatements(shape, writers);
    boolean merge =
        settings.existing() == ExistingRows.MERGE && shape.isMergeable(table.columnNames());
    ChangeStatement applied =
        merge ? statements.merge() : statements.ofStage(ChangeShape.Insert.INSERT);
    CopyTextParser parser = new CopyTextParser(table.columns().size(), table.toString());
    open.add(new Chunk(table, shape, parser, writers, applied));
    return CopyFormat.TEXT;
  }

  /** Rows that are staged. */
  private final class Rows {
    private final Chunk chunk;
    private final Stage stage;
    private long count;

    Rows(Chunk chunk) throws SQLException {
      this.chunk = chunk;
      this.stage = Stage.open(session, chunk.writers(), chunk.applied().parameters());
    }

    void add(Row row) throws SQLException {
      count++;
      stage.add(row, row);
    }

    void end() throws SQLException {
      long met = stage.apply(chunk.applied());
      stage.close();
      if (met != count) {
        throw new WalferryException(
            ErrorCode.DESTINATION_CONFLICT,
            "The load of table "
                + chunk.table()
                + " expected to bring "
                + count
                + " rows to the destination, but "
                + met
                + " were met or added"
                + chunk.shape().note());
      }
    }
  }

  @Override
  public void write(byte[] message) {
    Chunk chunk = open.getFirst();
    try {
      if (unsent.isEmpty()) {
        unsent.add(new Rows(chunk));
      }
      unsent.getFirst().add(chunk.parser().parse(message));
    } catch (SQLException e) {
      throw failed(chunk, e);
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
      throw failed(open.getFirst(), e);
    }
  }

  /** {@inheritDoc} Cuts the connection, so that nothing is waited for. */
  @Override
  public void close() {
    session.abort();
  }

  /** Looked at outside of the chunk's transaction, and once. */
  private TableShape shape(PublishedTable table) {
    TableNames names = new TableNames(connector.settings().schema());
    return shapes.computeIfAbsent(
        table,
        wanted ->
            TableShape.read(session, names.of(wanted.table()))
                .orElseThrow(
                    () ->
                        new WalferryException(
                            ErrorCode.DESTINATION_SHAPE,
                            "Table " + wanted + " is missing in " + session.display())));
  }

  private WalferryException failed(Chunk chunk, SQLException failure) {
    WalferryException said = session.failed("load table " + chunk.table(), failure);
    return SqlServerErrors.isDuplicate(failure)
        ? new WalferryException(said.code(), said.getMessage() + chunk.shape().note(), said)
        : said;
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
