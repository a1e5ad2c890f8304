package io.walferry.testkit.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import io.walferry.testkit.mysql.MysqlServers;
import io.walferry.testkit.postgres.Database;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

@Mysql(MysqlFlavor.MARIADB)
final class MysqlExtensionTest {
  private static final Set<MysqlFlavor> SEEN = EnumSet.noneOf(MysqlFlavor.class);
  private static final Set<MysqlFlavor> RUNNABLE = EnumSet.noneOf(MysqlFlavor.class);

  @BeforeAll
  static void findRunnable(MysqlServers servers) {
    for (MysqlFlavor flavor : MysqlFlavor.values()) {
      if (servers.obstacle(flavor).isEmpty()) {
        RUNNABLE.add(flavor);
      }
    }
  }

  @Test
  void aTestGetsDatabasesOfItsOwnOnTheServerOfTheRun(
      MysqlDatabase one, MysqlDatabase other, MysqlServer server, MysqlServers servers)
      throws Exception {
    assertEquals(MysqlFlavor.MARIADB, server.flavor());
    assertNotEquals(one.name(), other.name());
    assertTrue(one.name().startsWith("atestgetsdatabasesofitsown"), one.name());
    assertSame(server, one.server());
    assertSame(server, servers.server(MysqlFlavor.MARIADB));
    one.execute("CREATE TABLE t (id INT)");
    other.execute("CREATE TABLE t (id INT)");
  }

  @Test
  @Mysql(MysqlFlavor.MYSQL)
  void theMethodOverridesTheClass(MysqlServer server) {
    assertEquals(MysqlFlavor.MYSQL, server.flavor());
  }

  @EachMysql
  @Postgres
  void aTemplateRunsOnEachFlavorBesidePostgres(Database source, MysqlDatabase target)
      throws Exception {
    source.execute("select 1");
    target.execute("SELECT 1");
    SEEN.add(target.server().flavor());
  }

  @AfterAll
  static void eachFlavorWasSeen() {
    assertEquals(RUNNABLE, SEEN);
  }
}
