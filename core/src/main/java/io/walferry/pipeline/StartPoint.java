package io.walferry.pipeline;

import io.walferry.change.Position;
import io.walferry.publication.PublishedTable;
import io.walferry.snapshot.TableLedger;
import java.util.List;
import java.util.Optional;

/**
 * Where the stream goes on for one destination.
 *
 * @param tables that are followed
 * @param unsettled those whose rows were read at several moments and are not in step yet
 * @param torn the transaction behind the position of which the destination has a part, if there is
 *     one
 */
record StartPoint(
    Member member,
    Position position,
    List<PublishedTable> tables,
    List<TableLedger> unsettled,
    Optional<TornTransaction> torn) {
  StartPoint {
    tables = List.copyOf(tables);
    unsettled = List.copyOf(unsettled);
  }
}
