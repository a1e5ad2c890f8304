package io.walferry.testkit.compare;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table of the source with the columns to compare. */
record SourceTable(TableName name, List<Column> columns) {
  SourceTable {
    columns = List.copyOf(columns);
  }

  /** A list of all columns for SELECT; a constant where there is none. */
  String columnList() {
    return columns.isEmpty()
        ? "1"
        : columns.stream()
            .map(column -> TableName.quoted(column.name()))
            .collect(Collectors.joining(", "));
  }

  boolean hasKey() {
    return columns.stream().anyMatch(column -> column.keyPosition() > 0);
  }

  /** The primary key of a row, such as {@code a=1, b=x}, and nothing else of it. */
  String key(Row row) {
    return IntStream.range(0, columns.size())
        .boxed()
        .filter(i -> columns.get(i).keyPosition() > 0)
        .sorted(Comparator.comparingInt(i -> columns.get(i).keyPosition()))
        .map(i -> columns.get(i).name() + "=" + row.values().get(i).orElse("NULL"))
        .collect(Collectors.joining(", "));
  }
}
