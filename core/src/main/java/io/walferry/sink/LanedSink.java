package io.walferry.sink;

import io.walferry.change.Relation;

/**
 * A sink that has lanes beside its own session. Lanes and sink take turns: nothing is begun here
 * while a lane has something to commit.
 */
public interface LanedSink extends RevocableSink {
  /**
   * Which changes of a relation have to keep their order. Asked between commits, of a relation of
   * which changes were committed here before.
   */
  ChangeOrder order(Relation relation);

  /**
   * A new lane, which is not connected yet. It knows what the sink knows of the source's tables,
   * and may not be used any more once they have been altered, emptied or made ready.
   */
  Lane lane();
}
