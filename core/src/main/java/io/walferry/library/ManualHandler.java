package io.walferry.library;

/** As {@link Handler}, but the event counts only when somebody acknowledges it, on any thread. */
@FunctionalInterface
public interface ManualHandler<E extends Event> {
  /** Takes an event; whoever finishes the work says so, once. */
  void handle(E event, Acknowledgement acknowledgement) throws Exception;
}
