package io.walferry.sinks.sqlserver;

import io.walferry.change.ReplicaIdentity;
import io.walferry.publication.PublishedColumn;
import io.walferry.publication.PublishedTable;
import io.walferry.sinks.sqlserver.TableShape.ShapeColumn;
import io.walferry.sinks.table.SourceRows;
import io.walferry.sinks.type.ColumnType;
import io.walferry.sinks.type.Dialect;
import io.walferry.sinks.type.LossPolicies;
import io.walferry.sinks.type.LossPolicy;
import io.walferry.sinks.type.SourceType;
import io.walferry.sinks.type.TypeTable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Declares the columns of a table that is created: what the type table says, with a collation under
 * which upper and lower case differ, and with a limit where rows are found by a column.
 */
final class ColumnDefinitions {
  static final String COLLATION = "Latin1_General_100_BIN2";

  private static final String LONG_TEXT = "nvarchar(max)";
  private static final String LONG_BYTES = "varbinary(max)";
  private static final int KEY_BYTES_MAX = 900;
  private static final int BYTES_PER_CHARACTER = 2;

  /** More than any column of a key has that is neither text nor bytes. */
  private static final int SHORT_BYTES = 20;

  private final PublishedTable table;
  private final Set<String> primaryKey;

  /** Columns that rows are found by. */
  private final Set<String> key;

  private final LossPolicies policies;

  ColumnDefinitions(PublishedTable table, LossPolicies policies) {
    this.table = table;
    this.policies = policies;
    this.primaryKey = Set.copyOf(SourceRows.requiredKey(table));
    this.key = new LinkedHashSet<>(primaryKey);
    boolean wholeRow = table.replicaIdentity() == ReplicaIdentity.FULL;
    key.addAll(wholeRow ? table.primaryKey() : table.identityColumns());
  }

  /** Name and type. */
  String of(PublishedColumn column) {
    String type =
        key.contains(column.name())
            ? limited(column, keyBytes(), policies)
            : declaration(column, policies);
    String nullable = primaryKey.contains(column.name()) ? " NOT NULL" : " NULL";
    return TableName.quote(column.name()) + " " + collated(type, COLLATION) + nullable;
  }

  /** Name and type of one that is added later, when rows have NULL in it. */
  static String added(PublishedColumn column, LossPolicies policies) {
    return TableName.quote(column.name())
        + " "
        + collated(declaration(column, policies), COLLATION)
        + " NULL";
  }

  /** A type as it is declared, with a collation if it is one of texts. */
  static String collated(String declaration, String collation) {
    return declaration.startsWith("nvarchar") ? declaration + " COLLATE " + collation : declaration;
  }

  /**
   * The type alone of a column of a table that is there, without its collation. What rows are found
   * by may be as long as the rest of the key lets it, and is never made shorter.
   */
  static String declaration(TableShape found, PublishedColumn column, LossPolicies policies) {
    List<String> key = found.keyWith(column.name());
    if (key.isEmpty()) {
      return declaration(column, policies);
    }
    int whole = key.stream().mapToInt(name -> bytes(found, name)).sum();
    int now = bytes(found, column.name());
    return limited(column, Math.max(now, KEY_BYTES_MAX - (whole - now)), policies);
  }

  private static int bytes(TableShape found, String column) {
    return found.column(column).map(ShapeColumn::bytesMax).orElse(0);
  }

  /** The type alone, without its collation. */
  private static String declaration(PublishedColumn column, LossPolicies policies) {
    SourceType source = SourceType.of(column.typeOid(), column.typeModifier());
    ColumnType type = TypeTable.column(source, Dialect.SQLSERVER);
    boolean asText = type.loss().isPresent() && policies.of(source.family()) == LossPolicy.TEXT;
    return asText ? LONG_TEXT : type.declaration();
  }

  /** The type alone of a column that rows are found by. */
  private static String limited(PublishedColumn column, int keyBytes, LossPolicies policies) {
    String declaration = declaration(column, policies);
    if (declaration.equals(LONG_BYTES)) {
      return "varbinary(" + keyBytes + ")";
    }
    if (!declaration.startsWith("nvarchar")) {
      return declaration;
    }
    SourceType source = SourceType.of(column.typeOid(), column.typeModifier());
    int characters = keyBytes / BYTES_PER_CHARACTER;
    int needed = BYTES_PER_CHARACTER * source.length().orElse(characters);
    return "nvarchar(" + Math.min(needed, characters) + ")";
  }

  /** How long a text may be that shares the key with others. */
  private int keyBytes() {
    List<PublishedColumn> columns =
        table.columns().stream().filter(column -> key.contains(column.name())).toList();
    int longOnes = (int) columns.stream().filter(this::isLong).count();
    int bytes = KEY_BYTES_MAX - SHORT_BYTES * (columns.size() - longOnes);
    return Math.max(BYTES_PER_CHARACTER, bytes / Math.max(1, longOnes));
  }

  private boolean isLong(PublishedColumn column) {
    String declaration = declaration(column, policies);
    return declaration.startsWith("nvarchar") || declaration.equals(LONG_BYTES);
  }
}
