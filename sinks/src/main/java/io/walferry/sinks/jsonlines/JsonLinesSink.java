package io.walferry.sinks.jsonlines;

import io.walferry.change.Change;
import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.json.JsonWriter;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkTarget;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Ledger;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import io.walferry.sink.Sink;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import io.walferry.sink.TextChunkWriter;
import io.walferry.sink.Turns;
import io.walferry.sinks.table.ExistingRows;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One line of JSON for each change, in their order, as UTF-8.
 *
 * <p>Members: {@code op} (read, insert, update, delete, truncate, message), {@code schema}, {@code
 * table}, {@code lsn} of the commit, {@code xid}, {@code time} of the commit, {@code ordinal} of
 * the line in its transaction from 0, {@code before} (the replica identity's columns, or all with
 * replica identity FULL), {@code after}, and {@code unchanged}: names of large columns that the
 * source did not send, which {@code after} leaves out. A truncate has a line for each table.
 *
 * <p>Values: truth values are true and false; numbers are JSON numbers, digit by digit as
 * PostgreSQL prints them, so read them with a decimal type; what JSON has no number for ({@code
 * NaN}, {@code Infinity}) is a string. json and jsonb are embedded as they are, but for line ends
 * between their tokens, which become spaces. Everything else is a string as PostgreSQL prints it.
 *
 * <p>A file ends every commit with a line {@code "op":"position"}, synced to disk; lines after the
 * last one are not committed yet. A line {@code "op":"ledger"} says which tables are followed;
 * position lines tell where it is; both come first in a file that {@link Rotation} has begun, with
 * the position with which the one before it ends. A stream gets no such lines and remembers
 * nothing. Not for several threads.
 */
public final class JsonLinesSink implements Sink {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int ENCODERS_MAX = 256;

  /** So much of a load is made durable at once, as the ledger is written whole each time. */
  private static final long LOAD_COMMIT_BYTES = 64L << 20;

  /** About a hundred times what a line of the ledger takes. */
  private static final long LOAD_BYTES_PER_LEDGER_LINE = 16L << 10;

  private final LineOutput output;
  private final JsonWriter json;
  private final IdentityHashMap<Relation, RowEncoder> encoders = new IdentityHashMap<>();
  private final Ledger ledger = new Ledger();
  private final Turns turns = new Turns();

  /** Of the last commit. */
  private Position position = new Position(Lsn.ZERO, Xid.NONE);

  /** What chunks have written since the last commit. */
  private long chunkBytes;

  private TransactionHeader transaction = new TransactionHeader(Xid.NONE, Lsn.ZERO, Instant.EPOCH);
  private long ordinal;

  private JsonLinesSink(LineOutput output) {
    this.output = output;
    this.json = new JsonWriter(output::write);
  }

  /**
   * Lines at the end of a file; nothing is created before the first line.
   *
   * @param existing whether a file of others is refused or appended to; nothing else
   */
  public static JsonLinesSink toFile(Path file, ExistingRows existing) {
    return toFile(file, existing, Rotation.NEVER);
  }

  /**
   * Lines into files that follow one another. The open one has the name; each that is closed gets a
   * name with its number, as {@code shop-0000000001.jsonl} for {@code shop.jsonl}, is never written
   * or needed again, and may be taken away.
   *
   * @param existing as for one file; closed files count, too
   */
  public static JsonLinesSink toFile(Path file, ExistingRows existing, Rotation rotation) {
    return toFile(file, existing, rotation, InstantSource.system());
  }

  static JsonLinesSink toFile(
      Path file, ExistingRows existing, Rotation rotation, InstantSource clock) {
    if (existing != ExistingRows.REFUSE && existing != ExistingRows.APPEND) {
      throw new IllegalArgumentException("Lines of a file can only be refused or appended to");
    }
    boolean append = existing == ExistingRows.APPEND;
    return new JsonLinesSink(new LineFile(file, append, rotation, clock));
  }

  public static JsonLinesSink toStandardOutput() {
    return new JsonLinesSink(
        new LineStream(new FileOutputStream(FileDescriptor.out), "standard output"));
  }

  /**
   * Lines into a stream, which stays open.
   *
   * @param stream not a {@link java.io.PrintStream}, for that keeps failures to itself
   * @param name of the stream, for messages
   */
  public static JsonLinesSink toStream(OutputStream stream, String name) {
    return new JsonLinesSink(new LineStream(stream, name));
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(output.savesPosition(), false);
  }

