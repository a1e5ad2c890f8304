package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.sql.TypeFamily;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that updates and deletes do not read the whole table: before the first one, an
 * ordinary index is made on the columns that rows are found by, unless one is there. Tables that
 * are only inserted into never pay for one.
 *
 * <p>Where every column identifies a row (replica identity FULL), these are the columns of the
 * primary key; without one, the first four of types of a fixed size, or else the first one that can
 * be hashed, since an index entry may not be long.
 */
final class IdentityIndex {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityIndex.class);
  private static final int COLUMNS_MAX = 4;

  private static final Set<TypeFamily> FIXED_SIZE =
      EnumSet.of(
          TypeFamily.BOOLEAN,
          TypeFamily.INTEGER,
          TypeFamily.FLOAT,
          TypeFamily.UUID,
          TypeFamily.TIME);

  /** bytea, text, bpchar, varchar, numeric. */
  private static final Set<Integer> HASHED = Set.of(17, 25, 1042, 1043, 1700);

  private final SqlSession session;
  private final Relation relation;
  private final TableShape shape;
  private final BitSet rowLookup;

  IdentityIndex(SqlSession session, Relation relation, TableShape shape) {
    this.session = session;
    this.relation = relation;
    this.shape = shape;
    this.rowLookup = findRowLookup();
  }

  /** The columns by which a whole row is looked up. */
  BitSet rowLookup() {
    return rowLookup;
  }

  /** Makes the index in the open transaction if it is needed and not there. */
  void ensure(RowLocation location) {
    List<String> wanted =
        location == RowLocation.OLD_ROW
            ? names(rowLookup)
            : relation.columns().stream().filter(Column::key).map(Column::name).toList();
    if (wanted.isEmpty() || shape.isIndexed(wanted)) {
      return;
    }
    if (!shape.owned()) {
      LOG.warn(
          "Table {} has no index on ({}), so updates and deletes read all of it; its owner can make"
              + " one",
          relation.table(),
          String.join(", ", wanted));
      return;
    }
    String columns = wanted.stream().map(TableId::quote).collect(Collectors.joining(", "));
    session.executeLong(
        "create an index on table " + relation.table(),
        "CREATE INDEX ON "
            + relation.table().quoted()
            + (location == RowLocation.OLD_ROW && isHashed(wanted) ? " USING hash (" : " (")
            + columns
            + ")");
  }

  private BitSet findRowLookup() {
    List<Column> columns = relation.columns();
    List<String> key = shape.primaryKey();
    BitSet keyColumns = columnsWhere(columns, column -> key.contains(column.name()));
    if (!key.isEmpty() && keyColumns.cardinality() == key.size()) {
      return keyColumns;
    }
    BitSet fixed = columnsWhere(columns, c -> FIXED_SIZE.contains(TypeFamily.of(c.typeOid())));
    if (!fixed.isEmpty()) {
      return first(fixed, COLUMNS_MAX);
    }
    return first(columnsWhere(columns, column -> HASHED.contains(column.typeOid())), 1);
  }

  private boolean isHashed(List<String> wanted) {
    return relation.columns().stream()
            .anyMatch(c -> c.name().equals(wanted.getFirst()) && HASHED.contains(c.typeOid()))
        && !shape.primaryKey().equals(wanted);
  }

  private List<String> names(BitSet columns) {
    return columns.stream().mapToObj(column -> relation.columns().get(column).name()).toList();
  }

  private static BitSet columnsWhere(
      List<Column> columns, java.util.function.Predicate<Column> wanted) {
    return IntStream.range(0, columns.size())
        .filter(column -> wanted.test(columns.get(column)))
        .collect(BitSet::new, BitSet::set, BitSet::or);
  }

  private static BitSet first(BitSet columns, int max) {
    return columns.stream().limit(max).collect(BitSet::new, BitSet::set, BitSet::or);
  }
}
