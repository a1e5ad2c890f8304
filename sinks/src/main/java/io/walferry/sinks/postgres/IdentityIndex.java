package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.sinks.sql.RowLocation;
import io.walferry.sinks.sql.SqlSession;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that updates and deletes do not read the whole table: before the first one, an
 * ordinary index is made on what rows are found by, unless one is there. Tables that are only
 * inserted into never pay for one.
 */
final class IdentityIndex {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityIndex.class);

  private final SqlSession session;
  private final Relation relation;
  private final TableShape shape;
  private final RowLookup rowLookup;

  IdentityIndex(SqlSession session, Relation relation, TableShape shape, RowLookup rowLookup) {
    this.session = session;
    this.relation = relation;
    this.shape = shape;
    this.rowLookup = rowLookup;
  }

  /** Makes the index in the open transaction if it is needed and not there. */
  void ensure(RowLocation location) {
    if (location != RowLocation.OLD_ROW) {
      ensureColumns(relation.columns().stream().filter(Column::key).map(Column::name).toList());
      return;
    }
    switch (rowLookup) {
      case RowLookup.Key key -> {}
      case RowLookup.Hash hash -> ensureHash(hash);
      case RowLookup.Scan scan -> {}
    }
  }

  private void ensureColumns(List<String> wanted) {
    if (wanted.isEmpty() || shape.isIndexed(wanted) || (shape.owned() && wasMade(wanted))) {
      return;
    }
    create(
        "CREATE INDEX ON "
            + relation.table().quoted()
            + wanted.stream().map(TableId::quote).collect(Collectors.joining(", ", " (", ")")));
  }

  /** Whether another session of the feed has made it since the table was looked at. */
  private boolean wasMade(List<String> wanted) {
    session.executeForTable(
        "lock table " + relation.table(),
        "LOCK TABLE " + relation.table().quoted() + " IN SHARE MODE");
    return TableShape.read(session, relation.table())
        .filter(now -> now.isIndexed(wanted))
        .isPresent();
  }

  private void ensureHash(RowLookup.Hash hash) {
    List<String> there =
        session.query(
            "look for an index on table " + relation.table(),
            """
            SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
            WHERE i.indrelid = ?::regclass AND c.relname LIKE 'walferry\\_row\\_%'
            """,
            row -> row.getString(1),
            relation.table().quoted());
    if (there.contains(hash.indexName())) {
      return;
    }
    create(
        "CREATE INDEX "
            + hash.indexName()
            + " ON "
            + relation.table().quoted()
            + " ("
            + hash.indexedExpression()
            + ")");
    if (shape.owned()) {
      there.forEach(this::drop);
    }
  }

  /** Of a list of columns that is no longer the table's. */
  private void drop(String index) {
    session.executeForTable(
        "drop an index of table " + relation.table(),
        "DROP INDEX " + new TableId(relation.table().schema(), index).quoted());
  }

  private void create(String statement) {
    if (shape.owned()) {
      session.executeLongForTable("create an index on table " + relation.table(), statement);
    } else {
      LOG.warn(
          "Updates and deletes of table {} read all of it, for it lacks an index; its owner can"
              + " run: {};",
          relation.table(),
          statement);
    }
  }
}
