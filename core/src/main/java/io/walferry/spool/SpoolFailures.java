package io.walferry.spool;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** What can go wrong with files, in the words of {@link WalferryException}. */
final class SpoolFailures {
  private SpoolFailures() {}

  static WalferryException of(String attempted, Path directory, IOException cause) {
    boolean full = Optional.ofNullable(cause.getMessage()).orElse("").contains("No space left");
    return new WalferryException(
        full ? ErrorCode.SPOOL_FULL : ErrorCode.SPOOL_FAILED,
        "could not %s in %s: %s".formatted(attempted, directory, cause),
        cause);
  }
}
