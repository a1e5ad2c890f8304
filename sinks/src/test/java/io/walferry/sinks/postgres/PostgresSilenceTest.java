package io.walferry.sinks.postgres;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.chunk;
import static io.walferry.sinks.SinkCalls.copy;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.position;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.postgres.PostgresFixture.IMPATIENT;
import static io.walferry.sinks.postgres.PostgresFixture.connector;
import static io.walferry.sinks.postgres.PostgresFixture.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.sink.ChunkWriter;
import io.walferry.sinks.SinkCalls;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.proxy.Direction;
import io.walferry.testkit.proxy.FaultProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A destination that says nothing any more, on a connection that stays open. */
@Postgres
final class PostgresSilenceTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).build();

  private static final PostgresSinkSettings SHORT =
      IMPATIENT.withSilenceMax(Duration.ofMillis(1500));

  private static PostgresSink following(Database database, FaultProxy proxy) {
    String uri = database.uri().replaceFirst(":\\d+/", ":" + proxy.port() + "/");
    return SinkCalls.following(new PostgresSink(connector(uri), SHORT), ITEM);
  }

  @Test
  void anAnswerThatNeverComesEndsTheWait(Database database) {
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        PostgresSink sink = following(database, proxy)) {
      proxy.stall(Direction.TO_CLIENT);
      String message =
          refused(
              ErrorCode.DESTINATION_UNREACHABLE, () -> apply(sink, 0x20, ITEM.insert("1", "a")));
      assertTrue(message.endsWith("no answer within 1500 ms"), message);
    }
  }

  @Test
  void aServerThatIsGoneWithoutAWordEndsTheWait(Database database) {
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        PostgresSink sink = following(database, proxy)) {
      proxy.dropServer();
      refused(ErrorCode.DESTINATION_UNREACHABLE, () -> sink.commit(position(0x20)));
    }
  }

  @Test
  void rowsThatNobodyTakesEndTheWait(Database database) {
    byte[] large = line("1", "x".repeat(60_000));
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        PostgresSink sink = following(database, proxy);
        ChunkWriter writer = sink.chunkWriter()) {
      writer.begin(ITEM.published());
      proxy.stall(Direction.TO_SERVER);
      String message =
          refused(
              ErrorCode.DESTINATION_UNREACHABLE,
              () -> {
                for (int row = 0; row < 10_000; row++) {
                  writer.write(large);
                }
              });
      assertEquals(
          "could not load table public.item in", message.substring(0, message.indexOf(" in") + 3));
      assertTrue(message.endsWith("no answer within 1500 ms"), message);
    }
  }

  @Test
  void manyShortWaitsAreNoLongOne(Database database) throws SQLException {
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        PostgresSink sink = following(database, proxy)) {
      proxy.latency(Duration.ofMillis(200));
      try (ChunkWriter writer = sink.chunkWriter()) {
        copy(writer, ITEM, database, "SELECT g, repeat('x', 300) FROM generate_series(1, 5000) g");
        writer.commit(chunk(ITEM, "1"));
      }
      apply(sink, 0x20, ITEM.insert("5001", "a"));
    }
    assertEquals(List.of("5001"), rows(database, "SELECT count(*) FROM item"));
  }

  @Test
  void emptyingATableMayTakeLong(Database database) throws SQLException {
    try (FaultProxy proxy = FaultProxy.before(database.server().port());
        PostgresSink sink = following(database, proxy)) {
      apply(sink, 0x20, ITEM.insert("1", "a"));
      database.execute(
          """
          CREATE TABLE mine (item int REFERENCES item);
          CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM pg_sleep(2); RETURN OLD; END $$;
          CREATE TRIGGER wait BEFORE DELETE ON item FOR EACH ROW EXECUTE FUNCTION wait();
          ALTER TABLE item ENABLE ALWAYS TRIGGER wait;
          """);
      sink.empty(ITEM.published());
      sink.commit(position(0x30));
    }
    assertEquals(List.of("0"), rows(database, "SELECT count(*) FROM item"));
  }

  @Test
  void aLockIsWaitedForLessLong() {
    assertThrows(
        IllegalArgumentException.class,
        () -> PostgresSinkSettings.DEFAULT.withSilenceMax(Duration.ofSeconds(10)));
  }
}
