package io.walferry.testkit.workload;

import io.walferry.testkit.compare.TableName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes that a follower of the WAL must get right: all sorts of keys and types, values out of
 * line, key swaps, equal rows without a key, savepoints, roll-backs, TRUNCATE, transactions of no
 * row and of thousands.
 *
 * <p>The same seed and calls with one writer leave the same contents. Several writers change rows
 * of their own; only what a TRUNCATE meets depends on the moment. Any thread may call.
 */
public final class Workload {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final long seed;
  private final boolean truncates;
  private final List<WorkTable> tables = WorkloadTables.all();
  private final AtomicInteger runs = new AtomicInteger();

  private Workload(long seed, boolean truncates) {
    this.seed = seed;
    this.truncates = truncates;
  }

  public static Workload create(long seed) {
    return new Workload(seed, true);
  }

  /** The same changes but for TRUNCATE, which no stream of PostgreSQL 10 carries. */
  public static Workload withoutTruncate(long seed) {
    return new Workload(seed, false);
  }

  public long seed() {
    return seed;
  }

  /** The tables, in two schemas. */
  public List<TableName> tables() {
    return tables.stream().map(WorkTable::name).toList();
  }

  /** Creates schemas, types and empty tables; they must not be there. */
  public void createSchema(Connection connection) throws SQLException {
    Sql sql = new Sql(connection);
    for (String statement : WorkloadTables.schemas()) {
      sql.execute(statement);
    }
    for (WorkTable table : tables) {
      for (String statement : table.ddl()) {
        sql.execute(statement);
      }
    }
  }

  /**
   * Carries out so many transactions by each of the writers, all at once, and returns when they
   * have ended; each call continues with new changes. Throws what stopped a writer; the message
   * says the seed.
   */
  public WorkloadReport run(ConnectionSource connections, int transactions, int writers) {
    int run = runs.getAndIncrement();
    var tasks = new ArrayList<Callable<WorkloadReport>>();
    for (int writer = 0; writer < writers; writer++) {
      int number = writer;
      tasks.add(() -> write(connections, transactions, number, run));
    }
    try (var executor = Executors.newFixedThreadPool(writers)) {
      var report = new WorkloadReport(seed, 0, 0, 0);
      for (Future<WorkloadReport> future : executor.invokeAll(tasks)) {
        report = report.plus(future.get());
      }
      return report;
    } catch (ExecutionException e) {
      throw new IllegalStateException("The workload of seed " + seed + " failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted in the workload of seed " + seed, e);
    }
  }

  private WorkloadReport write(ConnectionSource connections, int transactions, int number, int run)
      throws SQLException {
    try (Connection connection = connections.open()) {
      Writer writer = new Writer(tables, truncates, number, connection);
      for (int i = 0; i < transactions && !Thread.currentThread().isInterrupted(); i++) {
        writer.transact(random(number, run, i));
      }
      return writer.report(seed);
    }
  }

  private Random random(int writer, int run, int transaction) {
    long place = ((long) run << 44) + ((long) writer << 32) + transaction;
    return new Random((seed * MIX) ^ (place * MIX + seed));
  }
}
