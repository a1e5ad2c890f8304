package io.walferry.publication;

import io.walferry.change.TableId;
import io.walferry.error.DidYouMean;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.PostgresErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * All ordinary and partitioned tables of one database at one moment, without system schemas and
 * temporary tables. Immutable.
 */
public final class TableDirectory {
  private static final String QUERY =
      """
      select c.oid, n.nspname, c.relname, c.relkind = 'p', c.relpersistence = 'p',
        case when c.relispartition then
          (select i.inhparent from pg_inherits i where i.inhrelid = c.oid) end
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and c.relpersistence <> 't'
        and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
      """;

  private final Map<TableId, SourceTable> tables;
  private final Map<Integer, SourceTable> tableByOid = new HashMap<>();
  private final int serverMajor;

  private TableDirectory(Map<TableId, SourceTable> tables, int serverMajor) {
    this.tables = tables;
    this.serverMajor = serverMajor;
    tables.values().forEach(table -> tableByOid.put(table.oid(), table));
  }

  public static TableDirectory read(Connection connection) {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      Map<TableId, SourceTable> tables = new TreeMap<>();
      while (rows.next()) {
        SourceTable table = table(rows);
        tables.put(table.table(), table);
      }
      return new TableDirectory(tables, connection.getMetaData().getDatabaseMajorVersion());
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "list the tables of the database");
    }
  }

  private static SourceTable table(ResultSet row) throws SQLException {
    int parent = (int) row.getLong(6);
    return new SourceTable(
        (int) row.getLong(1),
        new TableId(row.getString(2), row.getString(3)),
        row.getBoolean(4),
        row.getBoolean(5),
        parent == 0 ? OptionalInt.empty() : OptionalInt.of(parent));
  }

  public Collection<SourceTable> tables() {
    return tables.values();
  }

  public Optional<SourceTable> find(TableId table) {
    return Optional.ofNullable(tables.get(table));
  }

  /**
   * The tables that the patterns mean, in order of their names. Unlogged tables are left out, and
   * so is a partition if a table above it is meant too, since that stands for all its partitions.
   *
   * @throws WalferryException {@code TABLE_MISSING} with every pattern that means no table
   */
  public List<TableId> matching(Collection<TablePattern> patterns) {
    List<String> unmatched =
        patterns.stream().map(this::whyUnmatched).flatMap(Optional::stream).toList();
    if (!unmatched.isEmpty()) {
      throw new WalferryException(
          ErrorCode.TABLE_MISSING, "table pattern " + String.join(", ", unmatched));
    }
    List<TableId> matching = new ArrayList<>();
    for (SourceTable table : tables.values()) {
      if (table.permanent() && isMeant(table, patterns) && !isMeantByAncestor(table, patterns)) {
        matching.add(table.table());
      }
    }
    return matching;
  }

  /** Returns the unlogged tables that the patterns match, which never replicate. */
  public List<TableId> unlogged(Collection<TablePattern> patterns) {
    return tables.values().stream()
        .filter(table -> !table.permanent() && isMeant(table, patterns))
        .map(SourceTable::table)
        .toList();
  }

  /** What is wrong with a pattern that means no table that could replicate. */
  public Optional<String> whyUnmatched(TablePattern pattern) {
    List<SourceTable> matching =
        tables.values().stream().filter(table -> pattern.matches(table.table())).toList();
    if (matching.stream().anyMatch(SourceTable::permanent)) {
      return Optional.empty();
    }
    if (!matching.isEmpty()) {
      return Optional.of("'" + pattern + "' matches unlogged tables only, which never replicate");
    }
    List<String> names = tables.keySet().stream().map(TableId::toString).toList();
    return Optional.of(
        "'" + pattern + "' matches no table" + DidYouMean.suffix(pattern.toString(), names));
  }

  private static boolean isMeant(SourceTable table, Collection<TablePattern> patterns) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(table.table()));
  }

  private boolean isMeantByAncestor(SourceTable table, Collection<TablePattern> patterns) {
    Optional<SourceTable> ancestor = parent(table);
    while (ancestor.isPresent()) {
      if (isMeant(ancestor.get(), patterns)) {
        return true;
      }
      ancestor = parent(ancestor.get());
    }
    return false;
  }

  private Optional<SourceTable> parent(SourceTable table) {
    return table.parentOid().isPresent()
        ? Optional.ofNullable(tableByOid.get(table.parentOid().getAsInt()))
        : Optional.empty();
  }

  /** Where the table's rows are: its partitions at all depths, or the table itself. */
  public List<SourceTable> leaves(SourceTable table) {
    if (!table.partitioned()) {
      return List.of(table);
    }
    List<SourceTable> leaves = new ArrayList<>();
    for (SourceTable child : tables.values()) {
      if (child.parentOid().isPresent() && child.parentOid().getAsInt() == table.oid()) {
        leaves.addAll(leaves(child));
      }
    }
    return leaves;
  }

  /** Whether a publication of this server can carry a partitioned table as a whole. */
  public boolean publishesPartitioned() {
    return serverMajor >= Publications.VIA_ROOT_SINCE;
  }

  /** The version of the server, such as 18. */
  int serverMajor() {
    return serverMajor;
  }

  /**
   * As what a publication has to name the tables: as they are, but where the server publishes no
   * partitioned table, each of its partitions in its place.
   */
  public List<TableId> publishable(Collection<TableId> asked) {
    return publishesPartitioned()
        ? List.copyOf(asked)
        : asked.stream().flatMap(table -> leafNames(table).stream()).distinct().toList();
  }

  private List<TableId> leafNames(TableId table) {
    return find(table)
        .map(found -> leaves(found).stream().map(SourceTable::table).toList())
        .orElse(List.of(table));
  }

  /** Where the rows of these tables are that are in the WAL; of none that is not there. */
  List<SourceTable> leaves(Collection<TableId> asked) {
    return asked.stream()
        .flatMap(id -> find(id).stream())
        .flatMap(table -> leaves(table).stream())
        .filter(SourceTable::permanent)
        .toList();
  }
}
