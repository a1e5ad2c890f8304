package io.walferry.apply;

import io.walferry.change.Change;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ChangeOrder;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Lane;
import io.walferry.sink.LanedSink;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RevocableChunkWriter;
import io.walferry.sink.RowAttempts;
import io.walferry.sink.SinkCapabilities;
import io.walferry.sink.SinkState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * A destination without any store, whose lanes stand still, fail and lose commits where a test says
 * so: faults that no server has at a given moment. It remembers who has committed what, in which
 * order. Changes are inserts of one column.
 */
final class ScriptedDestination implements LanedSink {
  private final List<String> commits = new ArrayList<>();
  private final Map<String, CountDownLatch> gates = new HashMap<>();
  private final Map<String, CountDownLatch> applied = new HashMap<>();
  private final Set<String> refusedInLanes = new HashSet<>();
  private final Set<String> lostCommits = new HashSet<>();
  private final List<String> pending = new ArrayList<>();
  private final CountDownLatch dropped = new CountDownLatch(1);
  private ChangeOrder order = ChangeOrder.BY_KEY;
  private int lanesMade;

  /** Lanes apply a value when the gate is opened, and not before. */
  synchronized CountDownLatch gate(String value) {
    return gates.computeIfAbsent(value, key -> new CountDownLatch(1));
  }

  /** Opens when a lane has applied a value. */
  synchronized CountDownLatch applied(String value) {
    return applied.computeIfAbsent(value, key -> new CountDownLatch(1));
  }

  /** Opens when a lane has taken something back. */
  CountDownLatch dropped() {
    return dropped;
  }

  synchronized void refuseInLanes(String value) {
    refusedInLanes.add(value);
  }

  synchronized void loseCommitOf(String value) {
    lostCommits.add(value);
  }

  synchronized void order(ChangeOrder other) {
    order = other;
  }

  /** Each as {@code lane a b at 0/10}, or {@code alone a b at 0/10}. */
  synchronized List<String> commits() {
    return List.copyOf(commits);
  }

  synchronized int lanesMade() {
    return lanesMade;
  }

  private synchronized CountDownLatch gateOf(String value) {
    return gates.getOrDefault(value, new CountDownLatch(0));
  }

  private synchronized void openGates() {
    gates.values().forEach(CountDownLatch::countDown);
  }

  private synchronized boolean isRefused(String value) {
    return refusedInLanes.contains(value);
  }

  private synchronized void commit(String who, List<String> values, Position position) {
    if (who.equals("lane") && values.stream().anyMatch(lostCommits::contains)) {
      throw new WalferryException(ErrorCode.DESTINATION_UNREACHABLE, "the answer was lost");
    }
    commits.add(who + " " + String.join(" ", values) + " at " + position.endLsn());
    values.clear();
  }

  private static String value(Change change) {
    return switch (change) {
      case Change.Insert insert -> insert.after().text(0);
      case Change.Update update -> update.after().text(0);
      case Change.Delete delete -> "gone";
      case Change.Truncate truncate -> "truncate";
      case Change.Message message -> message.prefix();
    };
  }

  @Override
  public SinkCapabilities capabilities() {
    return new SinkCapabilities(true, true);
  }

  @Override
  public SinkState open(FeedIdentity feed, Claim claim) {
    return SinkState.Fresh.FRESH;
  }

  @Override
  public void prepare(List<PublishedTable> tables) {}

  @Override
  public void resume(List<PublishedTable> tables) {}

  @Override
  public void empty(PublishedTable table) {}

  @Override
  public void note(List<LedgerEntry> entries) {
    pending.add("note");
  }

  @Override
  public void forget(TableId table, Set<LedgerEntry.Kind> kinds) {}

  @Override
  public RevocableChunkWriter chunkWriter() {
    throw new UnsupportedOperationException();
  }

  @Override
  public RowAttempts attempts() {
    throw new UnsupportedOperationException();
  }

  @Override
  public synchronized ChangeOrder order(Relation relation) {
    return order;
  }

  @Override
  public synchronized Lane lane() {
    lanesMade++;
    return new ScriptedLane();
  }

  @Override
  public void begin(TransactionHeader transaction) {}

  @Override
  public void append(Change change) {
    pending.add(value(change));
  }

  @Override
  public void setAside(Change change, WalferryException why) {
    pending.add("not " + value(change));
  }

  @Override
  public void commit(Position position) {
    commit("alone", pending, position);
  }

  @Override
  public void close() {}

  private final class ScriptedLane implements Lane {
    private final List<String> values = new ArrayList<>();
    private volatile boolean aborted;

    @Override
    public void begin(TransactionHeader transaction) {}

    @Override
    public void append(Change change) {
      values.add(value(change));
    }

    @Override
    public void apply() {
      for (String value : values) {
        await(value);
        if (isRefused(value)) {
          throw new WalferryException(ErrorCode.DESTINATION_ROW_REFUSED, "refused");
        }
        applied(value).countDown();
      }
    }

    private void await(String value) {
      try {
        gateOf(value).await();
        if (aborted) {
          throw new WalferryException(ErrorCode.DESTINATION_UNREACHABLE, "the connection was cut");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void commit(Position position) {
      ScriptedDestination.this.commit("lane", values, position);
    }

    @Override
    public void drop() {
      values.clear();
      dropped.countDown();
    }

    @Override
    public void abort() {
      aborted = true;
      openGates();
    }

    @Override
    public void close() {
      values.clear();
    }
  }
}
