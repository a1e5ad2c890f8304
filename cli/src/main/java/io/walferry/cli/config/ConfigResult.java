package io.walferry.cli.config;

import java.util.List;

/** A configuration, or everything that is wrong with it. */
public sealed interface ConfigResult {
  /** Fit to run. */
  record Valid(WalferryConfig config) implements ConfigResult {}

  /**
   * Not usable.
   *
   * @param problems in the order of the file; never empty
   */
  record Invalid(List<ConfigProblem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
