package io.walferry.sinks.run;

import io.walferry.change.Lsn;
import io.walferry.change.Row;
import java.util.ArrayList;
import java.util.List;

/**
 * Changes of one table and one shape in their order, in groups: a group goes to the server as one
 * execution of the statement.
 */
public final class Run {
  private static final int GROUP_ROWS_MAX = 1000;

  private final ChangeShape shape;
  private final List<Group> groups = new ArrayList<>();
  private int rows;
  private long changeBytesMax;
  private boolean separated;

  Run(ChangeShape shape) {
    this.shape = shape;
  }

  /**
   * Rows that go together; the old ones are the new ones again where nothing is taken from them.
   */
  public static final class Group {
    private final List<Row> before = new ArrayList<>();
    private final List<Row> after = new ArrayList<>();
    private Lsn first;
    private Lsn last;

    Group(PendingChange begin) {
      this.first = begin.first();
      this.last = begin.last();
    }

    private void add(PendingChange change) {
      before.add(change.before());
      after.add(change.after());
      first = Lsn.min(first, change.first());
      last = Lsn.max(last, change.last());
    }

    public List<Row> before() {
      return before;
    }

    public List<Row> after() {
      return after;
    }

    public int size() {
      return after.size();
    }

    /** Which source transactions the rows belong to. */
    public String where() {
      return transactions(first, last);
    }
  }

  void add(PendingChange change) {
    if (separated || groups.isEmpty() || groups.getLast().size() == GROUP_ROWS_MAX) {
      groups.add(new Group(change));
      separated = false;
    }
    groups.getLast().add(change);
    rows++;
    changeBytesMax = Math.max(changeBytesMax, change.byteSize());
  }

  /** What is added next must not share an execution with what was added before. */
  void separate() {
    separated = true;
  }

  public ChangeShape shape() {
    return shape;
  }

  public List<Group> groups() {
    return groups;
  }

  public int rows() {
    return rows;
  }

  /** Returns what the largest change holds in memory, near enough. */
  public long changeBytesMax() {
    return changeBytesMax;
  }

  public String where() {
    Lsn first = groups.stream().map(group -> group.first).reduce(Lsn::min).orElse(Lsn.ZERO);
    Lsn last = groups.stream().map(group -> group.last).reduce(Lsn::max).orElse(Lsn.ZERO);
    return transactions(first, last);
  }

  private static String transactions(Lsn first, Lsn last) {
    return first.equals(last)
        ? "transaction that commits at " + first
        : "one of the transactions that commit from " + first + " to " + last;
  }
}
