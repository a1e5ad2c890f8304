package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Before 18 the server takes an update of such a table, and sends a row that nobody can find. */
@Postgres(14)
final class UnfollowableTableTest {
  @TempDir private Path directory;

  private static final String GENERATED = "k int generated always as (a * 10) stored primary key";

  @Test
  void aTableThatIsKnownByAGeneratedColumnIsNotFollowed(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table t (a int, v text, %s)".formatted(GENERATED));
    String problem =
        "public.t (generated: k). Run: ALTER TABLE \"public\".\"t\" REPLICA IDENTITY FULL;";
    scene.refused(ErrorCode.REPLICA_IDENTITY_MISSING, "was not created", problem);
    database.execute("create publication \"%s\" for table item, t".formatted(database.name()));
    scene.refused(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "UPDATE and DELETE could not be followed on " + problem);
    CapturedRun check = CapturedRun.plain();
    assertEquals(1, check.execute("check", database.uri(), "--publication", database.name()));
    assertTrue(check.out().contains("PROBLEM  table public.t: generated: k"), check.out());

    database.execute("alter table t replica identity full; insert into t values (1, 'a')");
    scene.followed();
    database.execute("update t set a = 2, v = 'b'");
    scene.caughtUp();
    assertEquals("2 b", scene.answer("select a || ' ' || v from t"));
  }

  /** Mending the table does not mend the log: the feed passes it, and reads the table again. */
  @Test
  void aFeedThatStandsAtSuchAnUpdateGoesOnWithoutTheTable(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create publication \"%s\" for all tables".formatted(database.name()));
    scene.source("tables: ['public.*']").followed();
    database.execute(
        "create table t (a int, v text, %s); insert into t values (1, 'a')".formatted(GENERATED));
    scene.caughtUp();
    database.execute("update t set v = 'b'; update item set v = 'w'");
    scene.failed(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "table public.t has sent an UPDATE or DELETE without a replica identity");
    database.execute("alter table t replica identity full");
    scene.failed(ErrorCode.REPLICA_IDENTITY_MISSING, "public.t");

    scene.source("tables: [public.item]").caughtUp();
    assertEquals("w", scene.answer("select v from item"));
    database.execute("update t set v = 'c'");
    scene.source("tables: ['public.*']").sink("{type: sqlite, path: copy.db, existing: replace}");
    scene.caughtUp();

    assertEquals("1 c", scene.answer("select a || ' ' || v from t"));
  }
}
