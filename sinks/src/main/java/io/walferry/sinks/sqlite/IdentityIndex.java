package io.walferry.sinks.sqlite;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.type.TypeFamily;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sees to it that updates and deletes do not read the whole table: before the first one, an
 * ordinary index is made on the columns that rows are found by, unless the primary key or an index
 * that is there does it already. Tables that are only inserted into never pay for one.
 *
 * <p>Where every column identifies a row (replica identity FULL), the index has the columns of the
 * source's primary key; without one, the first four columns, those of short types before text. With
 * fewer, rows that differ in a text only would be read one after the other for each change, and a
 * statement that changes many of them at the source would cost their number squared here.
 */
final class IdentityIndex {
  private static final int COLUMNS_MAX = 4;
  private final SqlSession session;
  private final Relation relation;
  private final TableShape shape;
  private final List<String> sourceKey;

  IdentityIndex(SqlSession session, Relation relation, TableShape shape, List<String> sourceKey) {
    this.session = session;
    this.relation = relation;
    this.shape = shape;
    this.sourceKey = sourceKey;
  }

  /** Makes the index in the open transaction if it is needed and not there. */
  void ensure(RowLocation location) {
    List<String> located =
        location == RowLocation.OLD_ROW ? names(column -> true) : names(Column::key);
    if (!shape.primaryKey().isEmpty()
        && TableNames.folded(located).containsAll(TableNames.folded(shape.primaryKey()))) {
      return;
    }
    List<String> wanted = location == RowLocation.OLD_ROW ? selectiveColumns() : located;
    if (wanted.isEmpty() || isIndexed(wanted)) {
      return;
    }
    String columns = wanted.stream().map(TableId::quote).collect(Collectors.joining(","));
    String name = "walferry_" + shape.name() + "(" + String.join(",", wanted) + ")";
    session.executeForTable(
        "create an index on table " + shape.name(),
        "CREATE INDEX "
            + TableId.quote(SqliteIndexes.freeName(session, name))
            + " ON "
            + TableId.quote(shape.name())
            + " ("
            + columns
            + ")");
  }

  private List<String> selectiveColumns() {
    List<String> all = names(column -> true);
    if (!sourceKey.isEmpty() && all.containsAll(sourceKey)) {
      return sourceKey;
    }
    Stream<String> shortOnes = names(column -> TypeFamily.of(column.typeOid()).isShort()).stream();
    Stream<String> texts = names(column -> TypeFamily.of(column.typeOid()).isText()).stream();
    return Stream.concat(shortOnes, texts).limit(COLUMNS_MAX).toList();
  }

  private boolean isIndexed(List<String> wanted) {
    Set<String> names = TableNames.folded(wanted);
    return shape.searched(session).stream()
        .filter(columns -> columns.size() >= names.size())
        .anyMatch(columns -> Set.copyOf(columns.subList(0, names.size())).equals(names));
  }

  private List<String> names(Predicate<Column> wanted) {
    return relation.columns().stream().filter(wanted).map(Column::name).toList();
  }
}
