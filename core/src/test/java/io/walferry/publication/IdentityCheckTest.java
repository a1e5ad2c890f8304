package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.testkit.junit.EachPostgres;
import io.walferry.testkit.junit.Postgres;
import io.walferry.testkit.postgres.Database;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The application can write as before: what we say of a publication is what its server does. */
@Postgres
final class IdentityCheckTest {
  /** What the server says where an identity, a row filter or a column list is in the way. */
  private static final Set<String> REFUSED = Set.of("55000", "42P10");

  private static final int GENERATED_SINCE = 12;
  private static final int ROOTS_SINCE = 13;
  private static final int LISTS_SINCE = 15;
  private static final int VIRTUAL_SINCE = 18;

  /** Makes table t, whose rows are in a table of that name, or in leaf. */
  private static List<String> tables(int major) {
    List<String> tables = new ArrayList<>();
    tables.add("create table t (a int primary key, v text)");
    tables.add("create table t (a int, v text)");
    tables.add("create table t (a int primary key deferrable, v text)");
    tables.add("create table t (a int not null unique deferrable, v text)");
    tables.add("create table t (a int unique, v text)");
    tables.add("create table t (a int not null, v text); create unique index u on t (a)");
    tables.add("create table t (a int not null, v text); create unique index u on t (abs(a))");
    tables.add(
        "create table t (a int not null, v text); create unique index u on t (a) where a > 0");
    for (String identity : List.of("full", "nothing")) {
      tables.add(
          "create table t (a int primary key, v text); alter table t replica identity " + identity);
      tables.add("create table t (a int, v text); alter table t replica identity " + identity);
    }
    tables.add(
        """
        create table t (a int primary key, v text not null, constraint u unique (v));
        alter table t replica identity using index u; alter table t drop constraint u\
        """);
    tables.add(
        """
        create table t (a int not null, v text not null, constraint "u ""x y" unique (a, v));
        alter table t replica identity using index "u ""x y";\
        """);
    if (major >= ROOTS_SINCE) {
      tables.add(
          """
          create table t (a int primary key, v text) partition by range (a);
          create table leaf partition of t for values from (0) to (10)\
          """);
      tables.add(
          """
          create table t (a int primary key, v text) partition by range (a);
          create table leaf partition of t for values from (0) to (10);
          alter table leaf replica identity full\
          """);
      tables.add(
          """
          create table t (a int, v text) partition by range (a);
          create table leaf partition of t for values from (0) to (10);
          alter table t replica identity full\
          """);
    }
    if (major >= GENERATED_SINCE) {
      String stored = "k int generated always as (a * 10) stored";
      tables.add("create table t (a int primary key, v text, %s)".formatted(stored));
      tables.add(
          "create table t (a int primary key, v text, %s); alter table t replica identity full"
              .formatted(stored));
      tables.add("create table t (a int, v text, %s primary key)".formatted(stored));
      tables.add("create table t (a int, v text, %s, primary key (a, k))".formatted(stored));
      tables.add("create table t (a int, v text, %s)".formatted(stored));
      tables.add(
          """
          create table t (a int primary key, v text, %s not null, constraint u unique (k));
          alter table t replica identity using index u\
          """
              .formatted(stored));
    }
    if (major >= VIRTUAL_SINCE) {
      String virtual = "k int generated always as (a * 10) virtual";
      tables.add("create table t (a int primary key, v text, %s)".formatted(virtual));
      tables.add("create table t (a int, v text, %s)".formatted(virtual));
      tables.add(
          "create table t (a int primary key, v text, %s); alter table t replica identity full"
              .formatted(virtual));
      tables.add(
          "create table t (a int, v text, %s); alter table t replica identity full"
              .formatted(virtual));
      tables.add(
          """
          create table t (a int primary key, v text, s int generated always as (a * 20) stored, %s);
          alter table t replica identity full\
          """
              .formatted(virtual));
    }
    return tables;
  }

