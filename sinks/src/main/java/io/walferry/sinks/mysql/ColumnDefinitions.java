package io.walferry.sinks.mysql;

import io.walferry.publication.PublishedColumn;
import io.walferry.sinks.type.ColumnType;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.util.List;
import java.util.OptionalInt;

/**
 * Declares the columns of a table that is created: what the type table says, with a collation under
 * which equal is equal byte by byte, and with a limit where a column belongs to the key.
 */
final class ColumnDefinitions {
  private static final int KEY_BYTES_MAX = 3072;
  private static final int BYTES_PER_CHARACTER = 4;

  /** More than any column of a key has that is neither text nor bytes. */
  private static final int SHORT_BYTES = 64;

  /** Half of what a row of MySQL may have, besides long texts. */
  private static final int VARCHAR_BYTES_MAX = 32_767;

  private final List<PublishedColumn> columns;
  private final List<String> key;
  private final LossPolicies policies;
  private final String textCollation;
  private final boolean onlyLongTexts;

  /**
   * Of columns that share a table.
   *
   * @param key columns of the primary key that it gets
   * @param textCollation of its texts
   */
  ColumnDefinitions(
      List<PublishedColumn> columns,
      List<String> key,
      LossPolicies policies,
      String textCollation) {
    this.columns = List.copyOf(columns);
    this.key = key;
    this.policies = policies;
    this.textCollation = textCollation;
    this.onlyLongTexts =
        columns.stream()
                .map(ColumnDefinitions::type)
                .mapToInt(type -> BYTES_PER_CHARACTER * type.length().orElse(0))
                .filter(bytes -> bytes <= KEY_BYTES_MAX)
                .sum()
            > VARCHAR_BYTES_MAX;
  }

  private static SourceType type(PublishedColumn column) {
    return SourceType.of(column.typeOid(), column.typeModifier());
  }

  /** Name and type. */
  String of(PublishedColumn column) {
    boolean inKey = key.contains(column.name());
    String type = inKey ? keyType(column) : valueType(column);
    return TableNames.quote(column.name()) + " " + type + (inKey ? " NOT NULL" : "");
  }

  /** The type alone, without its collation. */
  String declaration(PublishedColumn column) {
    ColumnType type = TypeTable.column(type(column), Dialect.MYSQL);
    boolean asText =
        type.loss().isPresent() && policies.of(type(column).family()) == LossPolicy.TEXT;
    return asText ? "longtext" : type.declaration();
  }

  private String valueType(PublishedColumn column) {
    String declaration = declaration(column);
    boolean shortText = declaration.startsWith("varchar");
    return collated(shortText && onlyLongTexts ? "longtext" : declaration);
  }

  private String keyType(PublishedColumn column) {
    String declaration = declaration(column);
    if (!isLong(declaration)) {
      return collated(declaration);
    }
    if (declaration.equals("longblob")) {
      return "varbinary(" + BYTES_PER_CHARACTER * keyCharacters() + ")";
    }
    OptionalInt length = type(column).length();
    return collated("varchar(" + Math.min(length.orElse(Integer.MAX_VALUE), keyCharacters()) + ")");
  }

  /** How long a text may be that shares the key with others. */
  private int keyCharacters() {
    int longOnes =
        (int) columns.stream().filter(this::isKey).filter(c -> isLong(declaration(c))).count();
    int bytes = KEY_BYTES_MAX - SHORT_BYTES * (key.size() - longOnes);
    return Math.max(1, bytes / (BYTES_PER_CHARACTER * Math.max(1, longOnes)));
  }

  private boolean isKey(PublishedColumn column) {
    return key.contains(column.name());
  }

  private static boolean isLong(String declaration) {
    return declaration.startsWith("long") || declaration.startsWith("varchar");
  }

  private String collated(String declaration) {
    if (declaration.startsWith("char")) {
      return declaration + " CHARACTER SET ascii COLLATE ascii_bin";
    }
    boolean text = declaration.equals("longtext") || declaration.startsWith("varchar");
    return text ? declaration + " CHARACTER SET utf8mb4 COLLATE " + textCollation : declaration;
  }
}
