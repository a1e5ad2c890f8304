package io.walferry.sinks.postgres;

import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sinks.postgres.TableShape.ShapeColumn;
import io.walferry.sinks.sql.SqlSession;
import io.walferry.sinks.table.DdlPolicy;
import java.util.BitSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The columns of a table that are NOT NULL besides those of its primary key. The stream does not
 * say that the source has let go of that, and its catalog is of another moment than the change: the
 * first NULL says it, and the column lets go of it here, too, in the open transaction.
 */
final class NotNullColumns {
  private static final Logger LOG = LoggerFactory.getLogger(NotNullColumns.class);

  private final SqlSession session;
  private final Relation relation;
  private final DdlPolicy policy;
  private final BitSet columns = new BitSet();

  /**
   * Of a table as it was found.
   *
   * @param relation whose rows come
   * @param policy with IGNORE, and where somebody else owns the table, the destination judges
   */
  NotNullColumns(SqlSession session, Relation relation, TableShape shape, DdlPolicy policy) {
    this.session = session;
    this.relation = relation;
    this.policy = policy;
    if (policy == DdlPolicy.IGNORE || !shape.owned()) {
      return;
    }
    for (int i = 0; i < relation.columns().size(); i++) {
      String name = relation.columns().get(i).name();
      columns.set(
          i,
          !shape.primaryKey().contains(name)
              && shape.column(name).filter(ShapeColumn::notNull).isPresent());
    }
  }

  /**
   * Sees that a row of the relation can be written.
   *
   * @throws WalferryException {@code DESTINATION_DDL_HALTED} if somebody has to alter the table
   */
  void admit(Row row) {
    for (int i = columns.nextSetBit(0); i >= 0; i = columns.nextSetBit(i + 1)) {
      if (row.isNull(i)) {
        release(relation.columns().get(i).name());
        columns.clear(i);
      }
    }
  }

  private void release(String column) {
    TableId table = relation.table();
    String statement =
        "ALTER TABLE "
            + table.quoted()
            + " ALTER COLUMN "
            + TableId.quote(column)
            + " DROP NOT NULL";
    if (policy == DdlPolicy.HALT) {
      throw new WalferryException(
          ErrorCode.DESTINATION_DDL_HALTED,
          table
              + " in "
              + session.display()
              + ": column "
              + column
              + " is NOT NULL here, and the source has a NULL in it ('ddl.retyped' of the sink says"
              + " whether that is altered here); run: "
              + statement
              + ";");
    }
    session.executeForTable("let column " + column + " of table " + table + " be NULL", statement);
    LOG.info(
        "Column {} of table {} in {} is not NOT NULL any more: the source has a NULL in it",
        column,
        table,
        session.display());
  }
}
