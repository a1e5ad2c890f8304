package io.walferry.sink;

import java.util.function.Consumer;

/** Looks at a destination's dead letters, beside the feed and without taking it over. */
public interface DeadLetterSearch {
  /** What a user calls the destination. */
  String display();

  /**
   * Reads the letters of a feed in the order in which they came; none where it has never had any.
   *
   * @param pipeline the feed's name
   */
  void find(String pipeline, Consumer<KeptLetter> found);
}
