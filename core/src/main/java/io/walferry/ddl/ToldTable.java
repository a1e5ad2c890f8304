package io.walferry.ddl;

import io.walferry.change.TableId;
import java.util.List;

/**
 * The columns that a table has at one place of the log: it was made there, or altered.
 *
 * @param columns all that are not dropped, in the order of their numbers
 */
public record ToldTable(int oid, TableId table, List<NumberedColumn> columns)
    implements ToldChange {
  public ToldTable {
    columns = List.copyOf(columns);
  }
}
