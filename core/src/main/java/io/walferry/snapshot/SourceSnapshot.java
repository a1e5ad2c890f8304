package io.walferry.snapshot;

import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Which transactions a read of the source has seen, by 64-bit transaction ids: {@code
 * txid_current_snapshot()}. Immutable.
 *
 * <p>Whether a read has seen a change is decided by this and never by LSNs: a commit is in the
 * write-ahead log before snapshots see it, long before with a synchronous standby.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-info.html">Transaction ID and
 *     Snapshot Information Functions</a>
 */
public final class SourceSnapshot {
  /** Has seen nothing: for rows that nobody has read, so that every change of them counts. */
  static final SourceSnapshot NOTHING = new SourceSnapshot(0, 0, new long[0]);

  private final long xmin;
  private final long xmax;
  private final long[] inProgress;

  private SourceSnapshot(long xmin, long xmax, long[] inProgress) {
    this.xmin = xmin;
    this.xmax = xmax;
    this.inProgress = inProgress;
  }

  /**
   * Reads {@code xmin:xmax:xip,…}.
   *
   * @throws IllegalArgumentException if it is anything else
   */
  public static SourceSnapshot parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 3) {
      throw new IllegalArgumentException("A snapshot looks like 10:20:10,14, but this does not");
    }
    LongStream running =
        parts[2].isEmpty()
            ? LongStream.empty()
            : Arrays.stream(parts[2].split(",", -1)).mapToLong(Long::parseLong);
    return new SourceSnapshot(
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), running.sorted().toArray());
  }

  /** What a statement sees now. */
  public static SourceSnapshot read(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.txid_current_snapshot()::text")) {
      row.next();
      return parse(row.getString(1));
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask which transactions are running");
    }
  }

  /**
   * Sees that snapshots of this server can be compared with its stream. Those of a standby do not
   * tell which transactions were running, so that changes would be taken for read that are not.
   *
   * @throws WalferryException {@code SOURCE_STANDBY}
   */
  public static void requireTelling(Connection connection) {
    if (isOfStandby(connection)) {
      throw new WalferryException(
          ErrorCode.SOURCE_STANDBY,
          "could not read existing rows: the server is a standby, whose snapshots do not tell which"
              + " transactions they see");
    }
  }

  /** Whether the server is a standby, as long as it is not promoted. */
  public static boolean isOfStandby(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.pg_is_in_recovery()")) {
      row.next();
      return row.getBoolean(1);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask whether the server is a standby");
    }
  }

  /**
   * Sees every transaction that has begun by now, whether it has ended or not. Not what a statement
   * sees: a snapshot ends behind the transaction that ended last, and others with higher ids may be
   * running, even be in the stream already. So this takes an id of its own.
   */
  public static SourceSnapshot begun(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_catalog.txid_current()")) {
      row.next();
      long next = row.getLong(1);
      return new SourceSnapshot(next, next, new long[0]);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "ask which transactions have begun");
    }
  }

  /**
   * Whether a committed transaction's changes are in what was read under this snapshot. What
   * belongs to no transaction has none.
   */
  public boolean sees(Xid xid) {
    return xid.equals(Xid.NONE) || (!isNothing() && sees(widen(xid)));
  }

  /** Whether it stands for no read at all. */
  public boolean isNothing() {
    return xmax == 0;
  }

  /** Snapshots of one server one after the other: the later one sees at least as much. */
  int compareAge(SourceSnapshot other) {
    int byEnd = Long.compare(xmax, other.xmax);
    return byEnd != 0 ? byEnd : Integer.compare(other.inProgress.length, inProgress.length);
  }

  private boolean sees(long xid) {
    return xid < xmin || (xid < xmax && Arrays.binarySearch(inProgress, xid) < 0);
  }

  /** Whether every committed transaction that {@code other} sees is seen by this one as well. */
  public boolean seesAllOf(SourceSnapshot other) {
    return xmax >= other.xmax && Arrays.stream(inProgress).noneMatch(other::sees);
  }

  /**
   * The id with its upper half: the one of its kind that is nearest to this snapshot. The server
   * lets no two ids that are in use be further apart than half of all of them.
   */
  private long widen(Xid xid) {
    return xmax + (xid.value() - (int) xmax);
  }

  /** In the server's form. */
  @Override
  public String toString() {
    return xmin
        + ":"
        + xmax
        + ":"
        + Arrays.stream(inProgress).mapToObj(Long::toString).collect(Collectors.joining(","));
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof SourceSnapshot other && toString().equals(other.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }
}
