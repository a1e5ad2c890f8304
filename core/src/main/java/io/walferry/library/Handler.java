package io.walferry.library;

/**
 * A callback. It is never called by two threads at the same time, and what one call has written the
 * next one sees; but it may be another thread while existing rows are read. An event is
 * acknowledged when it has returned. While it runs nothing else is delivered; the connection to the
 * source is kept alive meanwhile.
 */
@FunctionalInterface
public interface Handler<E extends Event> {
  /**
   * Takes an event; it may keep it.
   *
   * @throws Exception what becomes of it is for the {@link ErrorPolicy} to say
   */
  void handle(E event) throws Exception;
}
