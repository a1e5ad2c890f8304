package io.walferry.sinks.mysql;

import static io.walferry.sinks.Refusal.refused;
import static io.walferry.sinks.SinkCalls.apply;
import static io.walferry.sinks.SinkCalls.line;
import static io.walferry.sinks.SinkCalls.load;
import static io.walferry.sinks.SourceTable.BYTEA;
import static io.walferry.sinks.SourceTable.INT4;
import static io.walferry.sinks.SourceTable.NULL;
import static io.walferry.sinks.SourceTable.TEXT;
import static io.walferry.sinks.SourceTable.UNCHANGED;
import static io.walferry.sinks.SourceTable.key;
import static io.walferry.sinks.SourceTable.table;
import static io.walferry.sinks.mysql.MysqlFixture.following;
import static io.walferry.sinks.mysql.MysqlFixture.rows;
import static io.walferry.sinks.mysql.MysqlFixture.run;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.walferry.change.Change;
import io.walferry.error.ErrorCode;
import io.walferry.sinks.SourceTable;
import io.walferry.testkit.junit.EachMysql;
import io.walferry.testkit.mysql.MysqlDatabase;
import io.walferry.testkit.mysql.MysqlFlavor;
import io.walferry.testkit.mysql.MysqlServer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sends rows that go by themselves, or in several pieces, among others. */
final class MysqlLargeRowsTest {
  private static final SourceTable ITEM =
      table("item").key("id", INT4).column("name", TEXT).column("data", BYTEA).build();

  /** Has what a load and a statement escape, at places that move by one from part to part. */
  private static final String TEXT_PART = "it's \\ \"q\" 😀\t\n\r\u0001ü";

  private static final String BINARY_PART = "00ff5c27220d0a";
  private static final int MIB = 1 << 20;

  @EachMysql
  void theyArriveAsTheyAre(MysqlDatabase database) throws Exception {
    arrive(database);
  }

  @Test
  void theyArriveWhereLoadsAreForbidden() throws Exception {
    try (MysqlServer server =
            MysqlServer.builder(MysqlFlavor.MYSQL).setting("local-infile", "OFF").start();
        MysqlDatabase database = server.createDatabase("forbidden")) {
      arrive(database);
      isRefused(database);
    }
  }

  @Test
  void theyArriveWhereAStatementMustBeSmall() throws Exception {
    try (MysqlServer server =
        MysqlServer.builder(MysqlFlavor.MARIADB)
            .setting("max-allowed-packet", Integer.toString(2 * MIB))
            .start()) {
      try (MysqlDatabase database = server.createDatabase("small")) {
        arrive(database);
      }
      try (MysqlDatabase database = server.createDatabase("limit")) {
        arriveAroundTheLimit(database, 2 * MIB);
      }
    }
  }

  /** Sends rows for which a statement has just room, or just none, once quotes are escaped. */
  private static void arriveAroundTheLimit(MysqlDatabase database, int limit) throws SQLException {
    String quotes = "'".repeat(limit / 2 - 2000);
    Change[] changes =
        IntStream.range(0, 40)
            .mapToObj(i -> ITEM.insert("" + i, quotes + "x".repeat(2200 + 50 * i), NULL))
            .toArray(Change[]::new);
    try (MysqlSink sink = following(database, ITEM)) {
      apply(sink, 0x20, changes);
    }
    assertEquals(
        List.of("40"),
        rows(
            database,
            "SELECT sum(char_length(name) = %d + 50 * id) FROM item"
                .formatted(quotes.length() + 2200)));
  }

  private static void arrive(MysqlDatabase database) throws Exception {
    List<String> expected = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    for (int id = 0; id < 50; id++) {
      String name = id % 10 == 7 ? text(id * MIB / 20) : text(id);
      String data = id % 10 == 3 ? binary(id * MIB / 40) : binary(id);
      changes.add(ITEM.insert("" + id, name, "\\x" + data));
      expected.add(id + "|" + md5(name) + "|" + md5(HexFormat.of().parseHex(data)));
    }
    String large = text(3 * MIB / 2);
    String bytes = binary(MIB);
    try (MysqlSink sink = following(database, ITEM)) {
      apply(sink, 0x20, changes.toArray(Change[]::new));
      load(sink, ITEM, line("50", large, NULL), line("51", "small", "\\x" + bytes));
      apply(sink, 0x30, ITEM.insert("52", "a", NULL), ITEM.insert("53", large, "\\x" + bytes));
      apply(sink, 0x40, ITEM.update("53", large + "x", UNCHANGED));
      apply(sink, 0x50, ITEM.update("52", UNCHANGED, "\\x" + bytes));
      apply(sink, 0x60, ITEM.update(key("0", NULL, NULL), "-1", large, NULL));
    }
    expected.set(0, "-1|" + md5(large) + "|∅");
    byte[] decoded = HexFormat.of().parseHex(bytes);
    expected.add("50|" + md5(large) + "|∅");
    expected.add("51|" + md5("small") + "|" + md5(decoded));
    expected.add("52|" + md5("a") + "|" + md5(decoded));
    expected.add("53|" + md5(large + "x") + "|" + md5(decoded));
    assertEquals(expected, rows(database, "SELECT id, md5(name), md5(data) FROM item ORDER BY id"));
  }

  @EachMysql
  void theyComeInTheirOrder(MysqlDatabase database) throws SQLException {
    run(
        database,
        "CREATE TABLE item (id int PRIMARY KEY, name longtext CHARACTER SET utf8mb4, data longblob,"
            + " place bigint NOT NULL AUTO_INCREMENT UNIQUE)");
    try (MysqlSink sink = following(database, ITEM)) {
      apply(
          sink,
          0x20,
          IntStream.range(0, 60)
              .mapToObj(i -> ITEM.insert("" + i, i % 25 == 20 ? text(2 * MIB) : "s", NULL))
              .toArray(Change[]::new));
    }
    List<String> ids = IntStream.range(0, 60).mapToObj(Integer::toString).toList();
    assertEquals(ids, rows(database, "SELECT id FROM item ORDER BY place"));
  }

  @EachMysql
  void whatTheServerWouldCutIsRefused(MysqlDatabase database) throws SQLException {
    isRefused(database);
  }

  private static void isRefused(MysqlDatabase database) throws SQLException {
    SourceTable note = table("note").key("id", INT4).column("v", TEXT).column("w", TEXT).build();
    run(
        database,
        "CREATE TABLE note (id int PRIMARY KEY, v varchar(4) CHARACTER SET utf8mb4, w longtext"
            + " CHARACTER SET utf8mb4)");
    try (MysqlSink sink = following(database, note)) {
      refused(
          ErrorCode.DESTINATION_ROW_REFUSED,
          () -> load(sink, note, line("1", "four ", text(2 * MIB))));
    }
    try (MysqlSink sink = following(database, note)) {
      refused(ErrorCode.DESTINATION_ROW_REFUSED, () -> load(sink, note, line("1", "four ", "w")));
    }
    assertEquals(List.of(), rows(database, "SELECT id FROM note"));
  }

  private static String text(int length) {
    int parts = length / TEXT_PART.length();
    return "x".repeat(length % TEXT_PART.length()) + TEXT_PART.repeat(parts);
  }

  /** Returns digits of so many bytes. */
  private static String binary(int byteCount) {
    int partBytes = BINARY_PART.length() / 2;
    return "61".repeat(byteCount % partBytes) + BINARY_PART.repeat(byteCount / partBytes);
  }

  private static String md5(String text) throws GeneralSecurityException {
    return md5(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String md5(byte[] bytes) throws GeneralSecurityException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
  }
}
