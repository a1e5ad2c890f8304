package io.walferry.bench.follow;

import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import java.time.Duration;

/** The library's stream in a loop that reads every column and confirms every transaction. */
public final class StreamClient {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final FollowTask task;
  private final ColumnReader columns = new ColumnReader();

  private StreamClient(FollowTask task) {
    this.task = task;
  }

  public static void main(String[] arguments) {
    new StreamClient(FollowTask.of(arguments)).drain();
  }

  private void drain() {
    try (ReplicationConnection replication = ReplicationConnection.open(task.source());
        ChangeStream stream =
            replication.stream(task.slot(), task.publication(), Lsn.ZERO, StreamSettings.DEFAULT)) {
      while (take(stream)) {
        // The next one.
      }
      stream.confirm(task.end());
      FollowTask.reportEnd(columns.rows());
    }
    System.err.println(columns.characters() + " characters");
  }

  /** Returns false at the end of the load. */
  private boolean take(ChangeStream stream) {
    if (!(stream.next(WAIT) instanceof StreamEvent.Begun begun)) {
      return true;
    }
    Transaction transaction = begun.transaction();
    if (!transaction.header().commitLsn().isBefore(task.end())) {
      return false;
    }
    while (transaction.advance()) {
      columns.read(transaction.change());
    }
    stream.confirm(transaction.endLsn());
    return true;
  }
}
