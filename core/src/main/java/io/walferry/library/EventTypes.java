package io.walferry.library;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.postgres.PostgresConnector;
import io.walferry.postgres.PostgresErrors;
import io.walferry.publication.PublishedTable;
import io.walferry.publication.SourceTypes;
import io.walferry.type.RowType;
import io.walferry.type.TypeCatalog;
import io.walferry.type.TypedRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The types of rows. Those of users and extensions are looked up at the source when they are met
 * first, over a short session of its own. For the thread that delivers.
 */
final class EventTypes {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int TYPES_MAX = 1024;

  private final PostgresConnector source;
  private final IdentityHashMap<Relation, RowType> types = new IdentityHashMap<>();
  private TypeCatalog catalog = TypeCatalog.BUILT_IN;

  EventTypes(PostgresConnector source) {
    this.source = source;
  }

  TypedRow typed(Relation relation, Row row) {
    RowType type = types.get(relation);
    if (type == null) {
      if (types.size() >= TYPES_MAX) {
        types.clear();
      }
      learn(relation);
      type = new RowType(relation, catalog);
      types.put(relation, type);
    }
    return type.over(row);
  }

  private void learn(Relation relation) {
    if (catalog.unknown(relation).isEmpty()) {
      return;
    }
    try (Connection connection = source.connect()) {
      catalog = SourceTypes.learn(catalog, relation, connection);
    } catch (SQLException e) {
      throw PostgresErrors.translate(e, "look up the types of " + relation);
    }
  }

  /** A table whose rows are read, as the stream would announce it. */
  static Relation relation(PublishedTable table) {
    boolean full = table.replicaIdentity() == ReplicaIdentity.FULL;
    List<Column> columns =
        table.columns().stream()
            .map(
                column ->
                    new Column(
                        column.name(),
                        column.typeOid(),
                        column.typeModifier(),
                        full || table.primaryKey().contains(column.name())))
            .toList();
    return new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
  }
}
