package io.walferry.kafka.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.json.JsonText;
import java.util.List;

/**
 * The columns of a table as of one point of the log, and those that make the key of its records.
 * Names and types are looked up once. Immutable.
 */
public final class TableShape {
  private final Relation relation;
  private final List<Integer> key;
  private final List<byte[]> names;
  private final List<ColumnKind> kinds;

  /**
   * The shape of a relation.
   *
   * @param keyNames of columns that are there
   */
  public TableShape(Relation relation, List<String> keyNames) {
    List<String> columns = relation.columns().stream().map(Column::name).toList();
    this.relation = relation;
    this.key = keyNames.stream().map(columns::indexOf).toList();
    this.names = columns.stream().map(name -> JsonText.quoted(name).getBytes(UTF_8)).toList();
    this.kinds = relation.columns().stream().map(c -> ColumnKind.of(c.typeOid())).toList();
  }

  public TableId table() {
    return relation.table();
  }

  /** Whether records of this table have a key. */
  public boolean isKeyed() {
    return !key.isEmpty();
  }

  /** Whether a row has another key than it had; what was not sent has not changed. */
  public boolean moves(RowImage before, RowImage after) {
    for (int column : key) {
      if (!after.row().isUnchanged(column)
          && !before.row().sameValue(column, after.row(), column)) {
        return true;
      }
    }
    return false;
  }

  List<Column> columns() {
    return relation.columns();
  }

  List<Integer> key() {
    return key;
  }

  /** The column's name as a JSON string. */
  byte[] name(int column) {
    return names.get(column);
  }

  ColumnKind kind(int column) {
    return kinds.get(column);
  }

  /** Whether an image tells of a column. */
  boolean tells(RowImage image, int column) {
    return !image.keyOnly() || relation.columns().get(column).key();
  }
}
