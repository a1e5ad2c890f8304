package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** The writers of the relations that were met, each checked against the table when first met. */
final class TableWriters {
  /** A bound for feeds that announce relations anew again and again. */
  private static final int WRITERS_MAX = 256;

  /** Below it, types have the same oid on every server. */
  private static final int FIRST_UNSTABLE_OID = 10_000;

  private final DestinationDatabase database;
  private final PendingChanges pending;
  private final Map<UserType, String> userTypes = new HashMap<>();
  private final IdentityHashMap<Relation, TableWriter> writers = new IdentityHashMap<>();

  private record UserType(int oid, int modifier) {}

  TableWriters(DestinationDatabase database, PendingChanges pending) {
    this.database = database;
    this.pending = pending;
  }

  /** Takes the names of the types of users, which the stream does not tell. */
  void know(List<PublishedTable> tables) {
    for (PublishedTable table : tables) {
      table
          .columns()
          .forEach(c -> userTypes.put(new UserType(c.typeOid(), c.typeModifier()), c.typeName()));
    }
  }

  TableWriter of(Relation relation) {
    if (writers.size() >= WRITERS_MAX && !writers.containsKey(relation)) {
      pending.flush();
      writers.clear();
    }
    return writers.computeIfAbsent(relation, this::open);
  }

  private TableWriter open(Relation relation) {
    TableId table = relation.table();
    TableShape shape =
        TableShape.read(database, table)
            .orElseThrow(
                () ->
                    new WalferryException(
                        ErrorCode.DESTINATION_SHAPE,
                        "Table " + table + " is missing in " + database.display()));
    List<String> problems = ShapeCheck.problems(relation, announcedTypes(relation), shape);
    if (!problems.isEmpty()) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "The table does not fit in " + database.display() + ": " + String.join("; ", problems));
    }
    return new TableWriter(database, relation, shape);
  }

  /** The names of the columns' types, without those of users that the catalog did not tell. */
  private Map<String, String> announcedTypes(Relation relation) {
    Map<String, String> types = new HashMap<>();
    for (Column column : relation.columns()) {
      UserType key = new UserType(column.typeOid(), column.typeModifier());
      if (userTypes.containsKey(key)) {
        types.put(column.name(), userTypes.getOrDefault(key, ""));
      } else if (Integer.compareUnsigned(column.typeOid(), FIRST_UNSTABLE_OID) < 0) {
        types.put(column.name(), builtIn(key));
      }
    }
    return types;
  }

  private String builtIn(UserType type) {
    return database
        .query(
            "read a type's name",
            "SELECT format_type(?::oid, ?)",
            row -> row.getString(1),
            type.oid(),
            type.modifier())
        .getFirst();
  }
}
