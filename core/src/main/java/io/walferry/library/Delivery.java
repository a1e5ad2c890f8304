package io.walferry.library;

/**
 * An event with its acknowledgement, as a {@link java.util.concurrent.Flow} hands it out.
 *
 * @param acknowledgement has to be said, or the feed comes to a stand
 */
public record Delivery(Event event, Acknowledgement acknowledgement) {
  /** The event is dealt with. */
  public void acknowledge() {
    acknowledgement.done();
  }
}
