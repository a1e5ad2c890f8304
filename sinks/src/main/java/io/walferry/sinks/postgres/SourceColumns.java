package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.TableId;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.ColumnChange;
import io.walferry.sink.TableAlteration;
import io.walferry.type.TypeCatalog;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the source's catalog says of columns, and the stream does not. Several threads may look at
 * it while nobody changes it.
 */
final class SourceColumns {
  private final Map<UserType, String> userTypes = new HashMap<>();
  private final Map<TableId, List<PublishedColumn>> columns = new HashMap<>();

  private TypeCatalog types = TypeCatalog.BUILT_IN;

  private record UserType(int oid, int modifier) {}

  void know(List<PublishedTable> published) {
    for (PublishedTable table : published) {
      columns.put(table.table(), table.columns());
      table.columns().forEach(this::learn);
    }
  }

  /** Takes what the types of the source are. */
  void learn(TypeCatalog catalog) {
    types = catalog;
  }

  TypeCatalog types() {
    return types;
  }

  /** Takes what is known of a table's columns now. */
  void alter(TableAlteration alteration) {
    List<PublishedColumn> known =
        new ArrayList<>(columns.getOrDefault(alteration.table(), List.of()));
    for (ColumnChange change : alteration.changes()) {
      switch (change) {
        case ColumnChange.Added(var column, var again) -> replace(known, column);
        case ColumnChange.Retyped(var former, var column) -> replace(known, column);
        case ColumnChange.Replaced(var names, var come) -> come.forEach(it -> replace(known, it));
        case ColumnChange.Dropped dropped -> {}
        case ColumnChange.Renamed renamed -> {}
      }
    }
    columns.put(alteration.table(), known);
  }

  /** Knows a table's columns under its other name. */
  void rename(TableId table, TableId to) {
    Optional.ofNullable(columns.remove(table)).ifPresent(known -> columns.put(to, known));
  }

  private void replace(List<PublishedColumn> known, PublishedColumn column) {
    known.removeIf(there -> there.name().equals(column.name()));
    known.add(column);
    learn(column);
  }

  private void learn(PublishedColumn column) {
    userTypes.put(new UserType(column.typeOid(), column.typeModifier()), column.typeName());
  }

  /** Whether whole rows of these tables, as the source has them, can be handed over in binary. */
  boolean pass(List<PublishedTable> published) {
    return published.stream()
        .flatMap(table -> table.columns().stream())
        .allMatch(column -> BinaryTypes.mayPass(types.type(column.typeOid())));
  }

  /** The column as the catalog knows it; its type may not have changed either. */
  Optional<PublishedColumn> find(TableId table, Column announced) {
    return columns.getOrDefault(table, List.of()).stream()
        .filter(column -> column.name().equals(announced.name()))
        .filter(column -> column.typeOid() == announced.typeOid())
        .filter(column -> column.typeModifier() == announced.typeModifier())
        .findFirst();
  }

  /** The name of a column's type, if the catalog has told it. */
  Optional<String> typeName(Column announced) {
    return Optional.ofNullable(
        userTypes.get(new UserType(announced.typeOid(), announced.typeModifier())));
  }
}
