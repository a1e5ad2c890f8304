package io.walferry.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.error.ErrorCode;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Publications and tables that do not give what the configuration asks for. */
@Postgres
final class RefusedPublicationTest {
  @TempDir private Path directory;

  @Test
  void aMissingPublicationIsNotMadeWhereCreationIsOff(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().source("create: false");
    database.execute(
        "select pg_create_logical_replication_slot('%s', 'pgoutput')".formatted(database.name()));
    scene
        .pipeline("load: none")
        .refused(
            ErrorCode.PUBLICATION_MISSING,
            "publication " + database.name() + " does not exist and 'source.create' is false");
    CapturedRun check = scene.command("validate", "--connect");
    assertTrue(check.out().contains("CREATE PUBLICATION"), check.out());
  }

  @Test
  void aPublicationThatIsGoneIsNotReplaced(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    database.execute("drop publication \"%s\"".formatted(database.name()));
    scene.refusedResume(
        ErrorCode.PUBLICATION_LOST,
        "the destination stands at ",
        "but publication " + database.name() + " does not exist");
  }

  @Test
  void aPublicationMadeAgainDoesNotBringItsChangesBack(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().followed();
    database.execute("drop publication \"%s\"".formatted(database.name()));
    database.execute("insert into item values (2, 'unpublished')");
    database.execute("create publication \"%s\" for table item".formatted(database.name()));
    scene.refusedResume(
        ErrorCode.PUBLICATION_LOST,
        "could not follow slot " + database.name(),
        "publication \"" + database.name() + "\" does not exist");
  }

  @Test
  void aPublicationIsNotWidened(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table other (id int primary key)");
    database.execute("create publication \"%s\" for table item".formatted(database.name()));
    scene
        .source("tables: [public.*]")
        .refused(
            ErrorCode.PUBLICATION_INCOMPLETE,
            "publication "
                + database.name()
                + " does not carry public.other. Run: ALTER"
                + " PUBLICATION");
  }

  @Test
  void aTableThatIsAskedForLaterIsLoadedOnceThePublicationCarriesIt(Database database)
      throws Exception {
    Scene scene = new Scene(database, directory).withTable().source("tables: [public.item]");
    scene.followed();
    database.execute("create table later (id int primary key); insert into later values (7)");
    scene
        .source("tables: [public.item, public.later]")
        .refusedResume(ErrorCode.PUBLICATION_INCOMPLETE, "does not carry public.later. Run: ");
    database.execute("alter publication \"%s\" add table public.later".formatted(database.name()));
    scene.followed();
    try (Connection copy =
            DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("copy.db"));
        Statement statement = copy.createStatement();
        ResultSet row = statement.executeQuery("select id from later")) {
      assertTrue(row.next());
      assertEquals(7, row.getInt(1));
    }
  }

  @Test
  void aTableThatAPatternComesToMatchIsNamed(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable().source("tables: ['public.*']");
    scene.followed();
    database.execute("create table later (id int primary key)");
    Scene.Running running = scene.start();
    running.awaitSaid(
        "WARN Publication " + database.name() + " does not carry public.later, so changes");
    running.awaitSaid("following from").stop();
  }

  @Test
  void aTableThatWasDroppedDoesNotHoldTheRestUp(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table other (id int primary key)");
    scene.source("tables: [public.item, public.other]").followed();
    database.execute("drop table other");
    scene.followed();
  }

  @Test
  void tablesThatAreNotThereAreNamedWithWhatWasMeant(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    scene
        .source("tables: [public.itme, 'sales.*']")
        .refused(
            ErrorCode.TABLE_MISSING,
            "'public.itme' matches no table; did you mean 'public.item'?",
            "'sales.*' matches no table");
    CapturedRun check = CapturedRun.plain();
    assertEquals(1, check.execute("check", database.uri(), "--tables", "public.itme"));
    assertTrue(check.out().contains("did you mean 'public.item'?"), check.out());
  }

  @Test
  void aPublicationWithoutAnyTableIsRefused(Database database) throws Exception {
    database.execute("create publication \"%s\"".formatted(database.name()));
    new Scene(database, directory)
        .refused(
            ErrorCode.TABLE_MISSING,
            "publication " + database.name() + " carries no table that the feed asks for");
  }

  @Test
  void anEmptyDatabaseIsRefused(Database database) {
    new Scene(database, directory).refused(ErrorCode.TABLE_MISSING, "'public.*' matches no table");
  }

  @EachPostgres
  void aTableWithoutReplicaIdentityIsNotPublished(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table log (line text)");
    scene.refused(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "publication " + database.name() + " was not created",
        "ALTER TABLE \"public\".\"log\" REPLICA IDENTITY FULL;");
    CapturedRun check = CapturedRun.plain();
    assertEquals(1, check.execute("check", database.uri()));
    assertTrue(
        check.out().contains("ALTER TABLE \"public\".\"log\" REPLICA IDENTITY FULL;"), check.out());
  }

  @Test
  void aTableWithoutReplicaIdentityThatIsPublishedAlreadyIsNamed(Database database)
      throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table log (line text)");
    database.execute("create publication \"%s\" for table item, log".formatted(database.name()));
    Scene.Running running = scene.start();
    running.awaitSaid(
        "WARN Table public.log needs a usable replica identity, or a publication of inserts only,"
            + " but has this: no primary key that is not deferrable. The server refuses the"
            + " application's own UPDATE and DELETE on it. Run: ALTER TABLE \"public\".\"log\""
            + " REPLICA IDENTITY FULL;");
    running.awaitSaid("following from").stop();
  }

  @Test
  void aTableWhoseRowsAreOnlyInsertedIsNamed(Database database) throws Exception {
    Scene scene = new Scene(database, directory).withTable();
    database.execute("create table log (line text); alter table log replica identity nothing");
    scene.refused(
        ErrorCode.REPLICA_IDENTITY_MISSING,
        "public.log (REPLICA IDENTITY NOTHING). Run: ALTER TABLE \"public\".\"log\" REPLICA"
            + " IDENTITY FULL;");
    database.execute("insert into log values ('a'); update log set line = 'b'");
    database.execute(
        "create publication \"%s\" for table item, log with (publish = 'insert, truncate')"
            .formatted(database.name()));
    Scene.Running running = scene.start();
    running.awaitSaid(
        "WARN Publication "
            + database.name()
            + " does not carry UPDATE, DELETE, so the destination keeps what these would have"
            + " changed");
    running.awaitSaid("following from").stop();
    database.execute("update log set line = 'c'");
  }
}
