package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.pgoutput.PgOutputMessage;
import java.util.Optional;

/**
 * A logical message outside any transaction. It is decoded where it stands in the log, so it comes
 * between those that commit before and behind it. The server says where its record ends, which is
 * where the next one starts, maybe that of a commit, and sends it again unless that is confirmed.
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

  /** A place within the record, before its end: that of a commit orders transactions. */
  static Lsn place(PgOutputMessage.LogicalMessage message) {
    return new Lsn(message.lsn().value() - 1);
  }

  @Override
  public Optional<PgOutputMessage> read() {
    if (!read) {
      read = true;
      return Optional.of(message);
    }
    end = Optional.of(message.lsn());
    reader.ended(message.lsn());
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
