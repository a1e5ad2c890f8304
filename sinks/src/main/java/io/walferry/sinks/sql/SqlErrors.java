package io.walferry.sinks.sql;

import io.walferry.error.WalferryException;
import java.sql.SQLException;

/** Says in our words what a destination reports. May be used by several threads at once. */
public interface SqlErrors {
  /**
   * The failure as ours, without any value of a row.
   *
   * @param attempt what was tried, as it follows "could not"
   */
  WalferryException translate(String attempt, SQLException failure);
}
