package io.walferry.stream;

import io.walferry.change.Lsn;
import java.io.IOException;

/** Sends status updates to the server. For one thread, except for {@link #close}. */
interface StatusSender {
  /**
   * Tells the server how far its log was received and is durable here.
   *
   * @param replyRequested whether the server is asked to answer at once
   */
  void sendStatus(Lsn received, Lsn confirmed, boolean replyRequested) throws IOException;

  /** Ends the connection. From any thread. */
  void close();
}
