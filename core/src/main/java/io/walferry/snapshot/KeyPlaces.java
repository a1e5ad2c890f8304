package io.walferry.snapshot;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.StringJoiner;

/**
 * Asks the source which chunks keys belong to, many keys at once: nobody else knows how it orders
 * and equates them, collations of text above all.
 */
public final class KeyPlaces {
  private KeyPlaces() {}

  /**
   * The places of some keys, in their order.
   *
   * @param connection in autocommit mode
   * @param keys column by column as text
   */
  public static List<KeyPlace> find(
      Connection connection, TableLedger ledger, List<List<String>> keys) {
    if (ledger.table().key().isEmpty() || (ledger.bounds().isEmpty() && ledger.rows().isEmpty())) {
      return Collections.nCopies(keys.size(), KeyPlace.ONLY_CHUNK);
    }
    try {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        statement.execute(ledger.table().setSearchPath());
        return find(connection, ledger, keys, sql(ledger));
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    } catch (SQLException e) {
      throw ledger.table().failure(e, "find the chunks of keys of " + ledger.table().table());
    }
  }

  private static List<KeyPlace> find(
      Connection connection, TableLedger ledger, List<List<String>> keys, String sql)
      throws SQLException {
    List<KeyPlace> places = new ArrayList<>(keys.size());
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int width = ledger.table().key().size();
      int parameter = 1;
      if (!ledger.bounds().isEmpty()) {
        parameter = bind(statement, parameter, width, ledger.bounds());
      }
      parameter = bind(statement, parameter, width, keys);
      bind(
          statement,
          parameter,
          width,
          ledger.rows().stream().map(TableLedger.ReadRow::key).toList());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          int row = rows.getInt(2);
          places.add(
              new KeyPlace(
                  rows.getInt(1), row == 0 ? OptionalInt.empty() : OptionalInt.of(row - 1)));
        }
      }
    }
    if (places.size() != keys.size()) {
      throw new SQLException("Got places for other keys than were asked for");
    }
    return places;
  }

  private static int bind(
      PreparedStatement statement, int from, int width, List<List<String>> tuples)
      throws SQLException {
    for (int column = 0; column < width; column++) {
      int index = column;
      Object[] values = tuples.stream().map(tuple -> tuple.get(index)).toArray();
      statement.setArray(from + column, statement.getConnection().createArrayOf("text", values));
    }
    return from + width;
  }

  /**
   * Rows are compared as records, column by column by the default order of each type: the order of
   * the key's index.
   */
  private static String sql(TableLedger ledger) {
    LoadTable table = ledger.table();
    String bounds =
        ledger.bounds().isEmpty()
            ? "SELECT 0"
            : "SELECT pg_catalog.array_agg("
                + record(table, "v")
                + " ORDER BY v.n) FROM "
                + lists(table, "v");
    String chunk =
        ledger.bounds().isEmpty()
            ? "0"
            : "pg_catalog.width_bucket(" + record(table, "k") + ", b.bounds)";
    return "WITH b (bounds) AS ("
        + bounds
        + ") SELECT "
        + chunk
        + ", r.n FROM b CROSS JOIN "
        + lists(table, "k")
        + " LEFT JOIN (SELECT v.key, pg_catalog.max(v.n) FROM (SELECT "
        + record(table, "r")
        + ", r.n FROM "
        + lists(table, "r")
        + ") v (key, n) GROUP BY v.key) r (key, n) ON r.key OPERATOR(pg_catalog.=) "
        + record(table, "k")
        + " ORDER BY k.n";
  }

  private static String record(LoadTable table, String alias) {
    StringJoiner columns = new StringJoiner(", ", "ROW(", ")::record");
    for (int i = 0; i < table.key().size(); i++) {
      columns.add(table.key().get(i).typed(alias + ".c" + i));
    }
    return columns.toString();
  }

  /** Several lists side by side; only the unqualified name of the function takes them. */
  private static String lists(LoadTable table, String alias) {
    StringJoiner lists = new StringJoiner(", ", "unnest(", ") WITH ORDINALITY ");
    StringJoiner names = new StringJoiner(", ", alias + " (", ", n)");
    for (int i = 0; i < table.key().size(); i++) {
      lists.add("?::text[]");
      names.add("c" + i);
    }
    return lists.toString() + names;
  }
}
