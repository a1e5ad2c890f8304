package io.walferry.time;

/** Reads the clock of this machine; no other class does. */
enum SystemClock implements NanoClock {
  CLOCK;

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }
}
