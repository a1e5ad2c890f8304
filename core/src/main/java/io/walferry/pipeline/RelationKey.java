package io.walferry.pipeline;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.snapshot.TableLedger;
import io.walferry.type.RowType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a relation has the key that its changes are judged by.
 *
 * @param told whether the stream tells the old key whenever it changes
 * @param covers whether the relation has every column that was read
 */
record RelationKey(RowType type, List<Integer> columns, boolean told, boolean covers) {
  /**
   * Empty if the relation has not every column of the key, or has it with a type of which it prints
   * otherwise than the one that was read.
   */
  static Optional<RelationKey> of(RowType type, TableLedger ledger) {
    Relation relation = type.relation();
    List<Column> read = FollowedTable.of(ledger.table().table(), Lsn.ZERO).columns();
    // Either may be the later one.
    Map<String, String> now = new HashMap<>(ColumnDifference.formerNames(read, relation.columns()));
    ColumnDifference.formerNames(relation.columns(), read)
        .forEach((name, was) -> now.putIfAbsent(was, name));
    List<String> names =
        relation.columns().stream()
            .map(column -> now.getOrDefault(column.name(), column.name()))
            .toList();
    List<Integer> columns = ledger.table().keyNames().stream().map(names::indexOf).toList();
    boolean told = true;
    for (int i = 0; i < columns.size(); i++) {
      int column = columns.get(i);
      if (column < 0
          || !TypeChange.keepsText(relation.columns().get(column), key(read, ledger, i))) {
        return Optional.empty();
      }
      told &= relation.columns().get(column).key();
    }
    return Optional.of(
        new RelationKey(
            type, columns, told, names.containsAll(ledger.table().table().columnNames())));
  }

  private static Column key(List<Column> read, TableLedger ledger, int i) {
    String name = ledger.table().keyNames().get(i);
    return read.stream().filter(column -> column.name().equals(name)).findFirst().orElseThrow();
  }

  /** Of a row that has it. */
  List<String> of(Row row) {
    List<String> key = new ArrayList<>(columns.size());
    for (int column : columns) {
      key.add(text(row, column));
    }
    return key;
  }

  /** Chunks are cut, and keys compared, by their text; that of a binary one is known here. */
  private String text(Row row, int column) {
    return type.over(row).text(column).orElseThrow();
  }

  /** The old key where the stream tells one. */
  Optional<List<String>> old(OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> Optional.of(of(row));
      case OldRow.Key(var row) -> {
        requireTold();
        yield Optional.of(of(row));
      }
      case OldRow.Absent absent -> {
        requireTold();
        yield Optional.empty();
      }
    };
  }

  private void requireTold() {
    Relation relation = type.relation();
    if (!told && relation.replicaIdentity() != ReplicaIdentity.FULL) {
      throw replaced(relation, "its replica identity does not tell the key that it was loaded by");
    }
  }

  private static WalferryException replaced(Relation relation, String how) {
    return new WalferryException(
        ErrorCode.SOURCE_TABLE_REWRITTEN,
        "table " + relation + " was altered while it was loaded: " + how);
  }

  /** The new key, behind the old one if they differ. */
  List<List<String>> both(OldRow before, Row after) {
    Optional<List<String>> oldKey = old(before);
    List<String> newKey = new ArrayList<>(columns.size());
    for (int i = 0; i < columns.size(); i++) {
      // A large key that did not change is left out of the new row, and in the old one.
      newKey.add(
          after.isUnchanged(columns.get(i))
              ? oldKey.orElseThrow().get(i)
              : text(after, columns.get(i)));
    }
    return oldKey.isEmpty() || oldKey.get().equals(newKey)
        ? List.of(newKey)
        : List.of(oldKey.get(), newKey);
  }
}
