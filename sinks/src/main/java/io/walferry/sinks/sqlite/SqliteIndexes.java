package io.walferry.sinks.sqlite;

import io.walferry.change.TableId;
import io.walferry.publication.SourceIndex;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.IndexDdl;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes indexes of a SQLite destination, in the open transaction. Their names belong to the whole
 * database: {@code table.index}.
 */
final class SqliteIndexes implements IndexDdl<TableShape> {
  private final SqlSession session;

  SqliteIndexes(SqlSession session) {
    this.session = session;
  }

  @Override
  public boolean has(TableShape found, SourceIndex index) {
    List<String> wanted = index.keyColumns().stream().map(TableNames::fold).toList();
    return !wanted.isEmpty()
        && found.searched(session).stream()
            .map(columns -> columns.stream().limit(wanted.size()).toList())
            .anyMatch(wanted::equals);
  }

  @Override
  public Optional<String> statement(TableShape found, SourceIndex index) {
    boolean takes =
        !index.keyColumns().isEmpty()
            && index.keyColumns().stream().allMatch(name -> found.column(name).isPresent());
    return takes
        ? Optional.of(
            "CREATE INDEX "
                + TableId.quote(freeName(session, found.name() + "." + index.name()))
                + " ON "
                + TableId.quote(found.name())
                + index.keyColumns().stream()
                    .map(TableId::quote)
                    .collect(Collectors.joining(", ", " (", ")")))
        : Optional.empty();
  }

  /** The name or, where another index has it, one like it. */
  static String freeName(SqlSession session, String wanted) {
    String name = wanted;
    for (int number = 2; isTaken(session, name); number++) {
      name = wanted + "." + number;
    }
    return name;
  }

  private static boolean isTaken(SqlSession session, String name) {
    return session.exists(
        "look for an index of name " + name,
        "SELECT 1 FROM sqlite_master WHERE name=? COLLATE NOCASE",
        name);
  }

  @Override
  public void make(TableShape found, String statement) {
    session.executeLongForTable("create an index on table " + found.name(), statement);
  }
}
