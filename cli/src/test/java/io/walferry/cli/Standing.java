package io.walferry.cli;

import io.walferry.testkit.postgres.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Both ends of a feed at one moment, to be compared with a later one.
 *
 * @param source slots of the whole server, each with the place that was confirmed, and publications
 *     of the database. Where the server keeps its log from (restart_lsn) is its own affair: it may
 *     move up to that place at any time that somebody reads the slot
 * @param files their contents by their names
 */
record Standing(List<String> source, Map<String, String> files) {
  private static final String SOURCE =
      """
      select 'slot ' || slot_name || ' ' || coalesce(plugin, '-') || ' '
        || coalesce(confirmed_flush_lsn::text, '-')
      from pg_replication_slots
      where database is null or database = current_database() or slot_name = current_database()
      union all
      select 'publication ' || pubname || ' ' || coalesce(string_agg(prrelid::regclass::text, ','), '')
      from pg_publication p left join pg_publication_rel r on r.prpubid = p.oid
      group by pubname
      order by 1
      """;

  /** Every file byte by byte. */
  static Standing bytes(Database database, Path directory) {
    return of(database, directory, Standing::bytes);
  }

  /**
   * Every SQLite database by its rows, without what a start writes to take the destination over.
   */
  static Standing rows(Database database, Path directory) {
    return of(database, directory, Standing::rows);
  }

  private static Standing of(Database database, Path directory, Function<Path, String> contents) {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      all.filter(path -> !path.equals(directory))
          .forEach(
              path ->
                  files.put(
                      directory.relativize(path).toString(),
                      Files.isDirectory(path) ? "directory" : contents.apply(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Standing(database.server().isRunning() ? source(database) : List.of(), files);
  }

  private static List<String> source(Database database) {
    try (Connection connection = database.connect()) {
      return column(connection, SOURCE);
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot look at the source", e);
    }
  }

  private static String bytes(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String rows(Path file) {
    if (!bytes(file).startsWith("SQLite format 3")) {
      return bytes(file);
    }
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
      StringBuilder dump = new StringBuilder();
      for (String table : column(connection, "select name from sqlite_schema where type='table'")) {
        String columns =
            String.join(
                " || '|' || ",
                column(
                    connection,
                    "select 'quote(\"' || name || '\")' from pragma_table_info('%s')"
                            .formatted(table)
                        + " where name not in ('epoch', 'updated_at')"));
        String query = "select %s from \"%s\" order by 1".formatted(columns, table);
        dump.append(table).append(column(connection, query)).append('\n');
      }
      return dump.toString();
    } catch (SQLException e) {
      throw new IllegalStateException("Cannot read " + file, e);
    }
  }

  private static List<String> column(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
