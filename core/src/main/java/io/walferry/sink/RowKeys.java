package io.walferry.sink;

import java.util.List;

/**
 * Some rows of a table, by their keys.
 *
 * @param columns of the key
 * @param keys column by column as PostgreSQL prints them
 */
public record RowKeys(List<String> columns, List<List<String>> keys) {
  public RowKeys {
    columns = List.copyOf(columns);
    keys = keys.stream().map(List::copyOf).toList();
  }
}
