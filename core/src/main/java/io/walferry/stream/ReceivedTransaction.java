package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.pgoutput.PgOutputMessage;
import java.util.Optional;

/** A committed transaction that comes whole, and is read while it comes. */
final class ReceivedTransaction implements TransactionMessages {
  private final MessageSource messages;
  private final TransactionReader reader;

  private Optional<Lsn> end = Optional.empty();

  ReceivedTransaction(MessageSource messages, TransactionReader reader) {
    this.messages = messages;
    this.reader = reader;
  }

  @Override
  public Optional<PgOutputMessage> read() {
    messages.advanceWithinTransaction();
    if (messages.isKeepAlive()) {
      return Optional.empty();
    }
    PgOutputMessage message = messages.message();
    if (message instanceof PgOutputMessage.Commit commit) {
      end = Optional.of(commit.endLsn());
      reader.ended(commit.endLsn());
      return Optional.empty();
    }
    return Optional.of(message);
  }

  @Override
  public Optional<Lsn> end() {
    return end;
  }

  @Override
  public Optional<Relation> find(int oid) {
    return reader.relations().find(oid);
  }

  @Override
  public void announced(Relation relation) {
    reader.announced(relation);
  }
}
