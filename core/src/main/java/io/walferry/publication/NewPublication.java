package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.ConditionSql;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A publication that is yet to be made. Only the server knows what it comes to, so it is made in a
 * transaction and looked at there, before anybody else can see it.
 */
final class NewPublication {
  /** Of class 42, what no condition is to blame for: rights, a name that is taken, no table. */
  private static final Set<String> NOT_ITS_FAULT = Set.of("42501", "42710", "42P01");

  private final Connection connection;
  private final TableDirectory directory;
  private final String name;
  private final RowFilters filters;
  private final boolean rowsAreFound;
  private final String statement;

  /**
   * Not made yet.
   *
   * @param connection in autocommit mode
   * @param tables as {@link TableDirectory#publishable} names them
   * @param rowsAreFound whether somebody looks for the rows that were changed or deleted
   * @throws WalferryException {@code CONFIGURATION_INVALID} if the server has no row filters, or a
   *     table with one is not to be published
   */
  NewPublication(
      Connection connection,
      TableDirectory directory,
      String name,
      Collection<TableId> tables,
      RowFilters filters,
      boolean rowsAreFound) {
    filters.requireServer(directory.serverMajor());
    List<TableId> others = filters.besides(tables);
    if (!others.isEmpty()) {
      throw new WalferryException(
          ErrorCode.CONFIGURATION_INVALID,
          "'source.where' names "
              + names(others)
              + ", of which publication "
              + name
              + " is not made; a partition has the condition of its partitioned table");
    }
    this.connection = connection;
    this.directory = directory;
    this.name = name;
    this.filters = filters;
    this.rowsAreFound = rowsAreFound;
    this.statement = new Publications(connection).createStatement(directory, name, tables, filters);
  }

  /**
   * Makes it.
   *
   * @throws WalferryException {@code REPLICA_IDENTITY_MISSING} if updates or deletes of the
   *     application would fail or could not be followed, or {@code CONFIGURATION_INVALID}; then
   *     nothing has been made
   */
  void create() throws SQLException {
    List<IdentityProblem> problems = make(true);
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.REPLICA_IDENTITY_MISSING,
          "publication "
              + name
              + " was not created, since the application's UPDATE and DELETE would fail, or could"
              + " not be followed, on "
              + problems.stream().map(IdentityProblem::toString).collect(Collectors.joining(", "))
              + IdentityProblem.advice(problems));
    }
  }

  /** Why making it would be refused; leaves nothing and waits for no lock for long. */
  List<IdentityProblem> tryOut() throws SQLException {
    return make(false);
  }

  private List<IdentityProblem> make(boolean stays) throws SQLException {
    try (Statement sql = connection.createStatement()) {
      connection.setAutoCommit(false);
      try {
        if (!stays) {
          sql.execute("SET LOCAL lock_timeout = '10s'");
        }
        execute(sql);
        // What is looked at may be locked, and what was made holds locks by now.
        sql.execute("SET LOCAL lock_timeout = '10s'");
        List<IdentityProblem> problems = problems();
        if (stays && problems.isEmpty()) {
          connection.commit();
        }
        return problems;
      } finally {
        connection.rollback();
        connection.setAutoCommit(true);
      }
    }
  }

  /** It is not there for whoever reads them, who makes it again once they are mended. */
  private List<IdentityProblem> problems() {
    PublicationCatalog catalog = new PublicationCatalog(connection);
    Publication made = catalog.find(name).orElseThrow();
    Publication again =
        new Publication(name, made.allTables(), made.operations(), made.viaPartitionRoot(), true);
    return new IdentityCheck(connection, directory)
        .existing(again, catalog.tables(name)).stream()
            .filter(problem -> problem.refused() || rowsAreFound)
            .toList();
  }

  private void execute(Statement sql) throws SQLException {
    try {
      ConditionSql.requireOneStatement(statement);
      sql.execute(statement);
    } catch (SQLException e) {
      if (filters.isEmpty() || !isRefusal(e)) {
        throw e;
      }
      WalferryException said =
          PostgresErrors.translate(
              e,
              "create publication "
                  + name
                  + " with 'source.where' for "
                  + names(filters.conditions().keySet()));
      throw new WalferryException(ErrorCode.CONFIGURATION_INVALID, said.getMessage(), said);
    }
  }

  private static String names(Collection<TableId> tables) {
    return tables.stream().map(TableId::toString).collect(Collectors.joining(", "));
  }

  private static boolean isRefusal(SQLException failure) {
    String state = failure.getSQLState();
    return state != null
        && !NOT_ITS_FAULT.contains(state)
        && (state.startsWith("42") || state.startsWith("22") || state.equals("0A000"));
  }
}
