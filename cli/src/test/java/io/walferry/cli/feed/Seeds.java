package io.walferry.cli.feed;

/** A new seed for each run, or the one that is to be replayed. */
final class Seeds {
  private static final String PROPERTY = "walferry.test.seed";

  private Seeds() {}

  /** Printed, so that a run that is cut off can be replayed too. */
  static long next() {
    long seed = Long.getLong(PROPERTY, System.nanoTime() & 0xFFFFFF);
    System.out.println("seed " + seed + "; replay with -D" + PROPERTY + "=" + seed);
    return seed;
  }
}
