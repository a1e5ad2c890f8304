package io.walferry.sinks.sqlserver;

import io.walferry.sinks.sql.SqlSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A table or view as it is at the destination.
 *
 * @param kind {@code USER_TABLE}, {@code VIEW} or what else the server calls it
 * @param inMemory whether it is memory-optimized, and so no part of ordinary transactions
 * @param guards what sees its changes, or forbids them
 * @param columns in their order
 * @param indexes that are in use and sorted
 */
record TableShape(
    TableName name,
    String kind,
    boolean inMemory,
    Guards guards,
    List<ShapeColumn> columns,
    List<ShapeIndex> indexes) {
  private static final String TABLE =
      """
      SELECT o.type_desc, CAST(COALESCE(t.is_memory_optimized, 0) AS int),
        (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
          AND g.is_instead_of_trigger = 0),
        (SELECT COUNT(*) FROM sys.triggers g WHERE g.parent_id = o.object_id AND g.is_disabled = 0
          AND g.is_instead_of_trigger = 1),
        COALESCE(HAS_PERMS_BY_NAME(?, N'OBJECT', N'ALTER'), 0)
      FROM sys.objects o LEFT JOIN sys.tables t ON t.object_id = o.object_id
      WHERE o.object_id = OBJECT_ID(?)
      """;

  /** Type 189 is a rowversion, which the server fills. */
  private static final String COLUMNS =
      """
      SELECT c.name, LOWER(COALESCE(TYPE_NAME(c.system_type_id), N'')), c.max_length,
        c.[precision], c.scale, COALESCE(c.collation_name, N''), CAST(c.is_nullable AS int),
        CASE WHEN c.default_object_id <> 0 THEN 1 ELSE 0 END,
        CASE WHEN c.is_computed = 1 OR c.generated_always_type <> 0 OR c.system_type_id = 189
          THEN 1 ELSE 0 END,
        CAST(c.is_identity AS int)
      FROM sys.columns c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id
      """;

  private static final String INDEXES =
      """
      SELECT i.name, CAST(i.is_primary_key AS int), CAST(i.is_unique AS int),
        CAST(i.has_filter AS int), c.name
      FROM sys.indexes i
      JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
      JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id
      WHERE i.object_id = OBJECT_ID(?) AND i.type IN (1, 2) AND i.is_disabled = 0
        AND i.is_hypothetical = 0 AND k.key_ordinal > 0
      ORDER BY i.index_id, k.key_ordinal
      """;

  private static final String FOREIGN_KEYS =
      """
      SELECT f.name FROM sys.foreign_keys f
      WHERE f.parent_object_id = OBJECT_ID(?) AND f.is_disabled = 0 ORDER BY f.name
      """;

  TableShape {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /**
   * What is at work on a table, and whether we may change that.
   *
   * @param triggers whether some see changes
   * @param insteadOfTriggers whether some decide what becomes of changes
   * @param foreignKeys names of those that its rows have to fulfil
   * @param alterable whether this user may alter the table
   */
  record Guards(
      boolean triggers, boolean insteadOfTriggers, List<String> foreignKeys, boolean alterable) {
    Guards {
      foreignKeys = List.copyOf(foreignKeys);
    }
  }

  /**
   * A column of it.
   *
   * @param dataType its type's name alone
   * @param bytesMax of a text or of bytes; negative for any number
   * @param collation empty if it holds no text
   * @param defaulted whether it has a default
   * @param generated whether the server alone fills it
   * @param identity whether the server fills it unless told otherwise, and never changes it
   */
  record ShapeColumn(
      String name,
      String dataType,
      int bytesMax,
      int precision,
      int scale,
      String collation,
      boolean nullable,
      boolean defaulted,
      boolean generated,
      boolean identity) {
    private static final int NO_LIMIT = -1;

    /** Whether a row that does not name it is refused. */
    boolean required() {
      return !nullable && !defaulted && !identity;
    }

    boolean isText() {
      return !collation.isEmpty();
    }

    /** Whether it holds texts as UTF-16. */
    boolean isWide() {
      return dataType.equals("nvarchar") || dataType.equals("nchar");
    }

    /** How long a value may be, in what the type counts; negative if it may be of any length. */
    int lengthMax() {
      if (bytesMax < 0) {
        return NO_LIMIT;
      }
      return isWide() ? bytesMax / 2 : bytesMax;
    }

    /** The type with its modifiers. */
    String declaredType() {
      return switch (dataType) {
        case "nvarchar", "nchar", "varchar", "char", "varbinary", "binary" ->
            dataType + "(" + (bytesMax < 0 ? "max" : Integer.toString(lengthMax())) + ")";
        case "decimal", "numeric" -> dataType + "(" + precision + "," + scale + ")";
        case "time", "datetime2", "datetimeoffset" -> dataType + "(" + scale + ")";
        default -> dataType;
      };
    }
  }

  /** A sorted index of it. */
  record ShapeIndex(
      String name, boolean primary, boolean unique, boolean filtered, List<String> columns) {
    ShapeIndex {
      columns = List.copyOf(columns);
    }
  }

  static Optional<TableShape> read(SqlSession session, TableName name) {
    String attempt = "read the shape of table " + name;
    String quoted = name.quoted();
    return session.query(attempt, TABLE, row -> head(name, row), quoted, quoted).stream()
        .findFirst()
        .map(
            head ->
                new TableShape(
                    name,
                    head.kind,
                    head.inMemory,
                    new Guards(
                        head.guards.triggers,
                        head.guards.insteadOfTriggers,
                        session.query(attempt, FOREIGN_KEYS, row -> row.getString(1), quoted),
                        head.guards.alterable),
                    session.query(attempt, COLUMNS, TableShape::column, quoted),
                    indexes(session.query(attempt, INDEXES, TableShape::indexColumn, quoted))));
  }

  private static TableShape head(TableName name, ResultSet row) throws SQLException {
    Guards guards = new Guards(row.getInt(3) > 0, row.getInt(4) > 0, List.of(), row.getInt(5) == 1);
    return new TableShape(name, row.getString(1), row.getInt(2) == 1, guards, List.of(), List.of());
  }

  private static ShapeColumn column(ResultSet row) throws SQLException {
    return new ShapeColumn(
        row.getString(1),
        row.getString(2),
        row.getInt(3),
        row.getInt(4),
        row.getInt(5),
        row.getString(6),
        row.getInt(7) == 1,
        row.getInt(8) == 1,
        row.getInt(9) == 1,
        row.getInt(10) == 1);
  }

  /** An index of one column. */
  private static ShapeIndex indexColumn(ResultSet row) throws SQLException {
    return new ShapeIndex(
        row.getString(1),
        row.getInt(2) == 1,
        row.getInt(3) == 1,
        row.getInt(4) == 1,
        List.of(row.getString(5)));
  }

  /** Those of one name, which come one after the other, are one. */
  private static List<ShapeIndex> indexes(List<ShapeIndex> columns) {
    Map<String, ShapeIndex> indexes = new LinkedHashMap<>();
    for (ShapeIndex next : columns) {
      indexes.merge(next.name(), next, TableShape::joined);
    }
    return List.copyOf(indexes.values());
  }

  private static ShapeIndex joined(ShapeIndex one, ShapeIndex next) {
    List<String> columns = new ArrayList<>(one.columns());
    columns.addAll(next.columns());
    return new ShapeIndex(one.name(), one.primary(), one.unique(), one.filtered(), columns);
  }

  boolean isTable() {
    return kind.equals("USER_TABLE");
  }

  String quoted() {
    return name.quoted();
  }

  /** The column of that name, in any case of its letters. */
  Optional<ShapeColumn> column(String wanted) {
    String folded = TableNames.fold(wanted);
    return columns.stream()
        .filter(column -> TableNames.fold(column.name()).equals(folded))
        .findFirst();
  }

  /** Column names in the key's order; empty if there is none. */
  List<String> primaryKey() {
    return indexes.stream()
        .filter(ShapeIndex::primary)
        .findFirst()
        .map(ShapeIndex::columns)
        .orElse(List.of());
  }

  /**
   * All columns of what rows are found by, if this is one of them: of the primary key, else of the
   * index that was made here for it.
   */
  List<String> keyWith(String column) {
    String folded = TableNames.fold(column);
    return indexes.stream()
        .filter(index -> index.primary() || index.name().equals(IdentityIndex.KEY_INDEX))
        .map(ShapeIndex::columns)
        .filter(names -> TableNames.folded(names).contains(folded))
        .findFirst()
        .orElse(List.of());
  }

  /** Whether rows with these columns can take the place of those with the same primary key. */
  boolean isMergeable(List<String> names) {
    return !primaryKey().isEmpty()
        && TableNames.folded(names).containsAll(TableNames.folded(primaryKey()));
  }

  /** For messages: why a key may be found, or not be found, that the source has otherwise. */
  String note() {
    return collationNote() + identityNote();
  }

  private String collationNote() {
    Set<String> key = TableNames.folded(primaryKey());
    return columns.stream()
        .filter(column -> column.isText() && key.contains(TableNames.fold(column.name())))
        .findFirst()
        .map(
            column ->
                " (its key column "
                    + column.name()
                    + " has the collation "
                    + column.collation()
                    + ", under which different keys can be equal; blanks at the end never count)")
        .orElse("");
  }

  private String identityNote() {
    return columns.stream()
        .filter(ShapeColumn::identity)
        .map(column -> " (its column " + column.name() + " is an IDENTITY, which never changes)")
        .collect(Collectors.joining());
  }

  /** Whether these columns, and nothing else, keep rows apart. */
  boolean onlyKeyIs(Set<String> folded) {
    List<ShapeIndex> unique = indexes.stream().filter(ShapeIndex::unique).toList();
    return unique.size() == 1
        && !unique.getFirst().filtered()
        && TableNames.folded(unique.getFirst().columns()).equals(folded);
  }

  /** Whether rows that differ in these columns may be side by side, whatever else they hold. */
  boolean hasNoKeyBut(Set<String> folded) {
    return indexes.stream()
        .filter(ShapeIndex::unique)
        .allMatch(index -> TableNames.folded(index.columns()).containsAll(folded));
  }

  /** Whether an index of all rows starts with just these columns. */
  boolean isIndexed(Set<String> folded) {
    return indexes.stream()
        .filter(index -> !index.filtered())
        .map(ShapeIndex::columns)
        .filter(names -> names.size() >= folded.size())
        .anyMatch(names -> TableNames.folded(names.subList(0, folded.size())).equals(folded));
  }
}
