package io.walferry.stream;

import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import io.walferry.pgoutput.PgOutputMessage;
import java.util.Optional;

/** A committed transaction that comes whole, and is read while it comes. */
final class ReceivedTransaction extends DecodedTransaction {
  private final MessageSource messages;
  private final TransactionReader reader;

  ReceivedTransaction(
      PgOutputMessage.Begin begin, MessageSource messages, TransactionReader reader) {
    super(new TransactionHeader(begin.xid(), begin.commitLsn(), begin.commitTime()), messages);
    this.messages = messages;
    this.reader = reader;
  }

  @Override
  Optional<Change> read() {
    messages.advanceWithinTransaction();
    if (messages.isKeepAlive()) {
      return Optional.empty();
    }
    PgOutputMessage message = messages.message();
    if (message instanceof PgOutputMessage.Commit commit) {
      end(commit.endLsn());
      reader.ended(commit.endLsn());
      return Optional.empty();
    }
    return changeOf(message);
  }

  @Override
  Optional<Relation> find(int oid) {
    return reader.relations().find(oid);
  }

  @Override
  void announced(Relation relation) {
    reader.announced(relation);
  }
}
