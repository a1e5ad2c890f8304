package io.walferry.bench.apply;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.publication.PublicationCatalog;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A sink as a pipeline uses it. */
final class SinkApplier implements Applier {
  private static final FeedIdentity FEED = new FeedIdentity("bench", 1, 1, "bench");

  private static final Duration PAUSE = Duration.ofMillis(1);

  private final Sink sink;

  private Position committed = new Position(Lsn.ZERO, Xid.NONE);

  /** Has the sink make the tables of the source's publication. */
  SinkApplier(ApplyTask task, Sink sink) throws SQLException {
    this.sink = sink;
    sink.open(FEED, new Claim());
    try (Connection source = task.source().connect()) {
      List<PublishedTable> tables = new PublicationCatalog(source).tables(task.publication());
      sink.prepare(tables);
    }
    sink.commit(new Position(Lsn.ZERO, Xid.NONE));
  }

  @Override
  public void begin(TransactionHeader transaction) {
    sink.begin(transaction);
  }

  @Override
  public void take(Change change) {
    sink.append(change);
  }

  @Override
  public void commit(Position position) {
    sink.commit(position);
    committed = position;
  }

  @Override
  public void settle() {
    while (sink.settle(committed).endLsn().isBefore(committed.endLsn())) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  @Override
  public void close() {
    sink.close();
  }
}
