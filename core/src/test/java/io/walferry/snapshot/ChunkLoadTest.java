package io.walferry.snapshot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.postgres.PostgresConnector;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceText;
import io.walferry.sink.ChunkWriter;
import io.walferry.sink.CopyFormat;
import io.walferry.sink.LedgerEntry;
import io.walferry.sink.RowKeys;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import io.walferry.testkit.wait.Await;
import io.walferry.time.NanoClock;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Readers of existing rows that are ended. */
final class ChunkLoadTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  private static TableLedger plan(Connection connection) {
    LoadTable table =
        LoadTable.read(connection, new PublicationCatalog(connection).tables("p").getFirst());
    return TableLedger.plan(connection, table, SourceSnapshot.read(connection), 1 << 20);
  }

  /** Of two writers, the second cannot be had. */
  private static final class OneOnly implements Supplier<ChunkWriter> {
    private final AtomicBoolean had = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    @Override
    public ChunkWriter get() {
      if (had.getAndSet(true)) {
        throw new IllegalStateException("no second one");
      }
      return new Taking(() -> {}, () -> closed.set(true));
    }
  }

  /** Takes every row, and does something as it begins and when it is closed. */
  private record Taking(Runnable beginning, Runnable closing) implements ChunkWriter {
    @Override
    public CopyFormat begin(PublishedTable table) {
      beginning.run();
      return CopyFormat.TEXT;
    }

    @Override
    public CopyFormat begin(PublishedTable table, RowKeys keys) {
      return begin(table);
    }

    @Override
    public void write(byte[] message) {}

    @Override
    public void commit(LedgerEntry loaded) {}

    @Override
    public void close() {
      closing.run();
    }
  }

  /** A load waited for the reader's end for a day. */
  @Test
  void aWriterThatCannotBeClosedEndsTheLoad() throws Exception {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect()) {
      database.execute("create table t (id int primary key); create publication p for table t");
      database.execute("insert into t values (1)");
      PostgresConnector source =
          new PostgresConnector(ConnectionSettings.parse(database.uri(), Map.of()), "walferry");
      TableLedger ledger = plan(connection);
      Runnable failing =
          () -> {
            throw new IllegalStateException("it does not close");
          };

      WalferryException e;
      try (ChunkLoad load =
          ChunkLoad.start(
              source,
              () -> new Taking(() -> {}, failing),
              2,
              List.of(ledger),
              SourceText.TRUSTED,
              PATIENCE,
              NanoClock.system())) {
        e =
            assertThrows(
                WalferryException.class,
                () -> {
                  while (load.next().isPresent()) {}
                });
      }

      assertEquals(ErrorCode.INTERNAL, e.code());
      assertTrue(e.getMessage().contains("could not be closed"), e::getMessage);
      OneOnly writers = new OneOnly();
      assertThrows(
          IllegalStateException.class,
          () ->
              ChunkLoad.start(
                  source,
                  writers,
                  2,
                  List.of(ledger),
                  SourceText.TRUSTED,
                  PATIENCE,
                  NanoClock.system()));
      assertTrue(writers.closed.get());
    }
  }

  @Test
  void oneThatStillConnectsEndsWithTheLoad() throws Exception {
    try (Database database = SharedServers.database(14);
        FaultProxy proxy = FaultProxy.before(database.server().port());
        Connection connection = database.connect()) {
      database.execute("create table t (id int primary key); create publication p for table t");
      TableLedger ledger = plan(connection);
      String uri =
          database.uri().replace(":" + database.server().port() + "/", ":" + proxy.port() + "/");
      PostgresConnector source =
          new PostgresConnector(
              ConnectionSettings.parse(
                  uri + (uri.contains("?") ? "&" : "?") + "connect_timeout=60", Map.of()),
              "walferry");
      proxy.stall(Direction.TO_CLIENT);
      AtomicBoolean touched = new AtomicBoolean();
      ChunkLoad load =
          ChunkLoad.start(
              source,
              () -> new Taking(() -> touched.set(true), () -> {}),
              1,
              List.of(ledger),
              SourceText.TRUSTED,
              PATIENCE,
              NanoClock.system());
      try {
        proxy.awaitConnections(1, PATIENCE);
      } finally {
        load.close();
      }
      assertFalse(touched.get());
      assertTrue(
          Thread.getAllStackTraces().keySet().stream()
              .noneMatch(thread -> thread.getName().startsWith("walferry-load-")));
    }
  }
}
