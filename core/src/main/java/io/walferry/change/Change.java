package io.walferry.change;

import java.util.List;

/** One thing that a transaction did, in the order in which it did it. */
public sealed interface Change {
  /** A new row. */
  record Insert(Relation relation, Row after) implements Change {}

  /**
   * A changed row. It is found by {@code before} if that is present, else by the replica identity's
   * columns of {@code after}. Columns of {@code after} may be {@link Value.Unchanged}.
   */
  record Update(Relation relation, OldRow before, Row after) implements Change {}

  /** A row that is gone; {@code before} is never {@link OldRow.Absent}. */
  record Delete(Relation relation, OldRow before) implements Change {}

  /** Tables that were emptied together. */
  record Truncate(List<Relation> relations, boolean cascade, boolean restartIdentity)
      implements Change {
    public Truncate {
      relations = List.copyOf(relations);
    }
  }

  /**
   * A message written by {@code pg_logical_emit_message(transactional, prefix, content)}. One that
   * is not transactional stands outside any transaction, even if one has written it, and counts
   * even if that one was rolled back; it comes as the only change of a {@link Transaction} without
   * an xid.
   *
   * @param lsn where its record ends
   */
  record Message(boolean transactional, String prefix, Lsn lsn, Value.Binary content)
      implements Change {}

  /** The bytes of its rows, or of a message's content. */
  default long byteSize() {
    return switch (this) {
      case Insert insert -> insert.after.byteSize();
      case Update update -> update.before.byteSize() + update.after.byteSize();
      case Delete delete -> delete.before.byteSize();
      case Truncate truncate -> 0;
      case Message message -> message.content.length();
    };
  }

  /** The same change with {@linkplain Row#detached rows over bytes of their own}. */
  default Change detached() {
    return switch (this) {
      case Insert(var relation, var after) -> new Insert(relation, after.detached());
      case Update(var relation, var before, var after) ->
          new Update(relation, before.detached(), after.detached());
      case Delete(var relation, var before) -> new Delete(relation, before.detached());
      case Truncate truncate -> truncate;
      case Message message -> message;
    };
  }
}
