package io.walferry.library;

import java.util.Optional;

/**
 * One callback and what it wants to hear.
 *
 * @param prefix of messages; empty for any
 */
record Route(Kind kind, Optional<String> prefix, TableFilter tables, Call call) {
  /** Kinds of events. */
  enum Kind {
    BEGIN,
    COMMIT,
    INSERT,
    UPDATE,
    DELETE,
    TRUNCATE,
    MESSAGE,
    BATCH
  }

  /** How it is called. */
  sealed interface Call {
    /** Acknowledged when it returns. */
    record Direct(Handler<Event> handler) implements Call {}

    record Manual(ManualHandler<Event> handler) implements Call {}
  }

  boolean isManual() {
    return call instanceof Call.Manual;
  }
}
