package io.walferry.sink;

import io.walferry.change.Position;

/** What a destination remembers of a feed when it is opened. */
public sealed interface SinkState {
  /** It has never seen this feed, or it cannot remember (standard output). */
  enum Fresh implements SinkState {
    FRESH
  }

  /** A first load was begun and not finished: what it left is removed when the next one starts. */
  enum Loading implements SinkState {
    LOADING
  }

  /** Everything up to the position is there. */
  record Following(Position position) implements SinkState {}
}
