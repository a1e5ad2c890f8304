package io.walferry.testkit.workload;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.testkit.compare.ComparisonResult;
import io.walferry.testkit.compare.DatabaseComparison;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

@Postgres
final class ShopWorkloadTest {

  @Test
  void theSameSeedLeavesTheSameShop(Database one, Database other) throws SQLException {
    assertEquals(EnumSet.complementOf(EnumSet.of(ShopEvent.NOTHING)), trade(one));
    trade(other);
    try (Connection source = one.connect();
        Connection destination = other.connect()) {
      ComparisonResult result = DatabaseComparison.between(source, destination).compare();
      assertTrue(result.isEqual(), result::toString);
      assertEquals(5, result.tablesCompared());
      assertTrue(result.rowsCompared() > 1_000 * 4, result::toString);
    }
  }

  private static Set<ShopEvent> trade(Database database) throws SQLException {
    var events = EnumSet.noneOf(ShopEvent.class);
    var shop = ShopWorkload.create(7);
    try (Connection connection = database.connect()) {
      shop.createSchema(connection);
      shop.seed(connection, 1_000);
      for (int i = 0; i < 200; i++) {
        events.add(shop.step(connection));
      }
    }
    return events;
  }
}
