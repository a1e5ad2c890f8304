package io.walferry.bench.follow;

import io.walferry.bench.process.Conversation;
import io.walferry.change.Lsn;
import io.walferry.change.Transaction;
import io.walferry.stream.ChangeStream;
import io.walferry.stream.ReplicationConnection;
import io.walferry.stream.StreamEvent;
import io.walferry.stream.StreamSettings;
import java.nio.file.Path;
import java.time.Duration;

/** The library's stream while somebody writes. */
public final class LatencyStreamClient {
  private static final Duration WAIT = Duration.ofSeconds(10);

  private LatencyStreamClient() {}

  public static void main(String[] arguments) {
    FollowTask task = FollowTask.of(arguments);
    LatencyReader reader = new LatencyReader(Path.of(arguments[5]));
    try (ReplicationConnection replication = ReplicationConnection.open(task.source());
        ChangeStream stream =
            replication.stream(task.slot(), task.publication(), Lsn.ZERO, StreamSettings.DEFAULT)) {
      while (!reader.hasEnded()) {
        if (stream.next(WAIT) instanceof StreamEvent.Begun begun) {
          take(begun.transaction(), reader);
          stream.confirm(begun.transaction().endLsn());
        }
      }
    }
    Conversation.awaitEndOfInput();
  }

  private static void take(Transaction transaction, LatencyReader reader) {
    reader.begin(transaction.header());
    while (transaction.advance()) {
      reader.read(transaction.change());
    }
  }
}