  /**
   * A publication.
   *
   * @param entry what follows the name of each table
   */
  private record Shape(String entry, String options) {}

  private static List<Shape> shapes(int major) {
    List<Shape> shapes = new ArrayList<>();
    shapes.add(new Shape("", ""));
    shapes.add(new Shape("", "with (publish = 'insert')"));
    shapes.add(new Shape("", "with (publish = 'insert, delete')"));
    shapes.add(new Shape("", "with (publish = 'update')"));
    if (major >= LISTS_SINCE) {
      Stream.of("(a)", "(v)", "(a, v)", "where (a > 0)", "where (v <> 'x')", "(v) where (a > 0)")
          .forEach(entry -> shapes.add(new Shape(entry, "with (publish_via_partition_root)")));
    }
    if (major >= VIRTUAL_SINCE) {
      String stored = "publish_generated_columns = stored";
      shapes.add(new Shape("", "with (%s)".formatted(stored)));
      shapes.add(
          new Shape(
              "(a, v) where (v <> 'x')",
              "with (publish_via_partition_root, %s)".formatted(stored)));
    }
    return shapes;
  }

  /** Makes them, each in a schema of its own, and tells what each was made by. */
  private static Map<TableId, String> create(Database database, int major) throws SQLException {
    Map<TableId, String> made = new LinkedHashMap<>();
    StringBuilder all = new StringBuilder();
    for (String table : tables(major)) {
      String schema = "s" + made.size();
      all.append("create schema %1$s; set local search_path = %1$s; ".formatted(schema));
      all.append(table).append("; insert into t values (1, 'a'), (2, 'b');\n");
      made.put(new TableId(schema, "t"), table);
    }
    database.execute(all.toString());
    return made;
  }

  /** Partitions are in the schema of their root. */
  private static List<IdentityProblem> of(List<IdentityProblem> problems, TableId table) {
    return problems.stream().filter(it -> it.table().schema().equals(table.schema())).toList();
  }

  private static List<IdentityProblem> problems(Connection connection) {
    PublicationCatalog catalog = new PublicationCatalog(connection);
    return new IdentityCheck(connection, TableDirectory.read(connection))
        .existing(catalog.find("p").orElseThrow(), catalog.tables("p"));
  }

  private static boolean refuses(Database database, String statement) throws SQLException {
    try {
      database.execute(statement);
      return false;
    } catch (SQLException e) {
      assertTrue(REFUSED.contains(String.valueOf(e.getSQLState())), e::toString);
      return true;
    }
  }

  /** Whether the server refuses an UPDATE or a DELETE. */
  private static boolean refusesWrites(Database database, TableId table) throws SQLException {
    String name = table.quoted();
    boolean update = refuses(database, "update %s set v = 'c' where a = 1".formatted(name));
    boolean delete = refuses(database, "delete from %s where a = 2".formatted(name));
    return update || delete;
  }

  private static String published(Map<TableId, String> tables, String entry) {
    return tables.keySet().stream()
        .map(table -> table.quoted() + " " + entry)
        .collect(Collectors.joining(", ", "create publication p for table ", " "));
  }

  private static void drop(Database database, Map<TableId, String> tables) throws SQLException {
    StringBuilder all = new StringBuilder("drop publication p;");
    tables.keySet().forEach(table -> all.append("drop schema " + table.schema() + " cascade;"));
    database.execute(all.toString());
  }

