package io.walferry.pipeline;

import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import io.walferry.snapshot.LoadTable;
import io.walferry.snapshot.ReadHorizon;
import io.walferry.snapshot.RowBatch;
import io.walferry.snapshot.RowReader;
import io.walferry.snapshot.SourceSnapshot;
import io.walferry.snapshot.TableLedger;
import io.walferry.time.Stopwatch;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads some rows of tables again while the stream goes on. What is wanted is in the ledger before
 * the position passes the wish; each batch is then read under a snapshot of its own and put in the
 * place of the destination's rows, in one destination transaction with the line that says so. From
 * there on {@link Replay} judges the changes of these keys.
 *
 * <p>Only so many rows are read until the stream has come as far as they have; the keys of the
 * others wait, up to a bound in bytes. What cannot be served is given up with a warning, since the
 * wish would come again after every restart. Belongs to the pipeline's thread.
 */
final class RowReloads {
  private static final Logger LOG = LoggerFactory.getLogger(RowReloads.class);

  /** How many keys are judged at a time. */
  private static final int ROUND_ROWS = 10_000;

  /** Beyond that the whole table is loaded again. */
  private static final long PENDING_BYTES_MAX = 64L << 20;

  /** How many transactions are remembered before the source is asked which ones are seen. */
  private static final int HORIZON_MAX = 10_000;

  /** How long open transactions of others are left alone before the next attempt. */
  static final Duration PAUSE = Duration.ofMillis(100);

  /** What is wrong with the wish itself, or with what the destination has in its place. */
  private static final Set<ErrorCode> REFUSALS =
      EnumSet.of(
          ErrorCode.CONDITION_INVALID,
          ErrorCode.DESTINATION_CONFLICT,
          ErrorCode.DESTINATION_NOT_EMPTY,
          ErrorCode.DESTINATION_ROW_REFUSED,
          ErrorCode.DESTINATION_SHAPE,
          ErrorCode.DESTINATION_VALUE,
          ErrorCode.PERMISSION_DENIED,
          ErrorCode.PROTOCOL_VIOLATION,
          ErrorCode.SOURCE_TEXT_INVALID,
          ErrorCode.TABLE_MISSING,
          ErrorCode.TEXT_UNCONVERTIBLE);

  /**
   * SQLStates of data, constraints, statements, features and limits that no other code tells: they
   * come back with the same rows, while any other failure may pass.
   */
  private static final Set<String> REFUSING_STATES = Set.of("0A", "22", "23", "42", "54");

  private final FeedEnds ends;
  private final Replay replay;
  private final PipelineListener listener;
  private final List<Wanted> wanted = new ArrayList<>();

  /** Lines of the ledger for the next commit. */
  private final List<LedgerEntry> unnoted = new ArrayList<>();

  private Optional<ReadHorizon> horizon = Optional.empty();

  /** Measures the time since the last try; empty if the next try may come at once. */
  private Optional<Stopwatch> sinceTry = Optional.empty();

  private record Wanted(PublishedTable table, RowKeys rows) {}

  RowReloads(FeedEnds ends, Replay replay, PipelineListener listener) {
    this.ends = ends;
    this.replay = replay;
    this.listener = listener;
  }

  /** Reads rows again as soon as that can be done; they are in the ledger with the next commit. */
  void want(PublishedTable table, RowKeys rows) {
    wanted.add(new Wanted(table, rows));
  }

  /**
   * The table is gone, or has another name.
   *
   * @return whether rows of it were to be read
   */
  boolean forget(TableId table) {
    unnoted.removeIf(line -> line.table().equals(table));
    return wanted.removeIf(one -> one.table().table().equals(table));
  }

  /** A transaction of the stream is applied. */
  void applied(Xid xid) {
    horizon.ifPresent(it -> applied(it, xid));
  }

  /** While nothing can be read, nothing else makes it forget. */
  private void applied(ReadHorizon seen, Xid xid) {
    seen.applied(xid);
    if (seen.size() >= HORIZON_MAX) {
      seen.forget(SourceSnapshot.read(ends.sql()));
    }
  }

  /** Whether rows are still to be read. */
  boolean isPending() {
    return !wanted.isEmpty() || replay.ledgers().stream().anyMatch(TableLedger::hasPendingRows);
  }

  /** Whether it is time to commit and {@link #load}. */
  boolean isDue() {
    return !wanted.isEmpty()
        || (sinceTry.filter(it -> !it.hasReached(PAUSE)).isEmpty()
            && replay.ledgers().stream().anyMatch(RowReloads::hasRoom));
  }

