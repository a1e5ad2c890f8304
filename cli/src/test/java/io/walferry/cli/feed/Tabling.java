package io.walferry.cli.feed;

import io.walferry.testkit.compare.TableName;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes rows of some tables, and now and then makes, drops, rewrites or renames one, in the
 * middle of transactions. Used by one thread; another may ask how often.
 */
final class Tabling {
  static final int TABLES = 4;

  /** Beside {@code public}. */
  private static final String SCHEMA = "aside";

  private static final int KEYS = 50;

  private final Database source;
  private final Random random;
  private final AtomicInteger made = new AtomicInteger();

  Tabling(Database source, Random random) {
    this.source = source;
    this.random = random;
  }

  /** One that is always there, beside the others. */
  void createTable() throws SQLException {
    source.execute(
        "create table item (id int primary key, n bigint not null, note text); create schema "
            + SCHEMA);
  }

  /** How many tables were made, dropped, rewritten or renamed, with what was rolled back. */
  int made() {
    return made.get();
  }

  /** Those that are there. */
  List<TableName> tables() throws SQLException {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      return present(statement).stream()
          .map(name -> name.split("\\.", -1))
          .map(parts -> new TableName(parts[0], parts[1]))
          .toList();
    }
  }

  /** A name that a table may have; without its schema in {@code public}. */
  static TableName name(int table) {
    return new TableName(table < TABLES / 2 ? "public" : SCHEMA, "s" + table % (TABLES / 2));
  }

  private String name() {
    TableName name = name(random.nextInt(TABLES));
    return name.schema() + "." + name.name();
  }

  private static List<String> present(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery(
            "select relnamespace::regnamespace || '.' || relname from pg_class"
                + " where relnamespace in ('public'::regnamespace, 'aside'::regnamespace)"
                + " and relkind = 'r' order by 1")) {
      List<String> names = new ArrayList<>();
      while (rows.next()) {
        names.add(rows.getString(1));
      }
      return names;
    }
  }

  void write(int transactions) {
    try (Connection connection = source.connect();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int transaction = 0; transaction < transactions; transaction++) {
        change(statement);
        if (random.nextInt(40) == 0) {
          act(statement, name());
          change(statement);
        }
        if (random.nextInt(10) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Could not make or drop a table", e);
    }
  }

  private void act(Statement statement, String table) throws SQLException {
    made.incrementAndGet();
    if (!present(statement).contains(table)) {
      create(statement, table);
    } else if (random.nextInt(2) == 0) {
      rename(statement, table, name());
    } else if (random.nextInt(3) == 0) {
      statement.execute(
          "alter table %s alter n type %s using n + 1"
              .formatted(table, random.nextBoolean() ? "bigint" : "numeric"));
    } else {
      statement.execute("drop table " + table);
      if (random.nextBoolean()) {
        create(statement, table);
      }
    }
  }

  /** Swaps it with another one if that has the name. */
  private void rename(Statement statement, String table, String name) throws SQLException {
    if (name.equals(table)) {
      return;
    }
    boolean swaps = present(statement).contains(name);
    if (swaps) {
      move(statement, name, "public.swapped");
    }
    move(statement, table, name);
    if (swaps) {
      change(statement);
      move(statement, "public.swapped", table);
    } else if (random.nextInt(2) == 0) {
      create(statement, table);
    }
  }

  private static void move(Statement statement, String from, String to) throws SQLException {
    String[] was = from.split("\\.", -1);
    String[] is = to.split("\\.", -1);
    String table = from;
    if (!was[1].equals(is[1])) {
      // By a name that no other one has in either schema.
      statement.execute("alter table %s rename to between_names".formatted(table));
      table = was[0] + ".between_names";
    }
    if (!was[0].equals(is[0])) {
      statement.execute("alter table %s set schema %s".formatted(table, is[0]));
      table = is[0] + table.substring(table.indexOf('.'));
    }
    if (!was[1].equals(is[1])) {
      statement.execute("alter table %s rename to %s".formatted(table, is[1]));
    }
  }

  private void create(Statement statement, String table) throws SQLException {
    // Indexes keep their names, and go with their tables into schemas that have others.
    String key = "key_" + made.incrementAndGet();
    if (random.nextBoolean()) {
      statement.execute(
          "create table %s as select i as id, i::bigint as n, 'made'::text as note from generate_series(1, 30) i"
              .formatted(table));
      statement.execute("alter table %s add constraint %s primary key (id)".formatted(table, key));
    } else {
      statement.execute(
          "create table %s (id int constraint %s primary key, n bigint not null, note text, more int default 7)"
              .formatted(table, key));
    }
  }

  private void change(Statement statement) throws SQLException {
    List<String> tables = present(statement);
    String table = tables.get(random.nextInt(tables.size()));
    int row = random.nextInt(KEYS);
    statement.executeUpdate(
        switch (random.nextInt(3)) {
          case 0 -> "delete from %s where id = %d".formatted(table, row);
          case 1 -> "update %s set note = 'it''s ä' where id = %d".formatted(table, row);
          default ->
              "insert into %s as t (id, n) values (%d, %d) on conflict (id) do update set n = t.n + 1"
                  .formatted(table, row, random.nextInt(1000));
        });
  }
}
