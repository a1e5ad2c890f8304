package io.walferry.ddl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.workload.Seeds;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Anybody may write a message; only those of the installation are believed. */
final class ToldTableTest {
  private static final String SAID =
      "\ttable\tALTER TABLE\t4294967289\tpublic\ta\\tb\t1\tid\t23\t-1\t\t3\tn\\\\\t1700\t9\ts";

  private static Change.Message message(boolean transactional, String prefix, String content) {
    byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
    return new Change.Message(transactional, prefix, Lsn.ZERO, new Value.Binary(bytes));
  }

  private static Change.Message message(String content) {
    return message(true, "walferry.ddl", content);
  }

  @Test
  void onlyTransactionalMessagesOfItsPrefixAreMeant() {
    assertTrue(ToldChange.isOne(message("")));
    assertFalse(ToldChange.isOne(message(false, "walferry.ddl", "")));
    assertFalse(ToldChange.isOne(message(true, "walferry.ddl2", "")));
  }

  @Test
  void isBelievedWithTheKeyThatTheInstallationHasNow() throws Exception {
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      DdlKey key = new DdlKey(connection);
      assertEquals(Optional.empty(), ToldChange.of(message("1\t" + SAID), key));
      DdlInstallation installation = new DdlInstallation(connection);
      for (int round = 0; round < 2; round++) {
        installation.install(Optional.empty());
        String value = value(statement);
        assertEquals(
            Optional.of(
                new ToldTable(
                    -7,
                    new TableId("public", "a\tb"),
                    List.of(
                        new NumberedColumn(1, "id", 23, -1),
                        new NumberedColumn(3, "n\\", 1700, 9)))),
            ToldChange.of(message("1\t" + value + SAID), key));
        for (String other :
            List.of(
                "",
                "1",
                "1\t\t" + SAID,
                "1\t" + value.replace('4', '5') + "x" + SAID,
                "2\t" + value + SAID,
                "1\t" + value + "\tend",
                "1\t" + value + SAID.replace("table", "drop"),
                "1\t" + value + SAID + "\tmore",
                "1\t" + value + SAID.replace("1700", "numeric"))) {
          assertEquals(Optional.empty(), ToldChange.of(message(other), key), other);
        }
        installation.uninstall();
        assertTrue(ToldChange.of(message("1\t" + value + SAID), key).isPresent());
        assertEquals(Optional.empty(), ToldChange.of(message("1\tx" + SAID), key));
        assertEquals(Optional.empty(), ToldChange.of(message("1\t" + value + SAID), key));
      }
    }
  }

  @Test
  void noBytesDoMoreThanSayNothing() throws Exception {
    long seed = Seeds.next();
    Random random = new Random(seed);
    try (Database database = SharedServers.database(14);
        Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      new DdlInstallation(connection).install(Optional.empty());
      DdlKey key = new DdlKey(connection);
      String whole = "1\t" + value(statement) + SAID;
      for (int round = 0; round < 2_000; round++) {
        char[] content = whole.toCharArray();
        content[40 + random.nextInt(content.length - 40)] = "\t\\9-a".charAt(random.nextInt(5));
        String cut = new String(content, 0, 1 + random.nextInt(content.length));
        assertTrue(
            ToldChange.of(message(cut), key).stream()
                .allMatch(told -> told instanceof ToldTable table && table.columns().size() <= 2),
            () -> "seed " + seed + ": " + cut);
      }
    }
  }

  private static String value(Statement statement) throws Exception {
    try (ResultSet row = statement.executeQuery("select value from walferry_ddl.key")) {
      row.next();
      return row.getString(1);
    }
  }
}
