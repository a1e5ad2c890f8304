package io.walferry.stream;

import io.walferry.change.Change;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Transaction;
import io.walferry.change.TransactionHeader;
import io.walferry.pgoutput.PgOutputMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Puts the messages of protocol 1, in which a transaction comes whole and after its commit,
 * together as transactions. Belongs to the pipeline's thread.
 */
final class TransactionReader {
  private final MessageSource messages;
  private final RelationCache relations = new RelationCache();
  private Optional<StreamedTransaction> open = Optional.empty();
  private long announcements;

  TransactionReader(MessageSource messages) {
    this.messages = messages;
  }

  long announcements() {
    return announcements;
  }

  StreamEvent next(Duration atMost) {
    if (open.isPresent()) {
      throw new IllegalStateException("The last transaction was not read to its end");
    }
    while (messages.advance(atMost)) {
      if (messages.isKeepAlive()) {
        return messages.keepAlive();
      }
      PgOutputMessage message = messages.message();
      if (message instanceof PgOutputMessage.Begin begin) {
        StreamedTransaction transaction =
            new StreamedTransaction(
                new TransactionHeader(begin.xid(), begin.commitLsn(), begin.commitTime()));
        open = Optional.of(transaction);
        return new StreamEvent.Begun(transaction);
      }
      // A message outside of any transaction is nothing that a destination could hold.
      if (!(message instanceof PgOutputMessage.LogicalMessage)) {
        throw messages.unexpected("a Begin", message);
      }
    }
    return StreamEvent.Quiet.QUIET;
  }

  private Relation relation(int oid, PgOutputMessage message) {
    return relations
        .find(oid)
        .orElseThrow(
            () ->
                messages.unexpected(
                    "a Relation for oid " + Integer.toUnsignedString(oid), message));
  }

  private final class StreamedTransaction implements Transaction {
    private final TransactionHeader header;
    private Optional<Change> current = Optional.empty();
    private Optional<Lsn> end = Optional.empty();

    StreamedTransaction(TransactionHeader header) {
      this.header = header;
    }

    @Override
    public TransactionHeader header() {
      return header;
    }

    @Override
    public boolean advance() {
      if (end.isPresent()) {
        return false;
      }
      do {
        messages.advanceWithinTransaction();
        current = messages.isKeepAlive() ? Optional.empty() : changeOf(messages.message());
      } while (current.isEmpty() && end.isEmpty());
      return end.isEmpty();
    }

    @Override
    public Change change() {
      return current.orElseThrow(() -> new IllegalStateException("There is no current change"));
    }

    @Override
    public Lsn endLsn() {
      return end.orElseThrow(
          () -> new IllegalStateException("The transaction was not read to its end"));
    }

    /** The change that a message stands for; empty if it only tells us something. */
    private Optional<Change> changeOf(PgOutputMessage message) {
      return switch (message) {
        case PgOutputMessage.RowMessage row -> Optional.of(rowChange(row));
        case PgOutputMessage.Truncate truncate -> Optional.of(truncation(truncate));
        case PgOutputMessage.Commit commit -> {
          end = Optional.of(commit.endLsn());
          open = Optional.empty();
          yield Optional.empty();
        }
        case PgOutputMessage.Relation announced -> {
          relations.announce(announced.relation());
          announcements++;
          yield Optional.empty();
        }
        case PgOutputMessage.LogicalMessage logical -> logicalMessage(logical);
        case PgOutputMessage.Type type -> Optional.empty();
        case PgOutputMessage.Origin origin -> Optional.empty();
        case PgOutputMessage.Begin begin -> throw unexpected(begin);
        case PgOutputMessage.StreamStart start -> throw unexpected(start);
        case PgOutputMessage.StreamStop stop -> throw unexpected(stop);
        case PgOutputMessage.StreamCommit commit -> throw unexpected(commit);
        case PgOutputMessage.StreamAbort abort -> throw unexpected(abort);
        case PgOutputMessage.StreamPrepare prepare -> throw unexpected(prepare);
        case PgOutputMessage.BeginPrepare prepare -> throw unexpected(prepare);
        case PgOutputMessage.Prepare prepare -> throw unexpected(prepare);
        case PgOutputMessage.CommitPrepared commit -> throw unexpected(commit);
        case PgOutputMessage.RollbackPrepared rollback -> throw unexpected(rollback);
      };
    }

    private RuntimeException unexpected(PgOutputMessage message) {
      return messages.unexpected("a change or a Commit", message);
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
        throw messages.unexpected("rows of " + count + " columns for " + relation, message);
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

    private Optional<Change> logicalMessage(PgOutputMessage.LogicalMessage message) {
      return message.transactional()
          ? Optional.of(new Change.Message(message.prefix(), message.lsn(), message.content()))
          : Optional.empty();
    }
  }
}
