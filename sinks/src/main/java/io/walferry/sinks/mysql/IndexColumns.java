package io.walferry.sinks.mysql;

import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Columns of an index that is not unique: it may hold the beginning of a text only, and so takes
 * every value.
 */
final class IndexColumns {
  private static final int COLUMNS_MAX = 16;
  private static final int KEY_BYTES_MAX = 3072;
  private static final int BYTES_PER_CHARACTER = 4;

  /** As many as any format of InnoDB's rows has room for. */
  private static final int BEGINNING_MAX = 190;

  /** More than any column takes that is neither text nor bytes. */
  private static final int SHORT_BYTES = 64;

  /** Types without an order of their own. */
  private static final Set<String> UNORDERED =
      Set.of(
          "json",
          "geometry",
          "point",
          "linestring",
          "polygon",
          "multipoint",
          "multilinestring",
          "multipolygon",
          "geomcollection",
          "geometrycollection");

  private static final Set<String> BYTES =
      Set.of("tinyblob", "blob", "mediumblob", "longblob", "binary", "varbinary");
  private static final Set<String> TEXTS =
      Set.of("tinytext", "text", "mediumtext", "longtext", "char", "varchar");

  private static final Pattern LENGTH = Pattern.compile("\\((\\d+)\\)");

  private IndexColumns() {}

  static boolean isIndexable(ShapeColumn column) {
    return !UNORDERED.contains(column.dataType());
  }

  /** Those that an index takes, in their order. */
  static List<ShapeColumn> indexable(List<ShapeColumn> columns) {
    return columns.stream().filter(IndexColumns::isIndexable).limit(COLUMNS_MAX).toList();
  }

  /** In parentheses, for columns that an index takes. */
  static String list(List<ShapeColumn> columns) {
    long longOnes = columns.stream().filter(IndexColumns::isString).count();
    long bytes = KEY_BYTES_MAX - SHORT_BYTES * (columns.size() - longOnes);
    int share = (int) (bytes / Math.max(1, longOnes) / BYTES_PER_CHARACTER);
    return columns.stream()
        .map(column -> TableNames.quote(column.name()) + beginning(column, share))
        .collect(Collectors.joining(", ", "(", ")"));
  }

  private static String beginning(ShapeColumn column, int share) {
    if (!isString(column)) {
      return "";
    }
    int most = Math.min(BEGINNING_MAX, share);
    OptionalInt length = length(column);
    return length.isPresent() && length.getAsInt() <= most ? "" : "(" + most + ")";
  }

  /** Whether an index may hold the beginning of its values only. */
  static boolean isString(ShapeColumn column) {
    return TEXTS.contains(column.dataType()) || BYTES.contains(column.dataType());
  }

  private static OptionalInt length(ShapeColumn column) {
    Matcher length = LENGTH.matcher(column.declaredType());
    boolean bounded = column.dataType().endsWith("char") || column.dataType().endsWith("binary");
    return bounded && length.find()
        ? OptionalInt.of(Integer.parseInt(length.group(1)))
        : OptionalInt.empty();
  }
}
