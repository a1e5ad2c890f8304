package io.walferry.postgres;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;

/** Says what is wrong with a connection string without showing any of it. */
final class InvalidConnectionText {
  private InvalidConnectionText() {}

  static WalferryException because(String problem) {
    return new WalferryException(
        ErrorCode.CONFIGURATION_INVALID, "cannot understand the connection string: " + problem);
  }
}
