package io.walferry.testkit.workload;

/**
 * Seeds of randomised tests. A seed follows from the name of the method (or constructor) that asks
 * for it, so a test does the same every day; with the system property {@code walferry.full} it is
 * drawn at random. {@code -Dwalferry.test.seed=N} replays a seed.
 */
public final class Seeds {
  private static final String REPLAYED = "walferry.test.seed";
  private static final int MASK = 0xFFFFFF;

  private Seeds() {}

  /** Returns the caller's seed and prints it on a line of its own. */
  public static long next() {
    long seed = Long.getLong(REPLAYED, Boolean.getBoolean("walferry.full") ? random() : derived());
    System.out.println("seed " + seed + "; replay with -D" + REPLAYED + "=" + seed);
    return seed;
  }

  private static long random() {
    return System.nanoTime() & MASK;
  }

  private static long derived() {
    return StackWalker.getInstance()
            .walk(
                frames ->
                    frames
                        .filter(frame -> !frame.getClassName().equals(Seeds.class.getName()))
                        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
                        .findFirst()
                        .orElseThrow())
            .hashCode()
        & MASK;
  }
}
