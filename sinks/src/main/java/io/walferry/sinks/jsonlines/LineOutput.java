package io.walferry.sinks.jsonlines;

import io.walferry.change.Position;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.SinkState;

/** Where lines go, and what is remembered there. Called in the order of a sink's methods. */
sealed interface LineOutput extends AutoCloseable permits LineFile, LineStream {
  boolean savesPosition();

  SinkState open(FeedIdentity feed);

  /** Forgets the lines of an unfinished load and remembers that one has begun. */
  void startLoad();

  /** Takes the first bytes of the array, at once. */
  void write(byte[] bytes, int length);

  /** Returns when everything written and the position are durable, as far as this place can. */
  void commit(Position position);

  @Override
  void close();
}
