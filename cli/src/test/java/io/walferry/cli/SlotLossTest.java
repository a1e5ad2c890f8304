package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.postgres.PostgresServer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A feed whose slot is lost stops, or starts over in the place of what is there. */
final class SlotLossTest {
  private static final String SQLITE = "{type: sqlite, path: copy.db}";

  @SuppressWarnings("NullAway.Init")
  private static PostgresServer server;

  @TempDir private Path directory;

  /** How a slot is lost, and what is said then. */
  enum Loss {
    DROPPED(ErrorCode.SLOT_LOST),
    MOVED_ON(ErrorCode.SLOT_AHEAD),
    GIVEN_UP(ErrorCode.SLOT_UNUSABLE);

    private final ErrorCode code;

    Loss(ErrorCode code) {
      this.code = code;
    }

    void bringAbout(Database database) throws SQLException {
      switch (this) {
        case DROPPED ->
            database.execute("select pg_drop_replication_slot('%s')".formatted(database.name()));
        case MOVED_ON ->
            database.execute(
                "select pg_replication_slot_advance('%s', pg_current_wal_lsn())"
                    .formatted(database.name()));
        case GIVEN_UP -> {
          for (int segment = 0; segment < 4; segment++) {
            database.execute("select pg_logical_emit_message(true, 'a', 'b'), pg_switch_wal()");
          }
          database.execute("checkpoint");
        }
      }
    }
  }

  @BeforeAll
  static void startServer() {
    server =
        PostgresServer.builder()
            .setting("max_slot_wal_keep_size", "1MB")
            .setting("min_wal_size", "32MB")
            .setting("max_wal_size", "32MB")
            .start();
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void aFileIsLoadedAgain(Loss loss) throws Exception {
    try (Database source = server.createDatabase("loss")) {
      loseAndGoOn(loss, source, new Scene(source, directory));
      assertFileEqual(source);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDatabaseIsLoadedAgain(Loss loss) throws Exception {
    try (Database source = server.createDatabase("loss");
        Database copy = server.createDatabase("copy")) {
      loseAndGoOn(loss, source, new Scene(source, directory).sink(postgres(copy)));
      assertDatabaseEqual(source, copy);
    }
  }

  @ParameterizedTest
  @EnumSource
  void allOfSeveralSinksAreLoadedAgain(Loss loss) throws Exception {
    try (Database source = server.createDatabase("loss");
        Database copy = server.createDatabase("copy")) {
      Scene scene = new Scene(source, directory).sink(SQLITE + ", more: " + postgres(copy));
      loseAndGoOn(loss, source, scene);
      assertFileEqual(source);
      assertDatabaseEqual(source, copy);
    }
  }

  private static void loseAndGoOn(Loss loss, Database source, Scene scene) throws Exception {
    scene.withTable().pipeline("name: copy");
    source.execute(
        """
        create table bag (v text);
        alter table bag replica identity full;
        insert into bag values ('equal'), ('equal'), ('gone');
        insert into item select g, 'v' || g from generate_series(2, 500) g;
        """);
    scene.followed();
    source.execute(
        """
        set synchronous_commit = on;
        begin;
        delete from item where id % 3 = 0;
        update item set v = 'changed' where id % 3 = 1;
        insert into item select g, 'new' from generate_series(501, 700) g;
        delete from bag where v = 'gone';
        insert into bag values ('equal');
        commit;
        """);
    loss.bringAbout(source);
    scene.pipeline("name: copy, onSlotLost: fail").refusedResume(loss.code);
    assertTrue(loss.code.advice().contains("'pipeline.onSlotLost: resnapshot'"));

    scene.pipeline("name: copy, onSlotLost: resnapshot");
    Scene.Running again = scene.start().awaitSaid("; every table is loaded again");
    again.awaitSaid("following from");
    source.execute("delete from item where id = 4; insert into bag values ('late')");
    again.stop();
    // The slot is a sound one, so this goes on instead of loading once more.
    CapturedRun last = scene.command("run", "--until-lsn", "now");
    assertTrue(last.err().contains("ended: everything up to "), last.err());
    assertEquals(-1, last.err().indexOf("load"), last.err());
  }

  private static String postgres(Database copy) {
    return "{type: postgres, url: '%s'}".formatted(copy.uri());
  }

  private void assertFileEqual(Database source) throws SQLException {
    try (Connection left = source.connect();
        Connection right = DriverManager.getConnection("jdbc:sqlite:" + directory + "/copy.db")) {
      DatabaseComparison comparison =
          DatabaseComparison.between(left, right)
              .mapping(table -> new TableName("main", table.name()));
      assertEquals(List.of(), comparison.compare().tableDifferences());
    }
  }

  private static void assertDatabaseEqual(Database source, Database copy) throws SQLException {
    try (Connection left = source.connect();
        Connection right = copy.connect()) {
      assertEquals(List.of(), DatabaseComparison.between(left, right).compare().tableDifferences());
    }
  }
}
