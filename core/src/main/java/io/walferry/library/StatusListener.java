package io.walferry.library;

/**
 * Hears every change of the status, one after the other and in their order, on whatever thread has
 * made it or an earlier one. Must return soon; may ask and stop the feed, but not wait for its end.
 */
@FunctionalInterface
public interface StatusListener {
  void changed(Status before, Status now);
}
