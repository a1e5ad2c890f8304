package io.walferry.bench.compare;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * PostgreSQL's own subscription; its workers are the client.
 *
 * @param options what it is created with besides its slot
 * @param atEnd a condition that the destination meets at the end of a load
 */
record SubscriptionClient(
    String name,
    Work work,
    String description,
    Optional<String> missing,
    String options,
    Function<Load, String> atEnd)
    implements Client {
  private static final String DRAINING = "create_slot = false, copy_data = false";
  private static final Duration LEAVE_MAX = Duration.ofSeconds(20);

  /** Drains a slot. The mark comes behind the load, so everything is applied when it is there. */
  static SubscriptionClient applying() {
    return new SubscriptionClient(
        "subscription",
        Work.APPLY,
        "CREATE SUBSCRIPTION with its defaults; the client is its apply worker",
        Optional.empty(),
        DRAINING,
        SubscriptionClient::hasMark);
  }

  /** The fastest that it can be told to be, with commits as durable as those of our destination. */
  static SubscriptionClient applyingInParallel(Optional<String> missing) {
    String options = "binary = true, streaming = parallel, synchronous_commit = 'on'";
    return new SubscriptionClient(
        "subscription-parallel",
        Work.APPLY,
        "CREATE SUBSCRIPTION with " + options + "; the client is its workers",
        missing,
        DRAINING + ", " + options,
        SubscriptionClient::hasMark);
  }

  private static String hasMark(Load load) {
    return "exists (select from bench_mark where load = '%s')".formatted(load.label());
  }

  /**
   * Loads a table. Its commits wait for the disc, as those of our destination do; by default they
   * would not.
   */
  static SubscriptionClient loading(String name, String format, Optional<String> missing) {
    String options = "copy_data = true, synchronous_commit = 'on'" + format;
    return new SubscriptionClient(
        name,
        Work.LOAD,
        "CREATE SUBSCRIPTION with " + options + "; the client is its workers",
        missing,
        options,
        load -> "(select count(*) > 0 and bool_and(srsubstate = 'r') from pg_subscription_rel)");
  }

  @Override
  public ActiveClient start(Task task) throws SQLException {
    return Subscription.create(task, options, atEnd.apply(task.load().load()));
  }

  private static final class Subscription implements ActiveClient {
    private final Destination destination;
    private final String atEnd;
    private final Instant begun = Instant.now();

    private Subscription(Destination destination, String atEnd) {
      this.destination = destination;
      this.atEnd = atEnd;
    }

    static Subscription create(Task task, String options, String atEnd) throws SQLException {
      Destination destination = task.destination().orElseThrow();
      Subscription subscription = new Subscription(destination, atEnd);
      destination.execute(
          """
          create subscription bench connection 'host=127.0.0.1 port=%d dbname=%s user=postgres'
          publication %s with (slot_name = '%s', %s)\
          """
              .formatted(
                  task.source().server().port(),
                  task.source().database().name(),
                  task.load().load().publication(),
                  task.slot(),
                  options));
      return subscription;
    }

    @Override
    public Optional<Instant> begunAt() {
      return Optional.of(begun);
    }

    @Override
    public Set<Long> processIds() throws SQLException {
      String ids =
          destination.query(
              "select coalesce(string_agg(pid::text, ','), '') from pg_stat_subscription"
                  + " where subname = 'bench' and pid is not null");
      return Stream.of(ids.split(","))
          .filter(id -> !id.isEmpty())
          .map(Long::valueOf)
          .collect(Collectors.toSet());
    }

    @Override
    public Optional<Instant> awaitEnd(Duration atMost) throws SQLException {
      LockSupport.parkNanos(atMost.toNanos());
      return destination.holds(atEnd) ? Optional.of(Instant.now()) : Optional.empty();
    }

    @Override
    public OptionalLong finish() throws SQLException {
      leave();
      return OptionalLong.empty();
    }

    private void leave() throws SQLException {
      destination.execute("alter subscription bench disable");
      long start = System.nanoTime();
      while (!processIds().isEmpty() && System.nanoTime() - start < LEAVE_MAX.toNanos()) {
        LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      }
    }

    @Override
    public void close() throws SQLException {
      leave();
      destination.execute("alter subscription bench set (slot_name = none)");
      destination.execute("drop subscription bench");
    }
  }
}
