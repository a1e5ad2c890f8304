package io.walferry.pipeline;

import io.walferry.sink.SinkState;

/**
 * One destination of a feed, as it was found when it was opened.
 *
 * @param loads that bring existing rows to it
 */
record Member(FeedEnds ends, SinkState state, TableLoads loads) {
  boolean savesPosition() {
    return ends.sink().capabilities().savesPosition();
  }
}
