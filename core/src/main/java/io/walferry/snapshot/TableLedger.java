package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.LedgerEntry.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * How the rows of one table came to the destination: its chunks and the rows that were read alone,
 * each with the snapshot that it was read under. A change counts for a key only if that snapshot
 * does not see the change's transaction.
 *
 * <p>Belongs to the pipeline's thread. What it holds is what the destination's ledger holds.
 *
 * <p>The rule and the experiments behind it: contract 5 in ARCHITECTURE.md.
 */
public final class TableLedger {
  private final LoadTable table;
  private final String shape;
  private final SourceSnapshot base;
  private final List<String> key;
  private final List<List<String>> bounds;
  private final List<Optional<SourceSnapshot>> chunks;

  /** Counts the chunks that are not at the destination yet. */
  private int missingCount;

  private final List<ReadRow> rows = new ArrayList<>();

  /** Rows that are still to be read, in the order in which they were asked for. */
  private final SortedMap<Integer, RowBatch> pending = new TreeMap<>();

  /** Numbers of lines whose rows were read. */
  private final List<Integer> readParts = new ArrayList<>();

  private int lastPart;

  /** Whether chunks that are read now may have been read before, and were not dropped. */
  private boolean repeats;

  /** A row that was read alone. */
  public record ReadRow(List<String> key, SourceSnapshot snapshot) {
    public ReadRow {
      key = List.copyOf(key);
    }
  }

  /** The place of a row that was read alone, while the ledger's lines are put in order. */
  private record ReadPart(int part, SourceSnapshot snapshot, List<List<String>> keys) {}

  /**
   * A table of which nothing was read.
   *
   * @param base what every read has to see
   * @param key the columns of the bounds
   * @param bounds of the chunks, as {@link ChunkPlan} has them
   */
  private TableLedger(
      LoadTable table,
      String shape,
      SourceSnapshot base,
      List<String> key,
      List<List<String>> bounds) {
    this.table = table;
    this.shape = shape;
    this.base = base;
    this.key = List.copyOf(key);
    this.bounds = List.copyOf(bounds);
    this.chunks = new ArrayList<>();
    for (int i = 0; i <= bounds.size(); i++) {
      chunks.add(Optional.empty());
    }
    this.missingCount = chunks.size();
  }

  /**
   * Cuts a table into chunks, as it is now.
   *
   * @param connection in autocommit mode
   * @param base what every read has to see
   */
  public static TableLedger plan(
      Connection connection, LoadTable table, SourceSnapshot base, long chunkBytes) {
    try {
      connection.setAutoCommit(false);
      try {
        String shape = TableShape.read(connection, table.table()).shape().value();
        List<List<String>> bounds = ChunkPlan.bounds(connection, table, chunkBytes);
        return new TableLedger(table, shape, base, table.keyNames(), bounds);
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "plan the load of " + table.table());
    }
  }

  /**
   * A table whose rows are all there as the stream has brought them, and of which some rows are to
   * be read alone: every change counts but for those.
   *
   * @param connection in autocommit mode
   */
  public static TableLedger ofRows(Connection connection, LoadTable table) {
    String shape = TableShape.read(connection, table.table()).shape().value();
    TableLedger ledger =
        new TableLedger(table, shape, SourceSnapshot.NOTHING, table.keyNames(), List.of());
    ledger.loaded(0, SourceSnapshot.NOTHING);
    return ledger;
  }

