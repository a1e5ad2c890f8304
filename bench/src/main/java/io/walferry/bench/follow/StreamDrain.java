package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.OutputOptions;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import java.time.Duration;

/**
 * The library's stream, to the end of the load, in a loop that reads every column and confirms
 * every transaction.
 */
final class StreamDrain {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private final FollowTask task;
  private final ColumnReader columns;

  private StreamDrain(FollowTask task, RowReader reader) {
    this.task = task;
    this.columns = new ColumnReader(reader);
  }

  static void drain(FollowTask task, OutputOptions.Form form, RowReader reader) {
    StreamSettings settings = StreamSettings.DEFAULT.with(OutputOptions.DEFAULT.with(form));
    new StreamDrain(task, reader).drain(settings);
  }

  private void drain(StreamSettings settings) {
    try (ReplicationConnection replication = ReplicationConnection.open(task.source());
        ChangeStream stream =
            replication.stream(task.slot(), task.publication(), Lsn.ZERO, settings)) {
      while (take(stream)) {
        // The next one.
      }
      stream.confirm(task.end());
      Conversation.reportEnd(columns.rows());
    }
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
