package io.walferry.stream;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Transaction;
import io.walferry.change.TransactionHeader;
import io.walferry.pgoutput.PgOutputMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A transaction whose changes are decoded as they are asked for. For the pipeline's thread. */
final class DecodedTransaction implements Transaction {
  private final TransactionHeader header;
  private final MessageSource source;
  private final TransactionMessages messages;
  private Optional<Change> current = Optional.empty();
  private boolean withXid;

  /**
   * For reading once.
   *
   * @param source where the messages come from, which knows the place of what is wrong
   */
  DecodedTransaction(TransactionHeader header, MessageSource source, TransactionMessages messages) {
    this.header = header;
    this.source = source;
    this.messages = messages;
  }

  @Override
  public TransactionHeader header() {
    return header;
  }

  @Override
  public boolean advance() {
    if (messages.end().isPresent()) {
      return false;
    }
    do {
      // A change is not held while the next one comes: it may be large.
      current = Optional.empty();
      Optional<PgOutputMessage> message = messages.read();
      current = message.isPresent() ? changeOf(message.get()) : Optional.empty();
    } while (current.isEmpty() && messages.end().isEmpty());
    return messages.end().isEmpty();
  }

  @Override
  public Change change() {
    return current.orElseThrow(() -> new IllegalStateException("There is no current change"));
  }

  /** The message of the current change, in protocol 1. */
  ByteBuffer[] message() {
    return source.plain(withXid);
  }

  @Override
  public Lsn endLsn() {
    return messages
        .end()
        .orElseThrow(() -> new IllegalStateException("The transaction was not read to its end"));
  }

  /** The change that a message within a transaction stands for. */
  private Optional<Change> changeOf(PgOutputMessage message) {
    return switch (message) {
      case PgOutputMessage.RowMessage row -> {
        withXid = row.streamXid().isPresent();
        yield Optional.of(rowChange(row));
      }
      case PgOutputMessage.Truncate truncate -> {
        withXid = truncate.streamXid().isPresent();
        yield Optional.of(truncation(truncate));
      }
      case PgOutputMessage.Relation announced -> {
        messages.announced(announced.relation());
        yield Optional.empty();
      }
      case PgOutputMessage.LogicalMessage logical -> {
        withXid = logical.streamXid().isPresent();
        yield Optional.of(
            new Change.Message(
                logical.transactional(), logical.prefix(), logical.lsn(), logical.content()));
      }
      case PgOutputMessage.Type type -> Optional.empty();
      case PgOutputMessage.Origin origin -> Optional.empty();
      default -> throw source.unexpected("a change or a Commit", message);
    };
  }

  private Relation relation(int oid, PgOutputMessage message) {
    return messages
        .find(oid)
        .orElseThrow(
            () ->
                source.unexpected("a Relation for oid " + Integer.toUnsignedString(oid), message));
  }

  private Change rowChange(PgOutputMessage.RowMessage message) {
    Relation relation = relation(message.relationOid(), message);
    requireColumns(relation, message);
    return switch (message) {
      case PgOutputMessage.Insert insert -> new Change.Insert(relation, insert.after());
      case PgOutputMessage.Update update ->
          new Change.Update(relation, update.before(), update.after());
      case PgOutputMessage.Delete delete -> new Change.Delete(relation, delete.before());
    };
  }

  /** So that nobody behind here has to ask whether a row fits its relation. */
  private void requireColumns(Relation relation, PgOutputMessage.RowMessage message) {
    int count = relation.columns().size();
    boolean fits =
        switch (message) {
          case PgOutputMessage.Insert insert -> insert.after().columnCount() == count;
          case PgOutputMessage.Update update ->
              update.after().columnCount() == count && fits(update.before(), count);
          case PgOutputMessage.Delete delete -> fits(delete.before(), count);
        };
    if (!fits) {
      throw source.unexpected("rows of " + count + " columns for " + relation, message);
    }
  }

  private static boolean fits(OldRow old, int count) {
    return switch (old) {
      case OldRow.Full full -> full.row().columnCount() == count;
      case OldRow.Key key -> key.row().columnCount() == count;
      case OldRow.Absent absent -> true;
    };
  }

  private Change truncation(PgOutputMessage.Truncate message) {
    List<Relation> emptied =
        message.relationOids().stream().map(oid -> relation(oid, message)).toList();
    return new Change.Truncate(emptied, message.cascade(), message.restartIdentity());
  }
}
