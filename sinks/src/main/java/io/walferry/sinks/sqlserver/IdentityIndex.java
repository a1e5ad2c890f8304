package io.walferry.sinks.sqlserver;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.type.SourceType;
import java.util.List;
import java.util.StringJoiner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that updates and deletes do not read the whole table: before the first one, an
 * ordinary index is made on what rows are found by, unless one is there. Tables that are only
 * inserted into never pay for one. Columns without a limit cannot be in an index.
 */
final class IdentityIndex {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityIndex.class);
  static final String ROW_INDEX = "walferry_row";
  static final String KEY_INDEX = "walferry_key";
  private static final int INDEX_BYTES_MAX = 1700;
  private static final int INDEX_COLUMNS_MAX = 4;

  private final SqlSession session;
  private final Relation relation;
  private final TableShape shape;

  IdentityIndex(SqlSession session, Relation relation, TableShape shape) {
    this.session = session;
    this.relation = relation;
    this.shape = shape;
  }

  /** Makes the index in the open transaction if it is needed and not there. */
  void ensure(RowLocation location) {
    if (location == RowLocation.OLD_ROW) {
      ensureForRows();
    } else {
      ensureForKeys();
    }
  }

  private void ensureForKeys() {
    List<String> key = relation.columns().stream().filter(Column::key).map(Column::name).toList();
    if (key.isEmpty() || shape.isIndexed(TableNames.folded(key))) {
      return;
    }
    List<ShapeColumn> columns = key.stream().map(this::column).toList();
    boolean indexable =
        columns.stream().allMatch(column -> column.bytesMax() >= 0)
            && columns.stream().mapToInt(ShapeColumn::bytesMax).sum() <= INDEX_BYTES_MAX;
    if (!indexable) {
      LOG.warn(
          "Updates and deletes of table {} read all of it, for it lacks an index on {}, which are"
              + " too long for one",
          shape.name(),
          key);
      return;
    }
    create(KEY_INDEX, columns);
  }

  /** On a few columns of short types, unless the primary key leads to the row. */
  private void ensureForRows() {
    List<String> names = relation.columns().stream().map(Column::name).toList();
    boolean there = shape.indexes().stream().anyMatch(index -> index.name().equals(ROW_INDEX));
    List<ShapeColumn> columns =
        relation.columns().stream()
            .filter(it -> SourceType.of(it.typeOid(), it.typeModifier()).family().isShort())
            .map(it -> column(it.name()))
            .filter(column -> !column.isText())
            .limit(INDEX_COLUMNS_MAX)
            .toList();
    if (!there && !shape.isMergeable(names) && !columns.isEmpty()) {
      create(ROW_INDEX, columns);
    }
  }

  private ShapeColumn column(String name) {
    return shape.column(name).orElseThrow();
  }

  private void create(String name, List<ShapeColumn> columns) {
    StringJoiner parts = new StringJoiner(", ", " (", ")");
    columns.forEach(column -> parts.add(TableName.quote(column.name())));
    String statement = "CREATE INDEX " + name + " ON " + shape.quoted() + parts;
    if (shape.guards().alterable()) {
      session.executeLong("create an index on table " + shape.name(), statement);
    } else {
      LOG.warn(
          "Updates and deletes of table {} read all of it, for it lacks an index; its owner can"
              + " run: {};",
          shape.name(),
          statement);
    }
  }
}
