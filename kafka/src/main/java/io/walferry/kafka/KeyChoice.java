package io.walferry.kafka;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.error.DidYouMean;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which columns make the key of a table's records: those that the settings name, else the primary
 * key. Every record of a row has the same key only if a delete tells its columns, so they must be
 * in the replica identity. Immutable.
 */
record KeyChoice(Map<TableId, List<String>> named) {
  KeyChoice {
    named = Map.copyOf(named);
  }

  /**
   * Sees that the key of a table can be told whatever happens to its rows.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE}
   */
  void requireTold(PublishedTable table) {
    Optional<List<String>> chosen = named(table.table());
    ReplicaIdentity identity = table.replicaIdentity();
    if (identity == ReplicaIdentity.INDEX && chosen.isEmpty()) {
      throw refused(
          table.table(),
          "its replica identity is an index; name the columns of that index under 'keys'");
    }
    for (String column : chosen.orElse(List.of())) {
      if (!table.columnNames().contains(column)) {
        throw refused(
            table.table(),
            "it has no column '%s', which 'keys' names%s"
                .formatted(column, DidYouMean.suffix(column, table.columnNames())));
      }
      if (identity == ReplicaIdentity.DEFAULT && !table.primaryKey().contains(column)) {
        throw untold(table.table(), column);
      }
    }
  }

  /**
   * The key's columns as of one point of the log.
   *
   * @param known what the catalog says of the table, if it was asked
   * @throws WalferryException {@code DESTINATION_SHAPE} if a delete would not tell one
   */
  List<String> of(Relation relation, Optional<PublishedTable> known) {
    List<String> chosen = named(relation.table()).orElse(List.of());
    for (String name : chosen) {
      if (relation.columns().stream().noneMatch(column -> told(relation, column, name))) {
        throw untold(relation.table(), name);
      }
    }
    return chosen.isEmpty() ? inTableOrder(relation, known) : chosen;
  }

  /** The same for rows that are read. */
  List<String> of(PublishedTable table) {
    return named(table.table())
        .orElseGet(
            () -> table.columnNames().stream().filter(table.primaryKey()::contains).toList());
  }

  /**
   * Whether the key's columns have a value in each row: a primary key's, and an index's that
   * identifies rows.
   */
  boolean neverNull(TableId table, ReplicaIdentity identity) {
    return named(table).isEmpty()
        || identity == ReplicaIdentity.DEFAULT
        || identity == ReplicaIdentity.INDEX;
  }

  private static List<String> inTableOrder(Relation relation, Optional<PublishedTable> known) {
    boolean ofIdentity = relation.replicaIdentity() != ReplicaIdentity.FULL && known.isEmpty();
    List<String> primaryKey = known.map(PublishedTable::primaryKey).orElse(List.of());
    return relation.columns().stream()
        .filter(column -> ofIdentity ? column.key() : primaryKey.contains(column.name()))
        .map(Column::name)
        .toList();
  }

  private static boolean told(Relation relation, Column column, String name) {
    boolean onlyInserted = relation.replicaIdentity() == ReplicaIdentity.NOTHING;
    return column.name().equals(name) && (column.key() || onlyInserted);
  }

  private Optional<List<String>> named(TableId table) {
    return Optional.ofNullable(named.get(table));
  }

  private static WalferryException untold(TableId table, String column) {
    return refused(
        table,
        "its column '"
            + column
            + "', which 'keys' names, is not in its replica identity, so that a delete does not"
            + " tell it; run: ALTER TABLE "
            + table.quoted()
            + " REPLICA IDENTITY FULL;");
  }

  private static WalferryException refused(TableId table, String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_SHAPE, "The key of table %s: %s".formatted(table, why));
  }
}
