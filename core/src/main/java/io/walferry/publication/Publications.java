package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Creates publications; never alters or drops one. Only as thread-safe as its connection, which
 * must not be read-only.
 */
public final class Publications {
  /** Together with publications of partitioned tables. */
  static final int VIA_ROOT_SINCE = 13;

  private final Connection connection;

  public Publications(Connection connection) {
    this.connection = connection;
  }

  /**
   * Creates the publication if it does not exist, else checks that it carries the tables.
   *
   * @return whether it was created
   * @throws WalferryException {@code TABLE_MISSING}, {@code REPLICA_IDENTITY_MISSING} or {@code
   *     PUBLICATION_INCOMPLETE}; then nothing has been created
   */
  public boolean ensure(String name, Collection<TableId> tables) {
    return ensure(name, tables, RowFilters.NONE, true);
  }

  /**
   * The same; one that is created carries only the rows that the filters let through.
   *
   * @param rowsAreFound whether a destination looks for the rows that were changed or deleted, so
   *     that it is not created where the server sends some that cannot be found
   * @throws WalferryException also {@code CONFIGURATION_INVALID} if the server does not take them
   */
  public boolean ensure(
      String name, Collection<TableId> tables, RowFilters filters, boolean rowsAreFound) {
    if (new PublicationCatalog(connection).find(name).isPresent()) {
      requireCarried(name, tables);
      return false;
    }
    create(name, tables, filters, rowsAreFound);
    return true;
  }

