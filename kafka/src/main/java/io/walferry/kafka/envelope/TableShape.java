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
  private final boolean keyNeverNull;
  private final List<byte[]> names;
  private final List<ColumnKind> kinds;

  /**
   * The shape of a relation.
   *
   * @param keyNames of columns that are there
   * @param keyNeverNull whether each of them has a value in each row
   */
  public TableShape(Relation relation, List<String> keyNames, boolean keyNeverNull) {
    List<String> columns = relation.columns().stream().map(Column::name).toList();
    this.relation = relation;
    this.keyNeverNull = keyNeverNull;
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

  /** Whether a column has a value wherever it is told; the stream tells it of keys only. */
  public boolean neverNull(int column) {
    return keyNeverNull && key.contains(column);
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

  public List<Column> columns() {
    return relation.columns();
  }

  /** The places of the key's columns, in their order in the key. */
  public List<Integer> key() {
    return key;
  }

  /** The column's name as a JSON string. */
  byte[] name(int column) {
    return names.get(column);
  }

  public ColumnKind kind(int column) {
    return kinds.get(column);
  }

  /** Whether an image tells of a column. */
  public boolean tells(RowImage image, int column) {
    return !image.keyOnly() || relation.columns().get(column).key();
  }
}
