package io.walferry.sinks.postgres;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.postgres.CollationSql;
import io.walferry.sinks.sql.SqlSession;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A relation as it is at the destination.
 *
 * @param kind {@code pg_class.relkind}
 * @param owned whether the session's role may alter it
 * @param triggers what it has of them, those of foreign keys included
 * @param referenced whether a foreign key of another table points to it
 */
record TableShape(
    TableId table,
    String kind,
    boolean owned,
    Triggers triggers,
    boolean referenced,
    List<ShapeColumn> columns,
    List<ShapeIndex> indexes) {
  private static final String TABLE =
      """
      SELECT c.oid, c.relkind::text, pg_has_role(c.relowner, 'USAGE'),
        CASE WHEN EXISTS (SELECT FROM pg_trigger t
            WHERE t.tgrelid = c.oid AND t.tgenabled IN ('A', 'R')) THEN 'ALWAYS'
          WHEN c.relhastriggers THEN 'ORDINARY'
          ELSE 'NONE' END,
        EXISTS (SELECT FROM pg_constraint f
          WHERE f.contype = 'f' AND f.confrelid = c.oid AND f.conrelid <> c.oid)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = ? AND c.relname = ?
      """;

  /**
   * A composite value in an array would be taken apart by unnest, and arrays have no arrays: these
   * go without. The search path is empty, so the operators of extensions need their schema.
   */
  private static final String COLUMNS =
      """
      SELECT a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1),
        CASE WHEN t.typarray <> 0 AND b.typtype <> 'c'
          THEN format_type(t.typarray, -1) END,
        t.typdelim::text,
        (SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
          FROM pg_opclass oc
          JOIN pg_am am ON am.oid = oc.opcmethod AND am.amname = 'btree'
          JOIN pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
            AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
          JOIN pg_operator o ON o.oid = ao.amopopr
          JOIN pg_namespace opn ON opn.oid = o.oprnamespace
          WHERE oc.opcdefault AND oc.opcintype = b.oid
            AND opn.nspname <> 'pg_catalog'),
        a.attnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '',
        a.attidentity = 'a',
        CASE WHEN b.typtype = 'e' OR b.oid = 'varchar'::regtype OR EXISTS (
            SELECT FROM pg_opclass oc JOIN pg_am am ON am.oid = oc.opcmethod AND am.amname = 'hash'
            WHERE oc.opcdefault AND oc.opcintype = b.oid)
          THEN CASE WHEN a.attcollation <> 0 THEN 'COLLATED' ELSE 'PLAIN' END
          ELSE 'NONE' END,
        b.oid, b.typtype = 'e', t.typarray,
        (SELECT format('%I.%I', con.nspname, co.collname) FROM pg_collation co
          JOIN pg_namespace con ON con.oid = co.collnamespace WHERE co.oid = a.attcollation),
        LOOSE_COLLATION
      FROM pg_attribute a
      JOIN pg_type t ON t.oid = a.atttypid
      JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END
      WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY a.attnum
      """
          .replace("LOOSE_COLLATION", CollationSql.nondeterministic("a.attcollation"));

  private static final String INDEXES =
      """
      SELECT i.indisprimary, i.indisunique OR i.indisexclusion,
        i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL,
        ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k(n, place)
          JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.n
          WHERE k.place <= i.indnkeyatts ORDER BY k.place)
      FROM pg_index i WHERE i.indrelid = ?::oid
      """;

  TableShape {
    columns = List.copyOf(columns);
    indexes = List.copyOf(indexes);
  }

  /**
   * A column of it.
   *
   * @param type {@code format_type}
   * @param castType the type without its modifier, so that a cast never cuts a value short
   * @param arrayType of that type, if a list of values can be sent as one
   * @param delimiter between the values of such an array
   * @param equality the operator of the type's keys
   * @param hashing whether rows can be told apart by a hash of it
   * @param baseOid of the type below a domain, or the type itself
   * @param labelled whether that is an enum
   * @param arrayOid of {@code arrayType}
   * @param loose its collation, if values that differ may be equal under it
   */
  record ShapeColumn(
      String name,
      int typeOid,
      String type,
      String castType,
      Optional<String> arrayType,
      char delimiter,
      String equality,
      boolean notNull,
      boolean filled,
      boolean generated,
      boolean alwaysIdentity,
      Hashing hashing,
      int baseOid,
      boolean labelled,
      int arrayOid,
      Optional<LooseCollation> loose) {
    /** Whether a row that does not name the column is refused. */
    boolean required() {
      return notNull && !filled;
    }

    /**
     * A condition that is true for values that are equal by the type's keys, and byte by byte where
     * the collation asks for less: by that as well, since an index knows no other.
     */
    String same(String there, String value) {
      String condition = there + " " + equality + " " + value;
      return loose.isPresent()
          ? condition + " AND " + condition + " COLLATE pg_catalog.\"C\""
          : condition;
    }
  }

  /** Triggers, by when they fire. */
  enum Triggers {
    NONE,
    /** Not under the replica role. */
    ORDINARY,
    /** Some of them under the replica role, too. */
    ALWAYS
  }

  /**
   * A collation that is not deterministic.
   *
   * @param definition see {@link CollationSql#nondeterministic}
   */
  record LooseCollation(String name, String definition) {}

  /** How a value is hashed by its type's default operators. */
  enum Hashing {
    /** Not at all. */
    NONE,
    PLAIN,
    /** By a collation, unless told otherwise. */
    COLLATED
  }

  /**
   * An index of it.
   *
   * @param exclusive whether it forbids rows; unique or an exclusion constraint
   * @param plain whether it holds every row, at once, by columns alone
   */
  record ShapeIndex(boolean primary, boolean exclusive, boolean plain, List<String> columns) {
    ShapeIndex {
      columns = List.copyOf(columns);
    }
  }

  /** The relation of that name. */
  static Optional<TableShape> read(SqlSession session, TableId table) {
    String attempt = "read the shape of table " + table;
    return session
        .query(attempt, TABLE, row -> head(table, row), table.schema(), table.name())
        .stream()
        .findFirst()
        .map(
            head ->
                head.shape(
                    session.query(attempt, COLUMNS, TableShape::column, head.oid()),
                    session.query(attempt, INDEXES, TableShape::index, head.oid())));
  }

  /** What {@code pg_class} says. */
  private record Head(
      TableId table, long oid, String kind, boolean owned, Triggers triggers, boolean referenced) {
    TableShape shape(List<ShapeColumn> columns, List<ShapeIndex> indexes) {
      return new TableShape(table, kind, owned, triggers, referenced, columns, indexes);
    }
  }

  private static Head head(TableId table, ResultSet row) throws SQLException {
    return new Head(
        table,
        row.getLong(1),
        row.getString(2),
        row.getBoolean(3),
        Triggers.valueOf(row.getString(4)),
        row.getBoolean(5));
  }

  private static ShapeColumn column(ResultSet row) throws SQLException {
    return new ShapeColumn(
        row.getString(1),
        (int) row.getLong(2),
        row.getString(3),
        row.getString(4),
        Optional.ofNullable(row.getString(5)),
        row.getString(6).charAt(0),
        Optional.ofNullable(row.getString(7)).orElse("="),
        row.getBoolean(8),
        row.getBoolean(9),
        row.getBoolean(10),
        row.getBoolean(11),
        Hashing.valueOf(row.getString(12)),
        (int) row.getLong(13),
        row.getBoolean(14),
        (int) row.getLong(15),
        loose(row));
  }

  private static Optional<LooseCollation> loose(ResultSet row) throws SQLException {
    String name = row.getString(16);
    return Optional.ofNullable(row.getString(17)).map(it -> new LooseCollation(name, it));
  }

  private static ShapeIndex index(ResultSet row) throws SQLException {
    Array columns = row.getArray(4);
    return new ShapeIndex(
        row.getBoolean(1),
        row.getBoolean(2),
        row.getBoolean(3),
        List.of((String[]) columns.getArray()));
  }

  /** Whether changes make any trigger fire. */
  boolean firesTriggers(boolean replicaRole) {
    return switch (triggers) {
      case NONE -> false;
      case ORDINARY -> !replicaRole;
      case ALWAYS -> true;
    };
  }

  boolean isTable() {
    return kind.equals("r") || kind.equals("p");
  }

  /** For FROM, UPDATE and TRUNCATE: rows of tables that inherit are not this table's. */
  String only() {
    return (kind.equals("r") ? "ONLY " : "") + table.quoted();
  }

  Optional<ShapeColumn> column(String name) {
    return columns.stream().filter(column -> column.name().equals(name)).findFirst();
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
   * A column's name, quoted, for SET.
   *
   * @throws WalferryException {@code DESTINATION_SHAPE} if it takes no value but its own
   */
  String assigned(String column) {
    String quoted = TableId.quote(column);
    if (column(column).map(ShapeColumn::alwaysIdentity).orElse(false)) {
      throw new WalferryException(
          ErrorCode.DESTINATION_SHAPE,
          "Column "
              + column
              + " of table "
              + table
              + " takes no update; run: ALTER TABLE "
              + table.quoted()
              + " ALTER COLUMN "
              + quoted
              + " SET GENERATED BY DEFAULT;");
    }
    return quoted;
  }

  /** The primary key by which rows can be merged; empty if there is none, or a deferrable one. */
  List<String> mergeKey() {
    return indexes.stream()
        .filter(index -> index.primary() && index.plain())
        .findFirst()
        .map(ShapeIndex::columns)
        .orElse(List.of());
  }

  /** The columns of the primary key under whose collations values that differ may be equal. */
  List<ShapeColumn> looseKey() {
    return primaryKey().stream()
        .flatMap(name -> column(name).stream())
        .filter(column -> column.loose().isPresent())
        .toList();
  }

  /** For messages: under which collation keys that differ may be the same; empty if under none. */
  String collationNote() {
    return looseKey().stream()
        .findFirst()
        .map(
            column ->
                " (its key column "
                    + column.name()
                    + " has the collation "
                    + column.loose().map(LooseCollation::name).orElse("")
                    + ", under which different keys can be equal)")
        .orElse("");
  }

  /** Whether these columns, and nothing else, keep rows apart. */
  boolean onlyKeyIs(Set<String> names) {
    List<ShapeIndex> exclusive = indexes.stream().filter(ShapeIndex::exclusive).toList();
    return exclusive.size() == 1
        && exclusive.getFirst().plain()
        && Set.copyOf(exclusive.getFirst().columns()).equals(names);
  }

  /** Whether rows that differ in these columns may be side by side, whatever else they hold. */
  boolean hasNoKeyBut(Set<String> names) {
    return indexes.stream()
        .filter(ShapeIndex::exclusive)
        .allMatch(index -> index.columns().containsAll(names));
  }

  /** Whether an index starts with just these columns. */
  boolean isIndexed(List<String> names) {
    return indexes.stream()
        .filter(ShapeIndex::plain)
        .map(ShapeIndex::columns)
        .filter(indexed -> indexed.size() >= names.size())
        .anyMatch(
            indexed -> Set.copyOf(indexed.subList(0, names.size())).equals(Set.copyOf(names)));
  }
}
