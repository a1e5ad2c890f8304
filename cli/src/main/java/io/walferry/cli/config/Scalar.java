package io.walferry.cli.config;

/** One value as it was written. Prints without it: it may be a secret. */
record Scalar(String text, Place place) {
  @Override
  public String toString() {
    return "value at " + place;
  }
}
