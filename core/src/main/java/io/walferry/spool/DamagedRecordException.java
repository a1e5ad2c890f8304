package io.walferry.spool;

import java.io.IOException;

/** A record is not what was written; any other failure to read it may pass. */
final class DamagedRecordException extends IOException {
  private static final long serialVersionUID = 1;

  private final String how;

  DamagedRecordException(String how) {
    super(how);
    this.how = how;
  }

  String how() {
    return how;
  }
}
