package io.walferry.testkit.proxy;

/** Ends a connection after so many more bytes; compared by identity, as each is meant once. */
final class Cut {
  private final long bytes;
  private final boolean everyConnection;

  Cut(long bytes, boolean everyConnection) {
    this.bytes = bytes;
    this.everyConnection = everyConnection;
  }

  long bytes() {
    return bytes;
  }

  boolean everyConnection() {
    return everyConnection;
  }
}
