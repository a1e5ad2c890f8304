package io.walferry.pipeline;

import io.walferry.change.Position;
import io.walferry.publication.PublishedTable;
import io.walferry.snapshot.TableLedger;
import java.util.List;

/**
 * Where the stream goes on for one destination.
 *
 * @param tables that are followed
 * @param unsettled those whose rows were read at several moments and are not in step yet
 */
record StartPoint(
    Member member, Position position, List<PublishedTable> tables, List<TableLedger> unsettled) {
  StartPoint {
    tables = List.copyOf(tables);
    unsettled = List.copyOf(unsettled);
  }
}
