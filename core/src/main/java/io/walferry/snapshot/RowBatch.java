package io.walferry.snapshot;

import io.walferry.change.Row;
import io.walferry.publication.PublishedTable;
import java.util.List;

/** Some existing rows of one table, in no order. */
public record RowBatch(PublishedTable table, List<Row> rows, long byteSize) {
  public RowBatch {
    rows = List.copyOf(rows);
  }
}
