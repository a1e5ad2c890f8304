package io.walferry.sinks;

import io.walferry.change.Change;
import io.walferry.change.ReplicaIdentity;
import io.walferry.sinks.type.SourceType;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeColumn;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A table of one type with its values and NULL, as {@link TypeColumn} has them. */
public record TypedTable(SourceTable table, TypeColumn column) {
  /** One for each type that the source has. */
  public static List<TypedTable> all(Database source, ReplicaIdentity identity)
      throws SQLException {
    return TypeColumn.all(source).stream()
        .map(column -> new TypedTable(table(column, identity), column))
        .toList();
  }

  private static SourceTable table(TypeColumn column, ReplicaIdentity identity) {
    return SourceTable.table(column.table())
        .key("id", SourceTable.INT4)
        .column("v", column.typeOid(), column.typeModifier())
        .identity(identity)
        .build();
  }

  public static SourceTable[] tables(List<TypedTable> all) {
    return all.stream().map(TypedTable::table).toArray(SourceTable[]::new);
  }

  public SourceType type() {
    return SourceType.of(column.typeOid(), column.typeModifier());
  }

  /** Every row with NULL, and then with its value again. */
  public Change[] updates() {
    List<Change> changes = new ArrayList<>();
    column
        .texts()
        .forEach(
            (id, text) -> {
              changes.add(table.update("" + id, SourceTable.NULL));
              changes.add(table.update("" + id, text));
            });
    return changes.toArray(Change[]::new);
  }

  /** Each value in two rows that are alike, one of which is deleted by what it is. */
  public Change[] pairs() {
    List<Change> changes = new ArrayList<>();
    for (TypeCase value : column.cases()) {
      changes.add(table.insert("0", value.text()));
      changes.add(table.insert("0", value.text()));
    }
    for (TypeCase value : column.cases()) {
      changes.add(table.delete(SourceTable.full("0", value.text())));
    }
    return changes.toArray(Change[]::new);
  }

  @Override
  public String toString() {
    return column.toString();
  }
}
