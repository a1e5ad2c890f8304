package io.walferry.sinks.jsonlines;

import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Locale;

/** Says in our words why lines cannot be written. */
final class LineErrors {
  private LineErrors() {}

  /**
   * The failure as ours.
   *
   * @param where a file's path, or standard output
   */
  static WalferryException translate(String where, IOException failure) {
    String reason = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    if (reason.contains("no space left") || reason.contains("quota exceeded")) {
      return error(ErrorCode.DESTINATION_FULL, where, "the disk is full", failure);
    }
    if (reason.contains("broken pipe")) {
      return error(
          ErrorCode.DESTINATION_UNWRITABLE, where, "its reader has ended; start it again", failure);
    }
    if (failure instanceof AccessDeniedException || reason.contains("permission denied")) {
      return error(ErrorCode.DESTINATION_UNWRITABLE, where, "permission denied", failure);
    }
    return error(ErrorCode.DESTINATION_UNWRITABLE, where, "the system refused", failure);
  }

  private static WalferryException error(
      ErrorCode code, String where, String why, IOException failure) {
    return new WalferryException(
        code, "could not write JSON lines to " + where + ": " + why, failure);
  }

  static WalferryException unwritable(Path file, String why) {
    return new WalferryException(
        ErrorCode.DESTINATION_UNWRITABLE, "could not write JSON lines file " + file + ": " + why);
  }
}
