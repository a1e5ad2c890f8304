package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.sinks.postgres.TableShape.Hashing;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * How an index finds a row of which every column is known. More than that row may be found, so the
 * rest is compared afterwards.
 */
sealed interface RowLookup {
  /** By the table's primary key. */
  record Key(List<ShapeColumn> columns) implements RowLookup {
    public Key {
      columns = List.copyOf(columns);
    }
  }

  /**
   * By one number made of every column whose type can be hashed: it is small however long the
   * values are, knows NULL, and tells rows apart that differ in one column only. Rows that are
   * equal byte by byte have the same number, given that a collation has no say in it; and so have
   * those that differ in the bytes of a NaN only.
   */
  record Hash(TableId table, List<ShapeColumn> columns) implements RowLookup {
    public Hash {
      columns = List.copyOf(columns);
    }

    /** The number. */
    String expression(UnaryOperator<String> valueOf) {
      return columns.stream()
          .map(
              column ->
                  valueOf.apply(column.name())
                      + (column.hashing() == Hashing.COLLATED ? " COLLATE pg_catalog.\"C\"" : ""))
          .collect(Collectors.joining(", ", "pg_catalog.hash_record(ROW(", "))"));
    }

    String indexedExpression() {
      return expression(TableId::quote);
    }

    /** Of the index, in the table's schema: another list of columns makes another name. */
    String indexName() {
      CRC32 sum = new CRC32();
      sum.update((table + indexedExpression()).getBytes(StandardCharsets.UTF_8));
      return "walferry_row_%08x".formatted(sum.getValue());
    }
  }

  /** Not at all: no column has a type that can be hashed. */
  enum Scan implements RowLookup {
    SCAN
  }

  static RowLookup of(Relation relation, TableShape shape) {
    List<ShapeColumn> columns =
        relation.columns().stream().map(c -> shape.column(c.name()).orElseThrow()).toList();
    Optional<List<ShapeColumn>> key = keyAmong(columns, shape.primaryKey());
    if (key.isPresent()) {
      return new Key(key.get());
    }
    List<ShapeColumn> hashed =
        columns.stream().filter(column -> column.hashing() != Hashing.NONE).toList();
    return hashed.isEmpty() ? Scan.SCAN : new Hash(shape.table(), hashed);
  }

  private static Optional<List<ShapeColumn>> keyAmong(List<ShapeColumn> columns, List<String> key) {
    List<ShapeColumn> found =
        columns.stream().filter(column -> key.contains(column.name())).toList();
    return !key.isEmpty() && found.size() == key.size() ? Optional.of(found) : Optional.empty();
  }
}
