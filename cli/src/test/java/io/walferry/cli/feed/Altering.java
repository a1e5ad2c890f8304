package io.walferry.cli.feed;

import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes rows of a table, and now and then its columns, with a change of a row behind each. Used
 * by one thread; another may ask how often.
 */
final class Altering {
  static final TableName TABLE = new TableName("public", "item");

  /** What an alteration does. */
  enum Act {
    ADD,
    ADD_WITH_DEFAULT,
    DROP,
    RENAME,
    WIDEN;

    static final Set<Act> ALL = EnumSet.allOf(Act.class);
  }

  private static final int KEYS = 200;
  private static final int COLUMNS_MOST = 8;

  private final Database source;
  private final Random random;
  private final Set<Act> acts;
  private final AtomicInteger made = new AtomicInteger();
  private List<String> columns = List.of();
  private int names;
  private int id = KEYS;

  /**
   * Of a table that {@link #createTable} makes.
   *
   * @param acts what is drawn; ADD and WIDEN at least
   */
  Altering(Database source, Random random, Set<Act> acts) {
    this.source = source;
    this.random = random;
    this.acts = EnumSet.copyOf(acts);
  }

  void createTable() throws SQLException {
    source.execute(
        "create table item (id int primary key, n int not null, kind varchar(20), first int,"
            + " note text)");
  }

  /** How many alterations there were, with those that were rolled back. */
  int made() {
    return made.get();
  }

  void write(int transactions) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      columns = columns(statement);
      connection.setAutoCommit(false);
      for (int transaction = 0; transaction < transactions; transaction++) {
        write(connection, statement);
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Could not alter a table", e);
    }
  }

  /** Asked each time: nobody knows what a commit has done whose answer was lost. */
  private static List<String> columns(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select attname from pg_attribute where attrelid = 'item'::regclass and attnum > 0"
                + " and not attisdropped and attname not in ('id', 'n', 'kind') order by attnum")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }

  private void write(Connection connection, Statement statement) throws SQLException {
    List<String> before = List.copyOf(columns);
    change(statement);
    if (random.nextInt(150) == 0) {
      alter(statement);
      change(statement);
    }
    if (random.nextInt(200) == 0) {
      List<String> kept = List.copyOf(columns);
      Savepoint savepoint = connection.setSavepoint();
      alter(statement);
      connection.rollback(savepoint);
      columns = new ArrayList<>(kept);
    }
    change(statement);
    if (random.nextInt(12) == 0) {
      connection.rollback();
      columns = new ArrayList<>(before);
    } else {
      connection.commit();
    }
  }

  private void alter(Statement statement) throws SQLException {
    statement.execute("alter table item " + alteration());
    made.incrementAndGet();
    id++;
    statement.executeUpdate("insert into item (id, n) values (%d, %d)".formatted(id, id));
    statement.executeUpdate("delete from item where id = " + (id - 5));
  }

  /** What goes away or gets another name is never the last column: nobody could tell which. */
  private String alteration() {
    if (columns.size() < 3 || (columns.size() < COLUMNS_MOST && random.nextInt(3) == 0)) {
      return addition();
    }
    int column = random.nextInt(columns.size() - 1);
    Act act =
        switch (random.nextInt(3)) {
          case 0 -> Act.DROP;
          case 1 -> Act.RENAME;
          default -> Act.WIDEN;
        };
    if (act == Act.DROP && acts.contains(act)) {
      return "drop " + columns.remove(column);
    }
    if (act == Act.RENAME && acts.contains(act)) {
      String former = columns.get(column);
      columns.set(column, newName());
      return "rename %s to %s".formatted(former, columns.get(column));
    }
    // One that rewrites the table would have it loaded again, and never in peace.
    return "alter kind type varchar(%d)".formatted(names++ + 21);
  }

  private String addition() {
    String name = newName();
    columns.add(name);
    int form = acts.contains(Act.ADD_WITH_DEFAULT) ? random.nextInt(3) : 0;
    return switch (form) {
      case 0 -> "add %s int".formatted(name);
      case 1 -> "add %s text default 'it''s ä' not null".formatted(name);
      default -> "add %s int default 7".formatted(name);
    };
  }

  private String newName() {
    names++;
    return "c" + names;
  }

  private void change(Statement statement) throws SQLException {
    int row = random.nextInt(KEYS);
    statement.executeUpdate(
        switch (random.nextInt(5)) {
          case 0 -> "delete from item where id = " + row;
          case 1 ->
              "update item set id = %d where id = %d and not exists (select from item where id = %1$d)"
                  .formatted(random.nextInt(KEYS), row);
          case 2 ->
              "update item set %s = %s where id = %d"
                  .formatted(columns.getLast(), columns.getLast(), row);
          default ->
              "insert into item (id, n, kind) values (%d, %d, 'it''s ä') on conflict (id) do update set n = item.n + 1, kind = null"
                  .formatted(row, random.nextInt(1000));
        });
  }
}
