package io.walferry.snapshot;

import io.walferry.change.TableId;
import io.walferry.publication.PublishedTable;
import java.util.OptionalLong;

/**
 * A part of a table: the rows of some heap blocks of the table or of one of its partitions. Any
 * table has blocks, so no key is needed, of whatever type.
 *
 * @param table that the rows are published as
 * @param leaf that holds them: the table itself, or a partition
 * @param endBlock the first block after the part; empty for the last part, which has no end
 */
public record TableChunk(
    PublishedTable table, TableId leaf, long firstBlock, OptionalLong endBlock) {

  /** The statement that reads the chunk: published columns of published rows, as text. */
  String copyStatement() {
    StringBuilder sql = new StringBuilder("COPY (SELECT ");
    String separator = "";
    for (String column : table.columnNames()) {
      sql.append(separator).append(TableId.quote(column));
      separator = ", ";
    }
    sql.append(" FROM ONLY ").append(leaf.quoted()).append(" WHERE true");
    if (firstBlock > 0) {
      sql.append(" AND ctid >= '(").append(firstBlock).append(",0)'::pg_catalog.tid");
    }
    endBlock.ifPresent(
        end -> sql.append(" AND ctid < '(").append(end).append(",0)'::pg_catalog.tid"));
    table.rowFilter().ifPresent(filter -> sql.append(" AND (").append(filter).append(')'));
    return sql.append(") TO STDOUT").toString();
  }
}
