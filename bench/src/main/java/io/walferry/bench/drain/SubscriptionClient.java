package io.walferry.bench.drain;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** PostgreSQL's own subscription, with its defaults. */
record SubscriptionClient() implements Client {
  private static final Duration LEAVE_MAX = Duration.ofSeconds(20);

  @Override
  public String name() {
    return "subscription";
  }

  @Override
  public Work work() {
    return Work.APPLY;
  }

  @Override
  public String description() {
    return "CREATE SUBSCRIPTION with its defaults; the client is its apply worker";
  }

  @Override
  public ActiveDrain start(Drain drain) throws SQLException {
    return Subscription.create(drain);
  }

  private static final class Subscription implements ActiveDrain {
    private final Connection connection;
    private final String mark;

    private Subscription(Connection connection, String mark) {
      this.connection = connection;
      this.mark = mark;
    }

    static Subscription create(Drain drain) throws SQLException {
      Connection connection = drain.destination().orElseThrow().database().connect();
      Subscription subscription = new Subscription(connection, drain.load().load().label());
      subscription.execute(
          """
          create subscription bench connection 'host=127.0.0.1 port=%d dbname=%s user=postgres'
          publication %s with (slot_name = '%s', create_slot = false, copy_data = false)\
          """
              .formatted(
                  drain.source().server().port(),
                  drain.source().database().name(),
                  drain.load().load().publication(),
                  drain.slot()));
      return subscription;
    }

    @Override
    public Set<Long> processIds() throws SQLException {
      String ids =
          query(
              "select coalesce(string_agg(pid::text, ','), '') from pg_stat_subscription"
                  + " where subname = 'bench' and pid is not null");
      return Stream.of(ids.split(","))
          .filter(id -> !id.isEmpty())
          .map(Long::valueOf)
          .collect(Collectors.toSet());
    }

    /** The mark comes behind the load, so everything is applied when it is there. */
    @Override
    public Optional<Instant> awaitEnd(Duration atMost) throws SQLException {
      LockSupport.parkNanos(atMost.toNanos());
      String found =
          query("select exists (select from bench_mark where load = '%s')".formatted(mark));
      return found.equals("t") ? Optional.of(Instant.now()) : Optional.empty();
    }

    @Override
    public OptionalLong finish() throws SQLException {
      leave();
      return OptionalLong.empty();
    }

    private void leave() throws SQLException {
      execute("alter subscription bench disable");
      long start = System.nanoTime();
      while (!processIds().isEmpty() && System.nanoTime() - start < LEAVE_MAX.toNanos()) {
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
    }

    private void execute(String sql) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute(sql);
      }
    }

    private String query(String sql) throws SQLException {
      try (Statement statement = connection.createStatement();
          ResultSet result = statement.executeQuery(sql)) {
        result.next();
        return String.valueOf(result.getString(1));
      }
    }

    @Override
    public void close() throws SQLException {
      leave();
      execute("alter subscription bench set (slot_name = none)");
      execute("drop subscription bench");
      connection.close();
    }
  }
}
