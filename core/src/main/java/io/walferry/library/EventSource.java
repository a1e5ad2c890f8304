package io.walferry.library;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.library.Route.Kind;
import io.walferry.publication.PublishedTable;
import io.walferry.type.TypedRow;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Makes events of changes and of existing rows, for those callbacks that want them; others cost
 * nothing. For the thread that delivers.
 */
final class EventSource {
  /** What an event takes beside its rows, about. */
  private static final long EVENT_BYTES = 200;

  private final Routes routes;
  private final EventTypes types;
  private final Dispatcher dispatcher;
  private final Runnable meanwhile;
  private Optional<TransactionHeader> transaction = Optional.empty();
  private long ordinal;
  private boolean batchIsEmpty = true;
  private long delivered;

  /**
   * Delivers nothing yet.
   *
   * @param meanwhile what can be done while there is no room for another open event
   */
  EventSource(Routes routes, EventTypes types, Dispatcher dispatcher, Runnable meanwhile) {
    this.routes = routes;
    this.types = types;
    this.dispatcher = dispatcher;
    this.meanwhile = meanwhile;
  }

  void begin(TransactionHeader header) {
    endTransaction();
    transaction = Optional.of(header);
    ordinal = 0;
    if (header.isTransaction()) {
      batchIsEmpty = false;
      dispatch(new Event.Begin(origin(header)), routes.of(Kind.BEGIN), EVENT_BYTES);
    }
  }

  /** The transaction that was begun, if one was, is complete. */
  void endTransaction() {
    Optional<TransactionHeader> ended = transaction.filter(TransactionHeader::isTransaction);
    transaction = Optional.empty();
    if (ended.isPresent()) {
      Event.Commit end = new Event.Commit(origin(ended.get()));
      dispatch(end, routes.of(Kind.COMMIT), EVENT_BYTES);
    }
  }

  /** Everything so far is about to be acknowledged. */
  void endBatch(Position position) {
    if (!batchIsEmpty) {
      batchIsEmpty = true;
      Origin origin =
          new Origin(false, position.endLsn(), position.xid(), Instant.now(), delivered);
      dispatch(new Event.Batch(origin, position), routes.of(Kind.BATCH), EVENT_BYTES);
    }
  }

  private static Origin origin(TransactionHeader header, long ordinal) {
    return new Origin(false, header.commitLsn(), header.xid(), header.commitTime(), ordinal);
  }

  private Origin origin(TransactionHeader header) {
    return origin(header, ordinal);
  }

  /** One change of the transaction. */
  void change(Change change) {
    Origin origin = origin(transaction.orElseThrow());
    ordinal++;
    switch (change) {
      case Change.Insert(var relation, var after) -> insert(origin, relation, after);
      case Change.Update update -> update(origin, update);
      case Change.Delete(var relation, var before) -> delete(origin, relation, before);
      case Change.Truncate truncate -> truncate(origin, truncate);
      case Change.Message message -> message(origin, message);
    }
  }

  private void insert(Origin origin, Relation relation, Row row) {
    List<Route> wanted = routes.of(Kind.INSERT, relation.table());
    if (!wanted.isEmpty()) {
      Event event = new Event.Insert(origin, typed(relation, row, wanted));
      dispatch(event, wanted, EVENT_BYTES + row.byteSize());
    }
  }

  private void update(Origin origin, Change.Update update) {
    Relation relation = update.relation();
    List<Route> wanted = routes.of(Kind.UPDATE, relation.table());
    if (!wanted.isEmpty()) {
      Optional<Row> old = row(update.before());
      Event event =
          new Event.Update(
              origin,
              old.map(row -> typed(relation, row, wanted)),
              update.before() instanceof OldRow.Key,
              typed(relation, update.after(), wanted));
      long size = update.after().byteSize() + old.map(Row::byteSize).orElse(0L);
      dispatch(event, wanted, EVENT_BYTES + size);
    }
  }

  private void delete(Origin origin, Relation relation, OldRow before) {
    List<Route> wanted = routes.of(Kind.DELETE, relation.table());
    if (!wanted.isEmpty()) {
      Row old = row(before).orElseThrow();
      Event event =
          new Event.Delete(origin, typed(relation, old, wanted), before instanceof OldRow.Key);
      dispatch(event, wanted, EVENT_BYTES + old.byteSize());
    }
  }

  private void message(Origin origin, Change.Message message) {
    List<Route> wanted = routes.ofMessage(message.prefix());
    batchIsEmpty &= wanted.isEmpty();
    Event event =
        new Event.Message(
            origin, message.transactional(), message.prefix(), message.lsn(), message.content());
    dispatch(event, wanted, EVENT_BYTES);
  }

  private void truncate(Origin origin, Change.Truncate truncate) {
    Event.Truncate event =
        new Event.Truncate(
            origin, truncate.relations(), truncate.cascade(), truncate.restartIdentity());
    dispatch(event, routes.ofTruncate(event.tables()), EVENT_BYTES);
  }

  /** A table's rows go, since it is read again. */
  void empty(PublishedTable table, Lsn at) {
    batchIsEmpty = false;
    Origin origin = new Origin(true, at, Xid.NONE, Instant.now(), 0);
    truncate(origin, new Change.Truncate(List.of(EventTypes.relation(table)), false, false));
  }

  /** Takes the rows of a part of a table, which were there before. */
  final class Snapshot {
    private final Relation relation;
    private final Lsn at;
    private final Instant readAt = Instant.now();
    private long ordinal;

    Snapshot(PublishedTable table, Lsn at) {
      this.relation = EventTypes.relation(table);
      this.at = at;
      batchIsEmpty = false;
    }

    void row(Row row) {
      insert(new Origin(true, at, Xid.NONE, readAt, ordinal), relation, row);
      ordinal++;
    }
  }

  private static Optional<Row> row(OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> Optional.of(row);
      case OldRow.Key(var row) -> Optional.of(row);
      case OldRow.Absent absent -> Optional.empty();
    };
  }

  /** Whoever keeps rows for a while must not keep what was read with them. */
  private TypedRow typed(Relation relation, Row row, List<Route> wanted) {
    boolean kept = wanted.stream().anyMatch(Route::isManual);
    return types.typed(relation, kept ? row.detached() : row);
  }

  private void dispatch(Event event, List<Route> wanted, long size) {
    delivered++;
    dispatcher.dispatch(event, wanted, size, meanwhile);
  }
}
