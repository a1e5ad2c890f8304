package io.walferry.cli;

import java.util.Locale;

/** The process: arguments in, exit status out. */
public final class Walferry {
  private Walferry() {}

  /** 0 fine, 1 a verdict, 2 usage or configuration, 3 failure at run time. */
  public static void main(String[] arguments) {
    // Numbers and the driver's messages look the same on every machine.
    Locale.setDefault(Locale.ROOT);
    if (Version.isAskedFor(arguments)) {
      Version.print(System.out, arguments);
      return;
    }
    int status = new Commands(Terminal.ofProcess(), Signals::onStop).execute(arguments);
    System.out.flush();
    System.exit(status);
  }
}
