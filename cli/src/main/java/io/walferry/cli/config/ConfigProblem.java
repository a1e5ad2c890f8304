package io.walferry.cli.config;

import java.util.Comparator;

/** One thing that is wrong with a configuration. Never shows a secret. */
public record ConfigProblem(Place place, String message) {
  /** As they stand in the file; those of the environment come last. */
  static final Comparator<ConfigProblem> IN_ORDER =
      Comparator.comparingInt(ConfigProblem::line)
          .thenComparingInt(ConfigProblem::column)
          .thenComparing(problem -> problem.place().toString())
          .thenComparing(ConfigProblem::message);

  private int line() {
    return place instanceof Place.InFile(int line, int column) ? line : Integer.MAX_VALUE;
  }

  private int column() {
    return place instanceof Place.InFile(int line, int column) ? column : Integer.MAX_VALUE;
  }

  @Override
  public String toString() {
    return place + ": " + message;
  }
}