  /** And what is advised mends it, where there is something to advise. */
  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void theServerRefusesWritesWhereWeSaySo(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      for (Shape shape : shapes(major)) {
        Map<TableId, String> tables = create(database, major);
        database.execute(published(tables, shape.entry()) + shape.options());

        List<IdentityProblem> problems = problems(connection);

        for (TableId table : tables.keySet()) {
          assertEquals(
              refusesWrites(database, table),
              of(problems, table).stream().anyMatch(IdentityProblem::refused),
              () -> shape + " of " + tables.get(table) + " has " + of(problems, table));
        }
        for (IdentityProblem problem : problems) {
          if (problem.sql().isPresent()) {
            database.execute(problem.sql().get());
          }
        }
        List<IdentityProblem> left = problems(connection);
        for (TableId table : tables.keySet()) {
          boolean mended = of(problems, table).stream().allMatch(it -> it.sql().isPresent());
          String what = shape + " of " + tables.get(table) + " had " + of(problems, table);
          assertEquals(mended, of(left, table).isEmpty(), what);
          assertEquals(!mended, refusesWrites(database, table), what);
          assertTrue(mended || tables.get(table).contains("virtual"), what);
        }
        drop(database, tables);
      }
    }
  }

  /** One that we make breaks nothing, and is made wherever it can be. */
  @EachPostgres(
      from = 10,
      quick = {14, 18})
  void whatWeMakeLetsTheApplicationWrite(Database database) throws SQLException {
    try (Connection connection = database.connect()) {
      int major = connection.getMetaData().getDatabaseMajorVersion();
      Map<TableId, String> tables = create(database, major);
      List<TableId> left = new ArrayList<>();
      for (Map.Entry<TableId, String> made : tables.entrySet()) {
        TableId table = made.getKey();
        TableDirectory directory = TableDirectory.read(connection);
        List<IdentityProblem> planned =
            new IdentityCheck(connection, directory).planned(List.of(table));
        String announced =
            new Publications(connection)
                .createStatement(directory, "p", List.of(table), RowFilters.NONE);
        for (IdentityProblem problem : planned) {
          String message = String.valueOf(refused(connection, List.of(table)).getMessage());
          assertTrue(message.contains(problem + ""), message);
          assertTrue(message.endsWith(problem.sql().map(sql -> "Run: " + sql).orElse("")), message);
          if (problem.sql().isPresent()) {
            database.execute(problem.sql().get());
          } else {
            left.add(table);
          }
        }
        if (!left.contains(table)) {
          database.execute(announced);
          assertEquals(List.of(), problems(connection), announced);
          database.execute("drop publication p");
          assertTrue(new Publications(connection).ensure("p", List.of(table)));
          assertEquals(List.of(), problems(connection), made.getValue());
        }
        assertEquals(false, refusesWrites(database, table), made.getValue());
        database.execute("drop publication if exists p");
      }
      assertEquals(major < VIRTUAL_SINCE ? 0 : 2, left.size(), left::toString);
    }
  }

  private static WalferryException refused(Connection connection, List<TableId> tables) {
    WalferryException e =
        assertThrows(
            WalferryException.class, () -> new Publications(connection).ensure("p", tables));
    assertEquals(ErrorCode.REPLICA_IDENTITY_MISSING, e.code(), e::toString);
    assertTrue(new PublicationCatalog(connection).find("p").isEmpty());
    return e;
  }

  /** A table that is to be added is judged by what the publication carries. */
  @EachPostgres
  void whatIsAddedIsJudgedBeforehand(Database database) throws SQLException {
    TableId table = new TableId("public", "t");
    try (Connection connection = database.connect()) {
      database.execute(
          """
          create table fine (a int primary key);
          create publication p for table fine;
          create table t (a int, v text, k int generated always as (a * 10) stored primary key);
          """);

      WalferryException e =
          assertThrows(
              WalferryException.class,
              () -> new Publications(connection).ensure("p", List.of(table)));

      assertEquals(ErrorCode.PUBLICATION_INCOMPLETE, e.code());
      int run = e.getMessage().indexOf("Run: ");
      assertTrue(run > 0, e::getMessage);
      database.execute(e.getMessage().substring(run + 5));
      assertEquals(List.of(), problems(connection));
      assertEquals(false, refusesWrites(database, table));
    }
  }
}
