package io.walferry.sinks.mysql;

import io.walferry.publication.SourceIndex;
import io.walferry.sinks.mysql.TableShape.ShapeColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.IndexDdl;
import java.util.List;
import java.util.Optional;

/**
 * Makes indexes of a MySQL or MariaDB destination, in a session without transactions. They hold the
 * beginnings of long texts, and so refuse no value.
 */
final class MysqlIndexes implements IndexDdl<TableShape> {
  private static final String PRIMARY = "primary";

  private final SqlSession aside;

  MysqlIndexes(SqlSession aside) {
    this.aside = aside;
  }

  @Override
  public boolean has(TableShape found, SourceIndex index) {
    return found.hasIndex(index.name())
        || (!index.keyColumns().isEmpty() && found.startsAnIndex(index.keyColumns()));
  }

  @Override
  public Optional<String> statement(TableShape found, SourceIndex index) {
    List<ShapeColumn> columns =
        index.keyColumns().stream().flatMap(name -> found.column(name).stream()).toList();
    boolean takes =
        !columns.isEmpty()
            && columns.size() == index.keyColumns().size()
            && IndexColumns.indexable(columns).equals(columns)
            && TableNames.isName(index.name())
            && !TableNames.fold(index.name()).equals(PRIMARY);
    return takes
        ? Optional.of(
            "ALTER TABLE "
                + found.quoted()
                + " ADD INDEX "
                + TableNames.quote(index.name())
                + " "
                + IndexColumns.list(columns))
        : Optional.empty();
  }

  @Override
  public void make(TableShape found, String statement) {
    aside.executeLongForTable("create an index on table " + found.name(), statement);
  }
}
