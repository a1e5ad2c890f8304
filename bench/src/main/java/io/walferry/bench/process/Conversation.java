package io.walferry.bench.process;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Of a program that is measured with the benchmark: by lines of its standard output. */
public final class Conversation {
  private Conversation() {}

  /** Tells the benchmark that the work begins; what came before was the start of a JVM. */
  public static void reportBegin() {
    System.out.println("begin");
  }

  /**
   * Tells the benchmark that the end is reached, and waits until it has read what it wants to know
   * of this process: it closes our standard input then.
   */
  public static void reportEnd(long rows) {
    System.out.println("end rows=" + rows);
    awaitEndOfInput();
  }

  /** Returns when the benchmark has seen enough. */
  public static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nothing is ever sent.
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
