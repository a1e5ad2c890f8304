package io.walferry.pipeline;

import io.walferry.sink.SinkState;
import java.util.List;

/**
 * One destination of a feed, as it was found when it was opened.
 *
 * @param loads that bring existing rows to it
 */
record Member(FeedEnds ends, SinkState state, TableLoads loads) {
  boolean savesPosition() {
    return ends.sink().capabilities().savesPosition();
  }

  /** Whether a destination has tables in which changed rows are found, as those that alter them. */
  static boolean findRows(List<Member> members) {
    return members.stream().anyMatch(it -> it.ends().sink().capabilities().altersTables());
  }
}
