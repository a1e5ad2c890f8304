package io.walferry.deadletter;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.RevocableSink;
import java.util.List;
import java.util.Optional;

/** Decides about single changes that the destination did not take. Not for several threads. */
final class RefusedChanges {
  private static final Row NO_ROW = new Row.Builder(new byte[0], 0).build();

  private final RevocableSink sink;
  private final RowPolicies policies;
  private final LetterKeys keys;
  private final LetterBox box;

  RefusedChanges(RevocableSink sink, RowPolicies policies, LetterKeys keys, LetterBox box) {
    this.sink = sink;
    this.policies = policies;
    this.keys = keys;
    this.box = box;
  }

  /**
   * A change of a row.
   *
   * @param index among those of its transaction
   */
  record Item(TransactionHeader transaction, long index, Change change) {}

  void refused(Item item, WalferryException why) {
    boolean missing = why.code() == ErrorCode.DESTINATION_ROW_MISSING;
    boolean conflict = why.code() == ErrorCode.DESTINATION_CONFLICT;
    switch (item.change()) {
      case Change.Update update when missing ->
          decide(
              ignoring(policies.updateMissing(), item, update.relation(), update.before()),
              item,
              update.relation(),
              whole(update),
              why);
      case Change.Delete delete when missing ->
          decide(
              ignoring(policies.deleteMissing(), item, delete.relation(), delete.before()),
              item,
              delete.relation(),
              NO_ROW,
              why);
      case Change.Insert(var relation, var after) when conflict && isThere(item, relation, after) ->
          decide(policies.insertExisting(), item, relation, after, why);
      default -> keepOrHalt(policies.refused(), item, why);
    }
  }

  /** Decides about a change that the destination is not to try. */
  void setAside(Item item, WalferryException why) {
    keepOrHalt(policies.refused(), item, why);
  }

  /** With FULL the old row has what the source has left out of the new one. */
  private static Row whole(Change.Update update) {
    return update.before() instanceof OldRow.Full(Row before)
        ? update.after().over(before)
        : update.after();
  }

  /**
   * With FULL a row is missing if it differs in any column. One that is there under its key is not
   * passed over: it would stay for ever.
   */
  private RowPolicy ignoring(RowPolicy policy, Item item, Relation relation, OldRow before) {
    boolean there =
        policy == RowPolicy.IGNORE
            && before instanceof OldRow.Full(Row row)
            && !keys.of(relation).isEmpty()
            && hasKeyOf(item, relation, row);
    return there ? policies.refused() : policy;
  }

  /** A delete by the key tells, and is taken back. */
  private boolean hasKeyOf(Item item, Relation relation, Row row) {
    sink.attempts().attempt();
    Change delete = new Change.Delete(keys.keyed(relation), new OldRow.Key(row));
    Optional<WalferryException> failure = apply(item, delete);
    sink.attempts().takeBack();
    return failure.isEmpty();
  }

  private void decide(
      RowPolicy policy, Item item, Relation relation, Row after, WalferryException why) {
    switch (policy) {
      case HALT, DEAD_LETTER -> keepOrHalt(policy, item, why);
      case IGNORE -> box.count(relation.table(), policy, reason(why));
      case UPSERT -> {
        Optional<WalferryException> failure = upsert(item, relation, after);
        if (failure.isPresent()) {
          keepOrHalt(policies.refused(), item, failure.get());
        } else {
          box.count(relation.table(), policy, reason(why));
        }
      }
    }
  }

  private void keepOrHalt(RowPolicy policy, Item item, WalferryException why) {
    if (policy != RowPolicy.DEAD_LETTER) {
      throw why;
    }
    box.bury(letters(item, why));
  }

  /**
   * Whether a row with the key is there, and no other key is in the way alone. An update of it to
   * the new row tells, and is taken back.
   */
  private boolean isThere(Item item, Relation relation, Row after) {
    if (keys.of(relation).isEmpty()) {
      return false;
    }
    sink.attempts().attempt();
    Optional<WalferryException> failure = update(item, relation, after);
    sink.attempts().takeBack();
    return failure.isEmpty();
  }

  private Optional<WalferryException> upsert(Item item, Relation relation, Row after) {
    for (int column = 0; column < after.columnCount(); column++) {
      if (after.isUnchanged(column)) {
        return Optional.of(
            new WalferryException(
                ErrorCode.DESTINATION_ROW_MISSING,
                "UPDATE of table "
                    + relation.table()
                    + " (transaction that commits at "
                    + item.transaction().commitLsn()
                    + ") met no row at the destination, and none can be made of it: the source has"
                    + " not sent column "
                    + relation.columns().get(column).name()
                    + ", which it left unchanged"));
      }
    }
    if (!keys.of(relation).isEmpty()) {
      Optional<WalferryException> failure = update(item, relation, after);
      if (failure.filter(it -> it.code() == ErrorCode.DESTINATION_ROW_MISSING).isEmpty()) {
        return failure;
      }
    }
    return apply(item, new Change.Insert(relation, after));
  }

  private Optional<WalferryException> update(Item item, Relation relation, Row after) {
    return apply(item, new Change.Update(keys.keyed(relation), OldRow.Absent.ABSENT, after));
  }

  private Optional<WalferryException> apply(Item item, Change change) {
    return Bisection.attempt(
        sink.attempts(),
        () -> {
          sink.begin(item.transaction());
          sink.append(change);
        });
  }

  private List<DeadLetter> letters(Item item, WalferryException why) {
    return keys.of(item.change()).stream().map(key -> letter(item, key, why)).toList();
  }

  private static DeadLetter letter(Item item, Optional<String> key, WalferryException why) {
    return switch (item.change()) {
      case Change.Insert(var relation, var after) ->
          letter(
              item,
              new Rows(relation, "insert", OldRow.Absent.ABSENT, Optional.of(after)),
              key,
              why);
      case Change.Update(var relation, var before, var after) ->
          letter(item, new Rows(relation, "update", before, Optional.of(after)), key, why);
      case Change.Delete(var relation, var before) ->
          letter(item, new Rows(relation, "delete", before, Optional.empty()), key, why);
      case Change.Truncate truncate -> throw new IllegalStateException("It has no row");
      case Change.Message message -> throw new IllegalStateException("It has no row");
    };
  }

  private record Rows(Relation relation, String operation, OldRow before, Optional<Row> after) {}

  private static DeadLetter letter(
      Item item, Rows rows, Optional<String> key, WalferryException why) {
    TableId table = rows.relation().table();
    return new DeadLetter(
        item.transaction(),
        item.index(),
        table,
        rows.operation(),
        key,
        LetterText.row(rows.relation(), rows.before()),
        rows.after().map(row -> LetterText.row(rows.relation(), row, false)),
        why.code().name(),
        reason(why));
  }

  private static String reason(WalferryException why) {
    return String.valueOf(why.getMessage());
  }
}
