package io.walferry.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Ctrl-C and {@code kill}. The first asks for a clean stop; the second ends the process at once.
 * The JDK's signal classes are no official API, so they are used by reflection; where they are
 * missing, signals end the process as ever.
 */
final class Signals {
  private static final int STATUS_INTERRUPTED = 130;

  private final Runnable stop;
  private final AtomicBoolean seen = new AtomicBoolean();

  private Signals(Runnable stop) {
    this.stop = stop;
  }

  /** From now on; to be called once in a process. */
  static void onStop(Runnable stop) {
    Signals signals = new Signals(stop);
    for (String name : List.of("INT", "TERM", "HUP")) {
      signals.handle(name);
    }
  }

  private void handle(String name) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object ours =
          Proxy.newProxyInstance(
              handler.getClassLoader(), new Class<?>[] {handler}, this::received);
      Method handle = signal.getMethod("handle", signal, handler);
      handle.invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      org.slf4j.LoggerFactory.getLogger(Signals.class)
          .debug("signal {} keeps its usual meaning", name, e);
    }
  }

  private Object received(Object proxy, Method method, Object[] arguments) {
    if (!method.getName().equals("handle")) {
      return method.getName().equals("hashCode") ? System.identityHashCode(proxy) : false;
    }
    // Not under a lock: the second signal must not wait for what the first one waits for.
    if (seen.getAndSet(true)) {
      Runtime.getRuntime().halt(STATUS_INTERRUPTED);
    }
    stop.run();
    return true;
  }
}