  /**
   * {@inheritDoc}
   *
   * <p>A file is locked until {@link #close}; a second opener fails as {@code DESTINATION_BUSY}.
   */
  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    SinkState state = output.open(feed, claim);
    if (state instanceof SinkState.Following(var reached, var saved, var lines)) {
      position = reached;
      ledger.putAll(lines);
    }
    return state;
  }

  @Override
  public void prepare(List<PublishedTable> tables) {}

  @Override
  public void resume(List<PublishedTable> tables) {}

  /**
   * {@inheritDoc}
   *
   * <p>A truncate that belongs to no source transaction.
   */
  @Override
  public void empty(PublishedTable table) {
    json.raw("{\"op\":\"truncate\"");
    encoder(relation(table)).table(json);
    json.raw(",\"cascade\":false,\"restart_identity\":false}\n");
  }

  @Override
  public void note(List<LedgerEntry> entries) {
    ledger.putAll(entries);
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {
    ledger.remove(table, kinds);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Writers take turns. A chunk that is dropped leaves no lines in a file. Chunks become durable
   * many at a time, and with the next commit: those that are not are gone after a crash, and are
   * read again.
   */
  @Override
  public ChunkWriter chunkWriter() {
    return new TextChunkWriter(new Chunks(), turns);
  }

  @Override
  public void begin(TransactionHeader next) {
    transaction = next;
    ordinal = 0;
  }

  @Override
  public void append(Change change) {
    switch (change) {
      case Change.Insert(var relation, var after) -> {
        start("insert", relation);
        after(encoder(relation), after);
      }
      case Change.Update(var relation, var before, var after) -> {
        start("update", relation);
        before(encoder(relation), before);
        after(encoder(relation), after);
      }
      case Change.Delete(var relation, var before) -> {
        start("delete", relation);
        before(encoder(relation), before);
        json.raw("}\n");
      }
      case Change.Truncate truncate -> truncate(truncate);
      case Change.Message message -> {
        start("message");
        json.raw(",\"transactional\":").raw(String.valueOf(message.transactional()));
        json.raw(",\"prefix\":").string(message.prefix());
        json.raw(",\"content\":").hexadecimal(message.content().bytes()).raw("}\n");
      }
    }
  }

  @Override
  public void commit(Position reached) {
    json.flush();
    position = reached;
    output.commit(reached, ledger.lines());
    chunkBytes = 0;
  }

  @Override
  public void close() {
    output.close();
  }

  /** Lines {@code "op":"read"}. */
  private final class Chunks implements ChunkTarget {
    private OptionalLong start = OptionalLong.empty();

    @Override
    public Consumer<Row> beginChunk(PublishedTable table) {
      start = OptionalLong.of(output.end());
      RowEncoder encoder = new RowEncoder(relation(table));
      return row -> {
        json.raw("{\"op\":\"read\"");
        encoder.table(json);
        json.raw(",\"after\":");
        encoder.row(json, row);
        json.raw("}\n");
      };
    }

    @Override
    public void remove(PublishedTable table, RowKeys keys) {
      throw new IllegalStateException("Lines that are written stay");
    }

    @Override
    public void commitChunk(LedgerEntry loaded) {
      json.flush();
      ledger.putAll(List.of(loaded));
      chunkBytes += output.end() - start.orElseThrow();
      start = OptionalLong.empty();
      if (chunkBytes >= Math.max(LOAD_COMMIT_BYTES, LOAD_BYTES_PER_LEDGER_LINE * ledger.size())) {
        commit(position);
      }
    }

    @Override
    public void dropChunk() {
      json.drop();
      start.ifPresent(output::cutOff);
    }
  }

  private void truncate(Change.Truncate truncate) {
    for (Relation relation : truncate.relations()) {
      start("truncate", relation);
      json.raw(",\"cascade\":").raw(String.valueOf(truncate.cascade()));
      json.raw(",\"restart_identity\":").raw(String.valueOf(truncate.restartIdentity()));
      json.raw("}\n");
    }
  }

  private void start(String op, Relation relation) {
    start(op);
    encoder(relation).table(json);
  }

  private void start(String op) {
    json.raw("{\"op\":\"").raw(op);
    json.raw("\",\"lsn\":\"").raw(transaction.commitLsn().toString());
    json.raw("\",\"xid\":")
        .raw(transaction.isTransaction() ? transaction.xid().toString() : "null");
    json.raw(",\"time\":\"").raw(transaction.commitTime().toString());
    json.raw("\",\"ordinal\":").raw(String.valueOf(ordinal));
    ordinal++;
  }

  private void before(RowEncoder encoder, OldRow before) {
    switch (before) {
      case OldRow.Absent absent -> {}
      case OldRow.Key(Row key) -> {
        json.raw(",\"before\":");
        encoder.key(json, key);
      }
      case OldRow.Full(Row row) -> {
        json.raw(",\"before\":");
        encoder.row(json, row);
      }
    }
  }

  private void after(RowEncoder encoder, Row after) {
    json.raw(",\"after\":");
    encoder.row(json, after);
    encoder.unchanged(json, after);
    json.raw("}\n");
  }

  private RowEncoder encoder(Relation relation) {
    if (encoders.size() >= ENCODERS_MAX && !encoders.containsKey(relation)) {
      encoders.clear();
    }
    return encoders.computeIfAbsent(relation, RowEncoder::new);
  }

  private static Relation relation(PublishedTable table) {
    List<Column> columns =
        table.columns().stream()
            .map(c -> new Column(c.name(), c.typeOid(), c.typeModifier(), false))
            .toList();
    return new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
  }
}
