package io.walferry.stream;

import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.Xid;
import io.walferry.pgoutput.PgOutputMessage;
import java.time.Duration;
import java.util.Optional;

/**
 * A transaction that was received before it committed. Rows keep the relation under which they were
 * written, and what was rolled back is left out.
 */
final class StoredTransaction implements TransactionMessages {
  private final PendingTransaction pending;
  private final MessageSource messages;
  private final TransactionReader reader;
  private final Lsn endLsn;
  private final RelationCache relations = new RelationCache();
  private long announcements;
  private Optional<Lsn> end = Optional.empty();

  /**
   * Reads it and discards it then.
   *
   * @param messages of {@code pending}
   * @param endLsn where its commit ends
   */
  StoredTransaction(
      Lsn endLsn, PendingTransaction pending, MessageSource messages, TransactionReader reader) {
    this.endLsn = endLsn;
    this.pending = pending;
    this.messages = messages;
    this.reader = reader;
  }

  @Override
  public Optional<PgOutputMessage> read() {
    if (!messages.advance(Duration.ZERO)) {
      // From here on the others see what it has announced.
      reader.relations().announceAll(pending.relations());
      pending.discard();
      end = Optional.of(endLsn);
      reader.ended(endLsn);
      return Optional.empty();
    }
    return messages.isKeepAlive() ? Optional.empty() : unlessRolledBack(messages.message());
  }

  @Override
  public Optional<Lsn> end() {
    return end;
  }

  /**
   * A relation that was announced within a sub-transaction holds for the whole transaction, for the
   * server does not repeat it.
   */
  private Optional<PgOutputMessage> unlessRolledBack(PgOutputMessage message) {
    return switch (message) {
      case PgOutputMessage.StreamStart start -> Optional.empty();
      case PgOutputMessage.StreamStop stop -> Optional.empty();
      case PgOutputMessage.BeginPrepare begin -> Optional.empty();
      case PgOutputMessage.Prepare prepare -> Optional.empty();
      case PgOutputMessage.RowMessage row when isRolledBack(row.streamXid()) -> Optional.empty();
      case PgOutputMessage.Truncate truncate when isRolledBack(truncate.streamXid()) ->
          Optional.empty();
      case PgOutputMessage.LogicalMessage logical when isRolledBack(logical.streamXid()) ->
          Optional.empty();
      default -> Optional.of(message);
    };
  }

  private boolean isRolledBack(Optional<Xid> subXid) {
    return subXid.isPresent() && pending.isRolledBack(subXid.get());
  }

  @Override
  public Optional<Relation> find(int oid) {
    Optional<Relation> own = relations.find(oid);
    return own.isPresent() ? own : pending.known().find(oid);
  }

  @Override
  public void announced(Relation relation) {
    announcements++;
    // The same object where there is no difference: sinks prepare statements for each.
    relations.announce(
        reader.relations().find(relation.oid()).filter(relation::equals).orElse(relation),
        announcements);
    reader.countAnnouncement();
  }
}
