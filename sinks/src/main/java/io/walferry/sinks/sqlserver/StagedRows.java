package io.walferry.sinks.sqlserver;

import com.microsoft.sqlserver.jdbc.ISQLServerBulkData;
import io.walferry.sinks.sql.RowStatement.Parameter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Rows for a bulk copy, from the first to the last; none of them twice. */
@SuppressWarnings("serial") // The driver's interface says so, but nobody writes it anywhere.
final class StagedRows implements ISQLServerBulkData {
  private final RowWriters writers;
  private final List<Parameter> columns;
  private final List<Object[]> rows;
  private int next;

  /**
   * Rows with these columns.
   *
   * @param rows as the driver wants them: an absent value is null
   */
  StagedRows(RowWriters writers, List<Parameter> columns, List<Object[]> rows) {
    this.writers = writers;
    this.columns = columns;
    this.rows = rows;
  }

  @Override
  public Set<Integer> getColumnOrdinals() {
    return IntStream.rangeClosed(1, columns.size())
        .boxed()
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  @Override
  public String getColumnName(int column) {
    return Stage.column(columns.get(column - 1));
  }

  @Override
  public int getColumnType(int column) {
    return writers.form(columns.get(column - 1).column()).jdbcType();
  }

  @Override
  public int getPrecision(int column) {
    int source = columns.get(column - 1).column();
    return writers.form(source).stageLength(writers.column(source));
  }

  @Override
  public int getScale(int column) {
    return 0;
  }

  @Override
  public Object[] getRowData() {
    return rows.get(next - 1);
  }

  @Override
  public boolean next() {
    return next++ < rows.size();
  }
}
