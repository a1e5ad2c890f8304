package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.pgoutput.PgOutputMessage;
import java.util.Optional;

/**
 * A logical message outside any transaction. It is decoded where it stands in the log, so it comes
 * between those that commit before and behind it, and the server sends it again unless a place
 * behind its start is confirmed.
 */
final class LoneMessage implements TransactionMessages {
  private final PgOutputMessage.LogicalMessage message;
  private final TransactionReader reader;
  private boolean read;
  private Optional<Lsn> end = Optional.empty();

  LoneMessage(PgOutputMessage.LogicalMessage message, TransactionReader reader) {
    this.message = message;
    this.reader = reader;
  }

  @Override
  public Optional<PgOutputMessage> read() {
    if (!read) {
      read = true;
      return Optional.of(message);
    }
    // Where its record ends is not said; nothing else starts before that.
    Lsn behind = new Lsn(message.lsn().value() + 1);
    end = Optional.of(behind);
    reader.ended(behind);
    return Optional.empty();
  }

  @Override
  public Optional<Lsn> end() {
    return end;
  }

  @Override
  public Optional<Relation> find(int oid) {
    return Optional.empty();
  }

  @Override
  public void announced(Relation relation) {
    throw new IllegalStateException("A message announces nothing");
  }
}
