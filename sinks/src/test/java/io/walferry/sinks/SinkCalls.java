package io.walferry.sinks;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TransactionHeader;
import io.walferry.change.Xid;
import io.walferry.publication.PublishedTable;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.Sink;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Calls a sink as the pipeline does, with made-up positions. */
public final class SinkCalls {
  public static final FeedIdentity FEED = new FeedIdentity("shop", -2L, 1, "walferry_shop");

  private SinkCalls() {}

  public static List<PublishedTable> published(SourceTable... tables) {
    return Arrays.stream(tables).map(SourceTable::published).toList();
  }

  public static Position position(long lsn) {
    return new Position(new Lsn(lsn), new Xid((int) lsn));
  }

  public static TransactionHeader header(long lsn) {
    return new TransactionHeader(new Xid((int) lsn), new Lsn(lsn), Instant.EPOCH);
  }

  /** One source transaction, committed alone; its position is one after its commit. */
  public static void apply(Sink sink, long lsn, Change... changes) {
    sink.begin(header(lsn));
    Arrays.stream(changes).forEach(sink::append);
    sink.commit(position(lsn + 1));
  }
}
