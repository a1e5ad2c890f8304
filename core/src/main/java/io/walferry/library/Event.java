package io.walferry.library;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Relation;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.type.TypedRow;
import java.util.List;
import java.util.Optional;

/**
 * Something that has happened at the source, committed there. Events come whole transaction by
 * whole transaction, in the order of their commits: {@link Begin}, its changes in their order,
 * {@link Commit}. Rows of a snapshot come as {@link Insert} without such marks. Immutable; printing
 * one never shows a value.
 */
public sealed interface Event {
  Origin origin();

  /** The changes that follow are of one transaction. */
  record Begin(Origin origin) implements Event {}

  /** The transaction is complete. {@link Origin#ordinal} is the number of its changes. */
  record Commit(Origin origin) implements Event {}

  /** What happened to one row. */
  sealed interface RowChange extends Event {
    TableId table();

    /** The table as the stream announces it. */
    Relation relation();
  }

  /** A new row, or one that was there before the feed was ({@link Origin#snapshot}). */
  record Insert(Origin origin, TypedRow row) implements RowChange {
    @Override
    public TableId table() {
      return relation().table();
    }

    @Override
    public Relation relation() {
      return row.type().relation();
    }
  }

  /**
   * A changed row.
   *
   * @param old the row before: with replica identity FULL all of it, else only if the key has
   *     changed
   * @param keyOnly whether {@code old} has the key's columns only; the others are NULL in it and
   *     mean nothing
   * @param row the row now; a large column that was left alone is {@link TypedRow#isUnchanged
   *     unchanged} and has no value here
   */
  record Update(Origin origin, Optional<TypedRow> old, boolean keyOnly, TypedRow row)
      implements RowChange {
    @Override
    public TableId table() {
      return relation().table();
    }

    @Override
    public Relation relation() {
      return row.type().relation();
    }
  }

  /**
   * A row that is gone.
   *
   * @param keyOnly whether {@code old} has the key's columns only; the others are NULL in it and
   *     mean nothing
   */
  record Delete(Origin origin, TypedRow old, boolean keyOnly) implements RowChange {
    @Override
    public TableId table() {
      return relation().table();
    }

    @Override
    public Relation relation() {
      return old.type().relation();
    }
  }

  /**
   * Tables that were emptied together. Of a snapshot: the table is read again from the beginning,
   * so its rows go first.
   */
  record Truncate(Origin origin, List<Relation> relations, boolean cascade, boolean restartIdentity)
      implements Event {
    public Truncate {
      relations = List.copyOf(relations);
    }

    public List<TableId> tables() {
      return relations.stream().map(Relation::table).toList();
    }
  }

  /**
   * A message that {@code pg_logical_emit_message(transactional, prefix, content)} has written.
   *
   * @param transactional whether it belongs to a transaction and has committed with it. If not, it
   *     comes where it stands in the log, between two transactions and without {@link Begin} and
   *     {@link Commit}, even if the transaction that wrote it was rolled back
   * @param lsn where its record in the log ends
   */
  record Message(Origin origin, boolean transactional, String prefix, Lsn lsn, Value.Binary content)
      implements Event {}

  /**
   * Everything that was delivered so far is about to be acknowledged. Not part of the stream: only
   * a callback hears it.
   */
  record Batch(Origin origin, Position position) implements Event {}
}
