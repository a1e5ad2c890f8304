package io.walferry.sink;

import io.walferry.change.TableId;
import io.walferry.change.TransactionHeader;
import java.util.Optional;

/**
 * A change that a destination could not take, with everything that the source sent of it. What it
 * holds is kept at the destination and nowhere else: {@code toString} shows no value.
 *
 * @param transaction at the source; of no xid for a row of a load
 * @param index of the change among those of its transaction that came to the sink, counted from 1;
 *     0 for a row of a load
 * @param operation {@code insert}, {@code update}, {@code delete} or {@code load}
 * @param key of the row that is not at the destination as it should be: a JSON object of texts, in
 *     ASCII, its members in the order of their names; empty if the table has no key that was sent
 * @param before the old row, as far as it was sent: a JSON object of texts and nulls, in ASCII;
 *     empty if nothing was
 * @param after the new row in the same form, without the columns that the source left out as
 *     unchanged; empty for a delete
 * @param error the code of the failure
 * @param reason why, without values
 */
public record DeadLetter(
    TransactionHeader transaction,
    long index,
    TableId table,
    String operation,
    Optional<String> key,
    Optional<String> before,
    Optional<String> after,
    String error,
    String reason) {
  @Override
  public String toString() {
    return "DeadLetter[" + operation + " of " + table + ", " + error + "]";
  }
}