  private void create(
      String name, Collection<TableId> tables, RowFilters filters, boolean rowsAreFound) {
    TableDirectory directory = TableDirectory.read(connection);
    requirePublishable(directory, tables);
    List<TableId> publishable = directory.publishable(tables);
    if (publishable.isEmpty()) {
      throw new WalferryException(
          ErrorCode.TABLE_MISSING, "publication " + name + " is to carry no table at all");
    }
    try {
      new NewPublication(connection, directory, name, publishable, filters, rowsAreFound).create();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "create publication " + name);
    }
  }

  /**
   * The statement that creates a publication of exactly these tables. Rows of partitions come under
   * the partitioned table's name wherever the server can do that, and stored generated columns are
   * carried where the server refuses UPDATE and DELETE otherwise.
   *
   * @param tables as {@link TableDirectory#publishable} names them
   * @param filters of the rows that it lets through
   */
  public String createStatement(
      TableDirectory directory, String name, Collection<TableId> tables, RowFilters filters) {
    StringJoiner options = new StringJoiner(", ", " WITH (", ")").setEmptyValue("");
    if (directory.publishesPartitioned()) {
      options.add("publish_via_partition_root = true");
    }
    if (new IdentityCheck(connection, directory).needsGenerated(tables)) {
      options.add("publish_generated_columns = stored");
    }
    return "CREATE PUBLICATION "
        + TableId.quote(name)
        + " FOR TABLE "
        + tables.stream().map(filters::entry).collect(Collectors.joining(", "))
        + options;
  }

  /**
   * For which tables {@link #ensure} would refuse to create the publication. The server is asked,
   * in a transaction that leaves nothing; the role has to be one that may create.
   *
   * @param tables as {@link TableDirectory#publishable} names them
   * @throws WalferryException {@code CONFIGURATION_INVALID} if the server does not take the filters
   */
  public List<IdentityProblem> tryOut(
      TableDirectory directory, String name, Collection<TableId> tables, RowFilters filters) {
    try {
      return new NewPublication(connection, directory, name, tables, filters, true).tryOut();
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "try out publication " + name);
    }
  }

  /** The statements that give tables of a publication the filters that they have here. */
  public static String filterStatements(
      String name, Collection<TableId> tables, RowFilters filters) {
    String alter = "ALTER PUBLICATION " + TableId.quote(name);
    return alter
        + " DROP TABLE "
        + tables.stream().map(TableId::quoted).collect(Collectors.joining(", "))
        + "; "
        + alter
        + " ADD TABLE "
        + tables.stream().map(filters::entry).collect(Collectors.joining(", "))
        + ";";
  }

  private static void requirePublishable(TableDirectory directory, Collection<TableId> tables) {
    List<String> missing =
        tables.stream()
            .filter(table -> directory.find(table).filter(SourceTable::permanent).isEmpty())
            .map(table -> table + (directory.find(table).isPresent() ? " (unlogged)" : ""))
            .toList();
    if (!missing.isEmpty()) {
      throw new WalferryException(
          ErrorCode.TABLE_MISSING,
          "there is no such table to publish: " + String.join(", ", missing));
    }
  }

  private void requireCarried(String name, Collection<TableId> tables) {
    Optional<String> lacking = lacking(name, tables);
    if (lacking.isPresent()) {
      throw new WalferryException(ErrorCode.PUBLICATION_INCOMPLETE, lacking.get());
    }
  }

  /**
   * Says which tables an existing publication does not carry, what they would need first so that
   * the server goes on taking their changes, and by which statement they are added; empty if it
   * carries all.
   */
  public Optional<String> lacking(String name, Collection<TableId> tables) {
    List<TableId> missing = notCarried(connection, name, tables);
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    List<IdentityProblem> problems = ifAdded(name, missing);
    return Optional.of(
        "publication "
            + name
            + " does not carry "
            + missing.stream().map(TableId::toString).collect(Collectors.joining(", "))
            + (problems.isEmpty() ? "" : ". It would need " + needed(problems))
            + IdentityProblem.advice(problems, Stream.of(addStatement(name, missing))));
  }

  private List<IdentityProblem> ifAdded(String name, List<TableId> tables) {
    return new PublicationCatalog(connection)
        .find(name)
        .map(it -> new IdentityCheck(connection, TableDirectory.read(connection)).added(it, tables))
        .orElse(List.of());
  }

  private static String needed(List<IdentityProblem> problems) {
    return problems.stream()
        .map(it -> it.expected() + " for " + it)
        .collect(Collectors.joining(", "));
  }

  /**
   * The statements that give a table of a publication another entry, with its row filter.
   *
   * @param columns that are listed; if there are none, the table is published as a whole
   */
  static String entryStatements(String name, PublishedTable table, List<String> columns) {
    String alter = "ALTER PUBLICATION " + TableId.quote(name);
    String list =
        columns.isEmpty()
            ? ""
            : columns.stream().map(TableId::quote).collect(Collectors.joining(", ", " (", ")"));
    return "BEGIN; %s DROP TABLE %s; %s ADD TABLE %s%s%s; COMMIT;"
        .formatted(
            alter,
            table.table().quoted(),
            alter,
            table.table().quoted(),
            list,
            table.rowFilter().map(filter -> " WHERE (" + filter + ")").orElse(""));
  }

  /** The statement that adds tables to a publication. */
  public static String addStatement(String name, Collection<TableId> tables) {
    return "ALTER PUBLICATION "
        + TableId.quote(name)
        + " ADD TABLE "
        + tables.stream().map(TableId::quoted).collect(Collectors.joining(", "))
        + ";";
  }

  /**
   * Those of the tables that an existing publication does not carry. A partitioned table is carried
   * if all its partitions are, and a partition if a table above it is. Where the server publishes
   * no partitioned table, its partitions that are not carried stand for it.
   */
  public static List<TableId> notCarried(
      Connection connection, String name, Collection<TableId> tables) {
    PublicationCatalog catalog = new PublicationCatalog(connection);
    TableDirectory directory = TableDirectory.read(connection);
    Set<TableId> carried = new HashSet<>();
    for (PublishedTable table : catalog.tables(name)) {
      carried.add(table.table());
      directory.find(table.table()).map(directory::leaves).orElse(List.of()).stream()
          .map(SourceTable::table)
          .forEach(carried::add);
    }
    return directory.publishable(tables).stream()
        .filter(table -> !isCarried(table, carried, directory))
        .toList();
  }

  private static boolean isCarried(TableId table, Set<TableId> carried, TableDirectory directory) {
    if (carried.contains(table)) {
      return true;
    }
    List<SourceTable> leaves = directory.find(table).map(directory::leaves).orElse(List.of());
    return !leaves.isEmpty() && leaves.stream().allMatch(leaf -> carried.contains(leaf.table()));
  }
}
