package io.walferry.cli;

import io.walferry.error.ErrorCode;
import java.util.Locale;

/** The process: arguments in, exit status out. */
public final class Walferry {
  private static final int MEMORY_EXHAUSTED = ErrorCode.MEMORY_EXHAUSTED.exitStatus();

  private Walferry() {}

  /** 0 fine, 1 a verdict, 2 usage or configuration, 3 failure at run time. */
  public static void main(String[] arguments) {
    // Numbers and the driver's messages look the same on every machine.
    Locale.setDefault(Locale.ROOT);
    Thread.setDefaultUncaughtExceptionHandler(Walferry::died);
    if (Version.isAskedFor(arguments)) {
      Version.print(System.out, arguments);
      return;
    }
    int status = new Commands(Terminal.ofProcess(), Signals::onStop).execute(arguments);
    System.out.flush();
    System.exit(status);
  }

  /** Ends a process in which a thread found no memory, since others may wait for that thread. */
  private static void died(Thread thread, Throwable cause) {
    try {
      System.err.print("Exception in thread \"" + thread.getName() + "\" ");
      cause.printStackTrace();
    } finally {
      if (cause instanceof OutOfMemoryError) {
        Runtime.getRuntime().halt(MEMORY_EXHAUSTED);
      }
    }
  }
}
