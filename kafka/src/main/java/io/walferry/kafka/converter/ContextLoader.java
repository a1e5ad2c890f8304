package io.walferry.kafka.converter;

/** Converters look for services by the loader of the thread that calls them. */
record ContextLoader(Thread thread, ClassLoader before) {
  /** Whoever enters leaves, on the same thread. */
  static ContextLoader enter(ClassLoader loader) {
    Thread thread = Thread.currentThread();
    ContextLoader entered = new ContextLoader(thread, thread.getContextClassLoader());
    thread.setContextClassLoader(loader);
    return entered;
  }

  void leave() {
    thread.setContextClassLoader(before);
  }
}
