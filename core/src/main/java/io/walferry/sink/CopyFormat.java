package io.walferry.sink;

/** The forms in which COPY sends rows. */
public enum CopyFormat {
  /** Each message is one line; {@link CopyTextParser} makes a row of it. */
  TEXT,
  /** For a destination that hands the bytes on to a COPY of its own. */
  BINARY
}
