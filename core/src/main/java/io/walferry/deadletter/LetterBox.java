package io.walferry.deadletter;

import io.walferry.change.TableId;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.sink.DeadLetter;
import io.walferry.sink.RowAttempts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what becomes of changes that are not taken, and puts those that are kept into the
 * destination, up to a bound. Not for several threads.
 */
final class LetterBox {
  private static final Logger LOG = LoggerFactory.getLogger(LetterBox.class);

  private final RowAttempts destination;
  private final int most;
  private final RefusedRows heard;
  private final Map<Outcome, Tally> tallies = new LinkedHashMap<>();

  private record Outcome(TableId table, RowPolicy became) {}

  /** Of one transaction at the destination. */
  private record Tally(long count, String firstReason) {
    Tally more() {
      return new Tally(count + 1, firstReason);
    }
  }

  LetterBox(RowAttempts destination, int most, RefusedRows heard) {
    this.destination = destination;
    this.most = most;
    this.heard = heard;
  }

  /** Keeps the letters of one change. */
  void bury(List<DeadLetter> letters) {
    for (DeadLetter letter : letters) {
      if (destination.bury(letter) > most && destination.letters() > most) {
        throw new WalferryException(
            ErrorCode.DEAD_LETTERS_FULL,
            "expected at most "
                + most
                + " dead letters, but there would be more; the last one: "
                + letter.reason());
      }
    }
    DeadLetter first = letters.getFirst();
    count(first.table(), RowPolicy.DEAD_LETTER, first.reason());
  }

  void count(TableId table, RowPolicy became, String reason) {
    tallies.compute(
        new Outcome(table, became),
        (key, tally) -> tally == null ? new Tally(1, reason) : tally.more());
  }

  /** What was counted is durable. */
  void committed() {
    if (tallies.isEmpty()) {
      return;
    }
    new ArrayList<>(tallies.entrySet())
        .forEach(
            entry -> {
              Outcome outcome = entry.getKey();
              Tally tally = entry.getValue();
              log(outcome, tally);
              heard.refused(outcome.table(), outcome.became(), tally.count());
            });
    tallies.clear();
  }

  private static void log(Outcome outcome, Tally tally) {
    switch (outcome.became()) {
      case DEAD_LETTER ->
          LOG.warn(
              "To the dead letters, changes of table {}: {}; {}",
              outcome.table(),
              tally.count(),
              tally.firstReason());
      case IGNORE ->
          LOG.info(
              "Passed over, changes of table {}: {}; {}",
              outcome.table(),
              tally.count(),
              tally.firstReason());
      case UPSERT ->
          LOG.info(
              "Put there all the same, rows of table {}: {}; {}",
              outcome.table(),
              tally.count(),
              tally.firstReason());
      case HALT -> throw new IllegalStateException("What halts is not counted");
    }
  }
}
