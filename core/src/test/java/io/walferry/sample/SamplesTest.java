package io.walferry.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.process.ChildJvm;
import io.walferry.testkit.wait.Await;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs do what the documents say. */
@Postgres
final class SamplesTest {
  private static final Duration PATIENCE = Await.patience(Duration.ofSeconds(60));

  @TempDir Path directory;

  @Test
  void thePriceCacheFollowsTheTable(Database database) throws Exception {
    database.execute(
        "create table product (id int primary key, price numeric);"
            + " insert into product values (1, 2.50), (2, 3)");
    try (ChildJvm child = start(PriceCache.class, database.uri())) {
      child.awaitLine("status: LISTENING"::equals, PATIENCE);
      database.execute(
          "begin; update product set price = 4.00 where id = 1; delete from product where id = 2;"
              + " insert into product values (3, 1); commit");
      child.awaitLine("prices: {1=4.00, 3=1}"::equals, PATIENCE);
      child.send("");
      assertEquals(0, child.awaitExit(PATIENCE));
      assertTrue(child.lines().contains("status: STOPPED"));
    }
  }

  @Test
  void theOutboxSenderGoesOnWhereItWas(Database database) throws Exception {
    database.execute(
        "create table outbox (id int primary key, body text); insert into outbox values (1, 'a')");
    String checkpoint = directory.resolve("outbox").toString();
    try (ChildJvm child = start(OutboxSender.class, database.uri(), checkpoint)) {
      child.awaitLine("sent: a"::equals, PATIENCE);
      database.execute("insert into outbox values (2, 'b')");
      child.awaitLine("sent: b"::equals, PATIENCE);
      child.send("");
      assertEquals(0, child.awaitExit(PATIENCE));
    }
    database.execute("insert into outbox values (3, 'c')");
    try (ChildJvm child = start(OutboxSender.class, database.uri(), checkpoint)) {
      child.awaitLine("sent: c"::equals, PATIENCE);
      assertTrue(child.lines().stream().noneMatch("sent: a"::equals));
    }
  }

  private static ChildJvm start(Class<?> program, String... arguments) {
    return ChildJvm.running(program).arguments(arguments).start();
  }
}
