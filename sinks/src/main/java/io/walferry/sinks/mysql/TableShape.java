package io.walferry.sinks.mysql;

import io.walferry.sinks.sql.SqlSession;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A table or view as it is at the destination.
 *
 * @param kind {@code BASE TABLE}, {@code VIEW} or what else the server calls it
 * @param engine that keeps it; empty for a view
 * @param transactional whether that engine has transactions
 * @param triggers whether it has any, which cannot be put to rest
 */
record TableShape(
    String name,
    String kind,
    String engine,
    boolean transactional,
    boolean triggers,
    List<ShapeColumn> columns,
    List<ShapeIndex> indexes) {
  private static final String TABLE =
      """
      SELECT t.table_name, t.table_type, coalesce(t.engine, ''), coalesce(e.transactions, 'NO') = 'YES',
        EXISTS (SELECT 1 FROM information_schema.triggers g
          WHERE g.event_object_schema = DATABASE() AND g.event_object_table = t.table_name)
      FROM information_schema.tables t
      LEFT JOIN information_schema.engines e ON e.engine = t.engine
      WHERE t.table_schema = DATABASE() AND t.table_name = ?
      """;

  private static final String COLUMNS =
      """
      SELECT column_name, lower(data_type), lower(column_type), coalesce(character_set_name, ''),
        coalesce(collation_name, ''), coalesce(numeric_precision, 0), coalesce(numeric_scale, 0),
        coalesce(datetime_precision, 0), coalesce(character_maximum_length, 0),
        is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%auto_increment%',
        extra LIKE '%GENERATED%' AND extra NOT LIKE '%DEFAULT_GENERATED%'
      FROM information_schema.columns
      WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position
      """;

  /** A column that is indexed by its beginning only, or an expression, is an empty one. */
  private static final String INDEXES =
      """
      SELECT index_name, non_unique = 0,
        group_concat(CASE WHEN sub_part IS NULL THEN coalesce(column_name, '') ELSE '' END
          ORDER BY seq_in_index SEPARATOR '\\n'),
        group_concat(coalesce(column_name, '') ORDER BY seq_in_index SEPARATOR '\\n')
      FROM information_schema.statistics
      WHERE table_schema = DATABASE() AND table_name = ? GROUP BY index_name, non_unique
      """;

  TableShape {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /**
   * A column of it.
   *
   * @param dataType its type's name alone
   * @param declaredType with its modifiers
   * @param characterSet empty if it holds no text
   * @param lengthMax of a text, in characters, or in bytes if its type is one of the {@code text}
   * @param required whether a row that does not name it is refused
   */
  record ShapeColumn(
      String name,
      String dataType,
      String declaredType,
      String characterSet,
      String collation,
      int precision,
      int scale,
      int fractionDigits,
      long lengthMax,
      boolean required,
      boolean generated) {
    boolean isUnsigned() {
      return declaredType.contains("unsigned");
    }

    /** Whether equal means equal byte by byte, trailing blanks included. */
    boolean comparesBytes() {
      return collation.isEmpty()
          || collation.endsWith("_nopad_bin")
          || collation.equals("utf8mb4_0900_bin")
          || collation.equals("binary");
    }

    TextLimit textLimit() {
      return characterSet.isEmpty()
          ? TextLimit.NONE
          : new TextLimit(lengthMax, dataType.endsWith("text"));
    }

    /** For a column of a temporary table that takes the same values. */
    String definition() {
      return declaredType
          + (characterSet.isEmpty()
              ? ""
              : " CHARACTER SET " + characterSet + " COLLATE " + collation);
    }
  }

  /**
   * An index of it.
   *
   * @param columns a column of which it holds the beginning only is an empty name
   * @param searched the same with the names of such columns: rows are found by them as well
   */
  record ShapeIndex(String name, boolean unique, List<String> columns, List<String> searched) {
    ShapeIndex {
      columns = List.copyOf(columns);
      searched = List.copyOf(searched);
    }
  }

  static Optional<TableShape> read(SqlSession session, String name) {
    String attempt = "read the shape of table " + name;
    return session.query(attempt, TABLE, TableShape::head, name).stream()
        .findFirst()
        .map(
            head ->
                new TableShape(
                    head.name,
                    head.kind,
                    head.engine,
                    head.transactional,
                    head.triggers,
                    session.query(attempt, COLUMNS, TableShape::column, name),
                    session.query(attempt, INDEXES, TableShape::index, name)));
  }

  private static TableShape head(ResultSet row) throws SQLException {
    return new TableShape(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getBoolean(4),
        row.getBoolean(5),
        List.of(),
        List.of());
  }

  private static ShapeColumn column(ResultSet row) throws SQLException {
    return new ShapeColumn(
        row.getString(1),
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        row.getInt(6),
        row.getInt(7),
        row.getInt(8),
        row.getLong(9),
        row.getBoolean(10),
        row.getBoolean(11));
  }

  private static ShapeIndex index(ResultSet row) throws SQLException {
    return new ShapeIndex(
        row.getString(1), row.getBoolean(2), names(row.getString(3)), names(row.getString(4)));
  }

  private static List<String> names(String joined) {
    return Arrays.asList(joined.split("\n", -1));
  }

  boolean isTable() {
    return kind.equals("BASE TABLE");
  }

  String quoted() {
    return TableNames.quote(name);
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
        .filter(index -> index.name().toUpperCase(Locale.ROOT).equals("PRIMARY"))
        .findFirst()
        .map(ShapeIndex::columns)
        .orElse(List.of());
  }

  /** Whether rows with these columns can take the place of those with the same primary key. */
  boolean isMergeable(List<String> names) {
    return !primaryKey().isEmpty()
        && TableNames.folded(names).containsAll(TableNames.folded(primaryKey()));
  }

  /**
   * The columns of the primary key under whose collations values may be equal that differ in more
   * than blanks at the end.
   */
  List<ShapeColumn> looseKey() {
    return primaryKey().stream()
        .flatMap(name -> column(name).stream())
        .filter(column -> !column.comparesBytes() && !column.collation().endsWith("_bin"))
        .toList();
  }

  /** For messages: under which collation keys that differ may be the same; empty if under none. */
  String collationNote() {
    return columns.stream()
        .filter(column -> primaryKey().contains(column.name()) && !column.comparesBytes())
        .findFirst()
        .map(
            column ->
                " (its key column "
                    + column.name()
                    + " has the collation "
                    + column.collation()
                    + ", under which different keys can be equal)")
        .orElse("");
  }

  /** Whether these columns, and nothing else, keep rows apart. */
  boolean onlyKeyIs(Set<String> folded) {
    List<ShapeIndex> unique = indexes.stream().filter(ShapeIndex::unique).toList();
    return unique.size() == 1 && TableNames.folded(unique.getFirst().columns()).equals(folded);
  }

  /** Whether rows that differ in these columns may be side by side, whatever else they hold. */
  boolean hasNoKeyBut(Set<String> folded) {
    return indexes.stream()
        .filter(ShapeIndex::unique)
        .allMatch(index -> TableNames.folded(index.columns()).containsAll(folded));
  }

  /** Whether an index starts with just these columns. */
  boolean isIndexed(Set<String> folded) {
    return indexes.stream()
        .map(ShapeIndex::searched)
        .filter(columns -> columns.size() >= folded.size())
        .anyMatch(columns -> TableNames.folded(columns.subList(0, folded.size())).equals(folded));
  }

  /** Whether an index starts with these columns in this order. */
  boolean startsAnIndex(List<String> names) {
    List<String> wanted = names.stream().map(TableNames::fold).toList();
    return indexes.stream()
        .map(index -> index.searched().stream().map(TableNames::fold).limit(wanted.size()).toList())
        .anyMatch(wanted::equals);
  }

  /** Whether there is an index of that name, in any case of its letters. */
  boolean hasIndex(String wanted) {
    return indexes.stream()
        .anyMatch(index -> TableNames.fold(index.name()).equals(TableNames.fold(wanted)));
  }
}
