package io.walferry.sinks.postgres;

import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.publication.PublishedTable;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/**
 * The rows of a first load: one COPY for as long as rows of the same table follow each other. Not
 * for several threads.
 */
final class TableLoad {
  private final DestinationDatabase database;
  private final long bytesPerCommit;

  /** The COPY that is open, if one is. */
  private final List<CopyWriter> open = new ArrayList<>(1);

  private long loadedBytes;

  TableLoad(DestinationDatabase database, long bytesPerCommit) {
    this.database = database;
    this.bytesPerCommit = bytesPerCommit;
  }

  void add(PublishedTable table, List<Row> rows) {
    if (!open.isEmpty() && !open.getFirst().relation().table().equals(table.table())) {
      finishTable();
    }
    try {
      if (open.isEmpty()) {
        open.add(new CopyWriter(relation(table), database.copyIn(copy(table))));
      }
      for (Row row : rows) {
        open.getFirst().write(row);
        loadedBytes += row.byteSize();
      }
    } catch (SQLException e) {
      throw failed(table.table(), e);
    }
  }

  /** Whether enough was loaded for a commit. */
  boolean isDue() {
    return loadedBytes >= bytesPerCommit;
  }

  void finishTable() {
    loadedBytes = isDue() ? 0 : loadedBytes;
    for (CopyWriter writer : open) {
      TableId table = writer.relation().table();
      try {
        if (!writer.finish()) {
          throw new WalferryException(
              ErrorCode.DESTINATION_CONFLICT,
              "The load of table " + table + " was taken in part only: a trigger is in the way");
        }
      } catch (SQLException e) {
        throw failed(table, e);
      }
    }
    open.clear();
  }

  private WalferryException failed(TableId table, SQLException failure) {
    return database.failed("load table " + table, failure);
  }

  private static String copy(PublishedTable table) {
    StringJoiner names = new StringJoiner(", ");
    table.columnNames().forEach(name -> names.add(TableId.quote(name)));
    return "COPY " + table.table().quoted() + " (" + names + ") FROM STDIN";
  }

  private static Relation relation(PublishedTable table) {
    List<Column> columns =
        table.columns().stream()
            .map(c -> new Column(c.name(), c.typeOid(), c.typeModifier(), false))
            .toList();
    return new Relation(table.oid(), table.table(), table.replicaIdentity(), columns);
  }
}
