package io.walferry.cli;

import picocli.CommandLine.Option;

/** Options that every command has. */
final class GlobalOptions {
  @Option(
      names = {"-v", "--verbose"},
      description = "Log more.")
  private boolean verbose;

  @Option(
      names = {"-q", "--quiet"},
      description = "Log warnings only.")
  private boolean quiet;

  @Option(names = "--debug", description = "Log most, and show where errors come from.")
  private boolean debug;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** For commands that tell their own story. */
  void beQuietUnlessAsked() {
    quiet = !verbose && !debug;
  }

  boolean verbose() {
    return verbose;
  }

  boolean quiet() {
    return quiet;
  }

  boolean debug() {
    return debug;
  }

  boolean help() {
    return help;
  }
}