  private static boolean hasRoom(TableLedger ledger) {
    return ledger.hasPendingRows() && ledger.rowCount() < ROUND_ROWS;
  }

  /** Notes what is wanted in the destination's open transaction. Nothing waits to be judged. */
  void plan() {
    if (!unnoted.isEmpty()) {
      ends.sink().note(List.copyOf(unnoted));
      unnoted.clear();
    }
    for (Wanted one : wanted) {
      plan(one);
    }
    if (!wanted.isEmpty()) {
      wanted.clear();
      sinceTry = Optional.empty();
    }
  }

  private void plan(Wanted one) {
    Optional<TableLedger> known = replay.ledger(one.table().table());
    if (known.isPresent() && !known.get().isLoaded()) {
      // Every row of it is still to be read.
      return;
    }
    TableLedger ledger = known.orElseGet(() -> begin(one.table()));
    if (!ledger.table().keyNames().equals(one.rows().columns())) {
      LOG.warn(
          "Rows of table {} are not read again, as asked for: its key is not ({}) any more",
          one.table(),
          String.join(", ", one.rows().columns()));
      return;
    }
    if (known.isEmpty()) {
      replay.track(ledger);
      ends.sink().note(ledger.entries());
    }
    ends.sink().note(List.of(ledger.want(one.rows().keys())));
    if (ledger.pendingBytes() > PENDING_BYTES_MAX) {
      LOG.warn("So many rows of table {} are asked for that all are loaded again", one.table());
      replay.loadSoon(one.table(), true);
    }
  }

  private TableLedger begin(PublishedTable table) {
    return TableLedger.ofRows(ends.sql(), LoadTable.read(ends.sql(), table));
  }

  /** Reads what can be read now. The last commit was everything. */
  void load() {
    List<TableLedger> due = replay.ledgers().stream().filter(RowReloads::hasRoom).toList();
    if (due.isEmpty()) {
      return;
    }
    SourceSnapshot.requireTelling(ends.sql());
    sinceTry = Optional.of(Stopwatch.start(ends.clock()));
    ReadHorizon seen = horizon.orElseGet(() -> new ReadHorizon(SourceSnapshot.begun(ends.sql())));
    horizon = Optional.of(seen);
    RowReader reader = new RowReader(ends.sql(), ends.text(), seen, ends.clock());
    for (TableLedger ledger : due) {
      int before = ledger.rowCount();
      while (hasRoom(ledger) && refuses(reader, ledger)) {}
      if (ledger.rowCount() > before) {
        replay.judge(List.of(ledger));
      }
    }
    if (!isPending()) {
      horizon = Optional.empty();
    }
  }

  /**
   * Reads until nothing is left or nothing can be read yet; returns whether a batch was given up.
   */
  private boolean refuses(RowReader reader, TableLedger ledger) {
    try (ChunkWriter writer = ends.sink().chunkWriter()) {
      boolean ready = true;
      while (ready && hasRoom(ledger)) {
        ready = transfer(reader, ledger, writer);
      }
      return false;
    } catch (WalferryException e) {
      if (!isRefusal(e)) {
        throw e;
      }
      LOG.warn(
          "Rows of table {} are not read again, as asked for: {}", name(ledger), e.getMessage());
      unnoted.add(ledger.giveUp(ledger.nextRows().orElseThrow()));
      return true;
    }
  }

  /** Whether the same wish would fail in the same way for ever. */
  static boolean isRefusal(WalferryException failure) {
    return failure.code() == ErrorCode.INTERNAL
        ? failure.getCause() instanceof SQLException cause && isRefusal(cause)
        : REFUSALS.contains(failure.code());
  }

  private static boolean isRefusal(SQLException cause) {
    String state = Optional.ofNullable(cause.getSQLState()).orElse("");
    return REFUSING_STATES.stream().anyMatch(state::startsWith);
  }

  private boolean transfer(RowReader reader, TableLedger ledger, ChunkWriter writer) {
    RowBatch batch = ledger.nextRows().orElseThrow();
    Optional<RowReader.Transferred> done = reader.transfer(ledger, batch, writer);
    done.ifPresent(
        it -> {
          ledger.read(batch, it.snapshot());
          listener.rowsLoaded(ledger.table().table().table(), it.rows(), it.bytes());
        });
    return done.isPresent();
  }

  private static String name(TableLedger ledger) {
    return ledger.table().table().toString();
  }
}