  /**
   * Sees that a table could be read: rights, row security, the columns that are published.
   *
   * @param connection in autocommit mode
   */
  public static void requireReadable(Connection connection, PublishedTable table) {
    LoadTable source = LoadTable.read(connection, table);
    // Of no row.
    String sql =
        TableChunk.copyStatement(
            source, table.columnNames(), "false", CopyFormat.TEXT, SourceText.TRUSTED);
    try {
      CopyOut copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
      while (copy.readFromCopy() != null) {}
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "read " + table + " for its load");
    }
  }

  /**
   * Whether what was read, and what is still to be read, is of use: the table has the key by which
   * it was cut, and, as long as a chunk is missing, is what it was then.
   */
  public boolean isCurrent(Connection connection) {
    return key.equals(table.keyNames())
        && (isLoaded() || TableShape.read(connection, table.table()).shape().value().equals(shape));
  }

  /**
   * What the destination holds of a load.
   *
   * @param entries the table's, of all kinds
   * @return empty if the table is settled
   * @throws IllegalArgumentException if they do not fit together
   */
  public static Optional<TableLedger> of(LoadTable table, List<LedgerEntry> entries) {
    Optional<LedgerEntry> head =
        entries.stream().filter(entry -> is(entry, Kind.CHUNK, LedgerText.BASE)).findFirst();
    if (head.isEmpty()) {
      return Optional.empty();
    }
    List<String> facts = LedgerText.fields(head.get().content());
    TableLedger ledger =
        new TableLedger(
            table,
            facts.get(0),
            SourceSnapshot.parse(facts.get(1)),
            facts.subList(2, facts.size()),
            boundsOf(entries));
    List<ReadPart> read = new ArrayList<>();
    for (LedgerEntry entry : entries) {
      List<String> fields = LedgerText.fields(entry.content());
      String snapshot = fields.getFirst();
      if (entry.kind() == Kind.CHUNK && !entry.part().equals(LedgerText.BASE)) {
        if (!snapshot.isEmpty()) {
          ledger.loaded(Integer.parseInt(entry.part()), SourceSnapshot.parse(snapshot));
        }
      } else if (entry.kind() == Kind.ROW) {
        int part = Integer.parseInt(entry.part());
        ledger.lastPart = Math.max(ledger.lastPart, part);
        List<List<String>> keys = ledger.keys(fields.subList(1, fields.size()));
        if (snapshot.isEmpty()) {
          ledger.pending.put(part, new RowBatch(part, ledger.key.size(), keys));
        } else {
          read.add(new ReadPart(part, SourceSnapshot.parse(snapshot), keys));
        }
      }
    }
    read.sort(Comparator.comparing(ReadPart::snapshot, SourceSnapshot::compareAge));
    read.forEach(row -> ledger.remember(row.part(), row.keys(), row.snapshot()));
    return Optional.of(ledger);
  }

  private List<List<String>> keys(List<String> values) {
    List<List<String>> keys = new ArrayList<>();
    for (int at = 0; at < values.size(); at += key.size()) {
      keys.add(values.subList(at, at + key.size()));
    }
    return keys;
  }

  private static List<List<String>> boundsOf(List<LedgerEntry> entries) {
    return entries.stream()
        .filter(entry -> entry.kind() == Kind.CHUNK && !entry.part().equals(LedgerText.BASE))
        .filter(entry -> !entry.part().equals("0"))
        .sorted(Comparator.comparingInt(entry -> Integer.parseInt(entry.part())))
        .map(entry -> LedgerText.fields(entry.content()))
        .map(fields -> fields.subList(1, fields.size()))
        .toList();
  }

  private static boolean is(LedgerEntry entry, Kind kind, String part) {
    return entry.kind() == kind && entry.part().equals(part);
  }

  /**
   * What is still to be read may have been read before, under an older snapshot, by somebody who
   * has handed rows of it on: all changes since the plan count for chunks that are read now, though
   * the read has seen some of them already.
   */
  public void repeat() {
    repeats = true;
  }

  /** Whether somebody may have been handed rows that a later read has not found any more. */
  public boolean repeats() {
    return repeats;
  }

  /** The snapshot from which changes count for a chunk that was read under this one. */
  SourceSnapshot countsFrom(SourceSnapshot read) {
    return repeats ? base : read;
  }

  /** Every line of the plan. */
  public List<LedgerEntry> entries() {
    List<LedgerEntry> entries = new ArrayList<>();
    List<String> facts = new ArrayList<>(List.of(shape, base.toString()));
    facts.addAll(key);
    entries.add(new LedgerEntry(id(), Kind.CHUNK, LedgerText.BASE, LedgerText.of(facts)));
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      entries.add(entry(chunk, chunks.get(chunk)));
    }
    return entries;
  }

  private LedgerEntry entry(int chunk, Optional<SourceSnapshot> snapshot) {
    List<String> fields = new ArrayList<>();
    fields.add(snapshot.map(SourceSnapshot::toString).orElse(""));
    if (chunk > 0) {
      fields.addAll(bounds.get(chunk - 1));
    }
    return new LedgerEntry(id(), Kind.CHUNK, Integer.toString(chunk), LedgerText.of(fields));
  }

  /** The line that says that a chunk is there. */
  LedgerEntry loadedEntry(TableChunk chunk, SourceSnapshot snapshot) {
    return entry(chunk.number(), Optional.of(snapshot));
  }

  void loaded(int chunk, SourceSnapshot snapshot) {
    if (chunks.set(chunk, Optional.of(snapshot)).isEmpty()) {
      missingCount--;
    }
  }

  /** Remembers a row that was read alone, and returns the line that says so. */
  public LedgerEntry read(List<String> key, SourceSnapshot snapshot) {
    lastPart++;
    remember(lastPart, List.of(key), snapshot);
    return line(lastPart, snapshot.toString(), List.of(key));
  }

  private void remember(int part, List<List<String>> keys, SourceSnapshot snapshot) {
    keys.forEach(read -> rows.add(new ReadRow(read, snapshot)));
    readParts.add(part);
  }

  /**
   * Some rows are to be read alone as soon as that can be done.
   *
   * @param keys by {@link LoadTable#keyNames}; not empty
   * @return the line that says so
   */
  public LedgerEntry want(List<List<String>> keys) {
    lastPart++;
    pending.put(lastPart, new RowBatch(lastPart, key.size(), keys));
    return line(lastPart, "", keys);
  }

  /** The rows that are to be read next. */
  public Optional<RowBatch> nextRows() {
    return pending.values().stream().findFirst();
  }

  public boolean hasPendingRows() {
    return !pending.isEmpty();
  }

  /** How much the keys take of rows that are still to be read. */
  public long pendingBytes() {
    return pending.values().stream().mapToLong(RowBatch::byteSize).sum();
  }

  /** The line that says that rows are there as a snapshot sees them. */
  LedgerEntry readEntry(RowBatch batch, SourceSnapshot snapshot) {
    return line(batch.part(), snapshot.toString(), batch.keys());
  }

  /** Remembers that rows are there as a snapshot sees them. */
  public void read(RowBatch batch, SourceSnapshot snapshot) {
    pending.remove(batch.part());
    remember(batch.part(), batch.keys(), snapshot);
  }

  /** Gives up rows that were to be read, and returns the line that says so. */
  public LedgerEntry giveUp(RowBatch batch) {
    pending.remove(batch.part());
    return emptyLine(batch.part());
  }

  /**
   * Forgets the rows that were read alone, since everything that they may have seen has come by.
   *
   * @return the lines that say so
   */
  public List<LedgerEntry> settleRows() {
    List<LedgerEntry> lines = readParts.stream().map(this::emptyLine).toList();
    readParts.clear();
    rows.clear();
    return lines;
  }

  /** How many rows were read alone. */
  public int rowCount() {
    return rows.size();
  }

  private LedgerEntry emptyLine(int part) {
    return line(part, SourceSnapshot.NOTHING.toString(), List.of());
  }

  private LedgerEntry line(int part, String snapshot, List<List<String>> keys) {
    List<String> fields = new ArrayList<>();
    fields.add(snapshot);
    keys.forEach(fields::addAll);
    return new LedgerEntry(id(), Kind.ROW, Integer.toString(part), LedgerText.of(fields));
  }

  public LoadTable table() {
    return table;
  }

  String shape() {
    return shape;
  }

  SourceSnapshot base() {
    return base;
  }

  private TableId id() {
    return table.table().table();
  }

  /** The chunks that are not at the destination yet. */
  List<TableChunk> missing() {
    List<TableChunk> missing = new ArrayList<>();
    for (int chunk = 0; chunk < chunks.size(); chunk++) {
      if (chunks.get(chunk).isEmpty()) {
        missing.add(
            new TableChunk(
                table,
                chunk,
                chunk == 0 ? Optional.empty() : Optional.of(bounds.get(chunk - 1)),
                chunk == bounds.size() ? Optional.empty() : Optional.of(bounds.get(chunk))));
      }
    }
    return missing;
  }

  public boolean isLoaded() {
    return missingCount == 0;
  }

  List<List<String>> bounds() {
    return bounds;
  }

  /** The rows that were read alone, in the order in which they were; the last of a key counts. */
  List<ReadRow> rows() {
    return rows;
  }

  /** Where a key's row was read. */
  public SourceSnapshot view(KeyPlace place) {
    return place.row().isPresent()
        ? rows.get(place.row().getAsInt()).snapshot()
        : chunks.get(place.chunk()).orElseThrow();
  }

  /** Tells whether every read has seen a transaction, since it had begun before the first one. */
  public boolean isSeenFromTheStart(Xid xid) {
    return base.sees(xid);
  }

  /** Whether a transaction was seen by all reads, by none, or by some. */
  public Seen seen(Xid xid) {
    boolean all = true;
    boolean none = true;
    for (Optional<SourceSnapshot> chunk : chunks) {
      boolean sees = chunk.orElseThrow().sees(xid);
      all &= sees;
      none &= !sees;
    }
    for (ReadRow row : rows) {
      boolean sees = row.snapshot().sees(xid);
      all &= sees;
      none &= !sees;
    }
    return all ? Seen.BY_ALL : none ? Seen.BY_NONE : Seen.BY_SOME;
  }

  /** How many of a table's reads have seen a transaction. */
  public enum Seen {
    BY_ALL,
    BY_NONE,
    BY_SOME
  }
}
