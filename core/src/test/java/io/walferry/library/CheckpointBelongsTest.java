package io.walferry.library;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.checkpoint.Checkpoint;
import io.walferry.checkpoint.CheckpointStore;
import io.walferry.checkpoint.MemoryCheckpointStore;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.pipeline.LoadMode;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;

/** A checkpoint is gone on from by the feed that has saved it, and by no other one. */
@Postgres
final class CheckpointBelongsTest {
  private final List<Integer> told = new CopyOnWriteArrayList<>();

  /** The least that a store of one's own needs. */
  private static final class OwnStore implements CheckpointStore {
    private final Map<String, Checkpoint> saved = new ConcurrentHashMap<>();
    private final List<String> calls = new CopyOnWriteArrayList<>();

    @Override
    public String display() {
      return "a map";
    }

    @Override
    public Optional<Checkpoint> open(String pipeline) {
      calls.add("open");
      return Optional.ofNullable(saved.get(pipeline));
    }

    @Override
    public synchronized void save(Checkpoint checkpoint, long replaced) {
      calls.add("save");
      String pipeline = checkpoint.feed().pipeline();
      long present =
          Optional.ofNullable(saved.get(pipeline)).map(Checkpoint::epoch).orElse(Claim.NEVER_BEGUN);
      if (present != replaced) {
        throw new WalferryException(ErrorCode.DESTINATION_FENCED, "the map was taken over");
      }
      saved.put(pipeline, checkpoint);
    }

    @Override
    public void close() {
      calls.add("close");
    }

    /** As another process does. */
    synchronized void takeOver(Database database) {
      Checkpoint of = of(database);
      saved.put(
          database.name(),
          new Checkpoint(
              of.feed(), of.position(), of.epoch() + 1, of.configuration(), of.ledger()));
    }

    Checkpoint of(Database database) {
      return Optional.ofNullable(saved.get(database.name())).orElseThrow();
    }
  }

  private WalferryBuilder feed(Database database, CheckpointStore store) {
    return Feeds.of(database)
        .tables("public.t")
        .checkpoint(store)
        .callbacks(on -> on.insert("*.*", it -> told.add(it.row().getInt(0))));
  }

  private static void runOnce(Walferry feed, Database database) throws Exception {
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    Feeds.awaitDurable(feed, database);
    assertTrue(feed.stop(Feeds.PATIENCE));
    assertEquals(Optional.empty(), feed.lastError());
  }

  @Test
  void aStoreOfYourOwnKeepsAFeedOverARestart(Database database) throws Exception {
    database.execute("create table t (id int primary key); insert into t values (1), (2)");
    OwnStore store = new OwnStore();
    runOnce(feed(database, store).build(), database);
    database.execute("insert into t values (3)");
    // Another program in all but its process.
    Walferry second = feed(database, store).build();
    runOnce(second, database);
    assertEquals(List.of(1, 2, 3), told);
    assertEquals(store.of(database).position(), second.progress().durable().orElseThrow());
    // ( open save* close )*, and nothing is left open.
    assertTrue(
        String.join(" ", store.calls).matches("open( save)+ close open( save)+ close"),
        () -> String.join(" ", store.calls));
  }

  @Test
  void aFeedThatWasReplacedInAStoreOfYourOwnEnds(Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    OwnStore store = new OwnStore();
    Walferry feed = feed(database, store).build();
    feed.start();
    Feeds.awaitStatus(feed, Status.LISTENING);
    store.takeOver(database);
    database.execute("insert into t values (1)");
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    assertEquals(ErrorCode.DESTINATION_FENCED, feed.lastError().orElseThrow().code());
  }

  private static UnaryOperator<Checkpoint> with(UnaryOperator<FeedIdentity> change) {
    return it ->
        new Checkpoint(
            change.apply(it.feed()), it.position(), it.epoch(), it.configuration(), it.ledger());
  }

  private static UnaryOperator<Checkpoint> saved(String name, String value) {
    return it -> {
      Map<String, String> configuration = new HashMap<>(it.configuration());
      configuration.put(name, value);
      return new Checkpoint(it.feed(), it.position(), it.epoch(), configuration, it.ledger());
    };
  }

  static final List<Arguments> CONFIGURATIONS =
      List.of(
          Arguments.of(
              "tables", "tables was 'public.u' and is 'public.t'", saved("tables", "public.u")),
          Arguments.of("publication", "publication was 'another'", saved("publication", "another")),
          Arguments.of("database", "database was 'another'", saved("database", "another")),
          Arguments.of(
              "snapshot", "snapshot was 'NONE' and is 'SNAPSHOT'", saved("snapshot", "NONE")));

  @ParameterizedTest(name = "{0}")
  @FieldSource("CONFIGURATIONS")
  void oneOfAnotherConfigurationIsRefusedUnlessItIsAccepted(
      String name, String said, UnaryOperator<Checkpoint> other, Database database)
      throws Exception {
    database.execute("create table t (id int primary key); insert into t values (1)");
    OwnStore store = new OwnStore();
    runOnce(feed(database, store).build(), database);
    Checkpoint changed = other.apply(store.of(database));
    store.saved.put(database.name(), changed);
    WalferryException refusal = refusal(feed(database, store).build());
    assertEquals(ErrorCode.CHECKPOINT_CONFIGURATION, refusal.code());
    assertTrue(refusal.getMessage().contains(said), refusal.getMessage());
    assertEquals(changed, store.of(database));
    database.execute("insert into t values (2)");
    Walferry accepting = feed(database, store).acceptConfiguration().build();
    runOnce(accepting, database);
    assertEquals(List.of(1, 2), told);
    // It is of this configuration from then on.
    runOnce(feed(database, store).build(), database);
  }

  @Test
  void aFeedToldOtherwiseIsAnotherConfiguration(Database database) throws Exception {
    database.execute("create table t (id int primary key); create publication another for table t");
    MemoryCheckpointStore store = new MemoryCheckpointStore();
    runOnce(feed(database, store).build(), database);
    List<Walferry> others =
        List.of(
            feed(database, store).publication("another").build(),
            feed(database, store).snapshot(LoadMode.NONE).build(),
            feed(database, store).tables("public.*").build());
    for (Walferry other : others) {
      assertEquals(ErrorCode.CHECKPOINT_CONFIGURATION, refusal(other).code());
    }
  }

  static final List<Arguments> SOURCES =
      List.of(
          Arguments.of(
              "server",
              with(
                  it ->
                      new FeedIdentity(
                          it.pipeline(), it.systemId() + 1, it.timeline(), it.slot()))),
          Arguments.of(
              "slot",
              with(
                  it -> new FeedIdentity(it.pipeline(), it.systemId(), it.timeline(), "another"))));

  @ParameterizedTest(name = "{0}")
  @FieldSource("SOURCES")
  void oneOfAnotherSourceIsRefusedEvenIfConfigurationsAreAccepted(
      String name, UnaryOperator<Checkpoint> other, Database database) throws Exception {
    database.execute("create table t (id int primary key)");
    OwnStore store = new OwnStore();
    runOnce(feed(database, store).build(), database);
    Checkpoint changed = other.apply(store.of(database));
    store.saved.put(database.name(), changed);
    WalferryException refusal = refusal(feed(database, store).acceptConfiguration().build());
    assertEquals(ErrorCode.SOURCE_CHANGED, refusal.code());
    assertEquals(changed, store.of(database));
  }

  private static WalferryException refusal(Walferry feed) throws InterruptedException {
    feed.start();
    assertTrue(feed.awaitStopped(Feeds.PATIENCE));
    return feed.lastError().orElseThrow();
  }
}
