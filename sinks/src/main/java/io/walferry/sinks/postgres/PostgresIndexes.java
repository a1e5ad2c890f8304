package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.WalferryException;
import io.walferry.publication.SourceIndex;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.IndexDdl;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Makes indexes of a PostgreSQL destination, in the open transaction: of all kinds, as the source
 * defines them, where the columns are the same.
 */
final class PostgresIndexes implements IndexDdl<TableShape> {
  private static final String SAVEPOINT = "walferry_index";

  private static final String SAME =
      """
      SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
      WHERE i.indrelid = ?::regclass AND i.indisvalid
        AND (c.relname = ? OR right(pg_get_indexdef(i.indexrelid), length(?::text)) = ?::text)
      """;

  private final SqlSession session;

  PostgresIndexes(SqlSession session) {
    this.session = session;
  }

  @Override
  public boolean has(TableShape found, SourceIndex index) {
    if (index.definition().isEmpty()) {
      return !index.keyColumns().isEmpty() && found.isIndexed(index.keyColumns());
    }
    String definition = index.definition().get();
    return session.exists(
        "read the indexes of table " + found.table(),
        SAME,
        found.table().quoted(),
        index.name(),
        " " + definition,
        " " + definition);
  }

  @Override
  public Optional<String> statement(TableShape found, SourceIndex index) {
    Optional<String> definition =
        index.definition().isPresent() ? index.definition() : columns(index);
    return definition.map(
        text -> "CREATE INDEX " + name(found, index) + "ON " + found.table().quoted() + " " + text);
  }

  private static Optional<String> columns(SourceIndex index) {
    return index.keyColumns().isEmpty()
        ? Optional.empty()
        : Optional.of(
            index.keyColumns().stream()
                .map(TableId::quote)
                .collect(Collectors.joining(", ", "(", ")")));
  }

  /** The source's, unless something of the schema has it: then the server finds another. */
  private String name(TableShape found, SourceIndex index) {
    boolean taken =
        session.exists(
            "look for a name in schema " + found.table().schema(),
            "SELECT WHERE to_regclass(?) IS NOT NULL",
            new TableId(found.table().schema(), index.name()).quoted());
    return taken ? "" : TableId.quote(index.name()) + " ";
  }

  @Override
  public void make(TableShape found, String statement) {
    String attempt = "create an index on table " + found.table();
    int unused = session.execute(attempt, "SAVEPOINT " + SAVEPOINT);
    try {
      session.executeLongForTable(attempt, statement);
    } catch (WalferryException e) {
      rollBack(attempt, e);
      throw e;
    }
    unused = session.execute(attempt, "RELEASE SAVEPOINT " + SAVEPOINT);
  }

  /**
   * Goes on without the index.
   *
   * @param cause what is thrown afterwards, or takes what goes wrong here
   */
  private void rollBack(String attempt, WalferryException cause) {
    try {
      int unused = session.execute(attempt, "ROLLBACK TO SAVEPOINT " + SAVEPOINT);
    } catch (WalferryException e) {
      e.addSuppressed(cause);
      throw e;
    }
  }
}
