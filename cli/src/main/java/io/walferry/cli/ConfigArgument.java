package io.walferry.cli;

import io.walferry.cli.config.ConfigFile;
import io.walferry.cli.config.ConfigProblem;
import io.walferry.cli.config.ConfigResult;
import io.walferry.cli.config.Place;
import io.walferry.error.ErrorCode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Parameters;

/** The configuration that a command works with, and how its problems are shown. */
final class ConfigArgument {
  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description = "Default: the variable WALFERRY_CONFIG, or walferry.yaml.")
  private Optional<Path> given = Optional.empty();

  ConfigArgument() {}

  /** One that a command has read itself. */
  ConfigArgument(Optional<Path> given) {
    this.given = given;
  }

  Path path(Terminal terminal) {
    return given.orElseGet(
        () -> Path.of(terminal.environment().getOrDefault("WALFERRY_CONFIG", "walferry.yaml")));
  }

  ConfigResult read(Terminal terminal) {
    return ConfigFile.read(path(terminal), terminal.environment());
  }

  /** Shows the problems and returns the exit status. */
  int report(Terminal terminal, List<ConfigProblem> problems, boolean json) {
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("valid", false);
      result.put("problems", problems.stream().map(ConfigArgument::json).toList());
      result.put(
          "error",
          Map.of(
              "code",
              ErrorCode.CONFIGURATION_INVALID.name(),
              "message",
              summary(terminal, problems),
              "advice",
              ErrorCode.CONFIGURATION_INVALID.advice()));
      Json.print(terminal.out(), result);
      return ErrorCode.CONFIGURATION_INVALID.exitStatus();
    }
    problems.forEach(problem -> terminal.say(located(terminal, problem)));
    return Failure.ofUsage(summary(terminal, problems), ErrorCode.CONFIGURATION_INVALID.advice())
        .report(terminal, false);
  }

  private String summary(Terminal terminal, List<ConfigProblem> problems) {
    return path(terminal)
        + " has "
        + problems.size()
        + (problems.size() == 1 ? " problem" : " problems");
  }

  /** Editors jump to {@code file:line:column}. */
  private String located(Terminal terminal, ConfigProblem problem) {
    return switch (problem.place()) {
      case Place.InFile(int line, int column) ->
          "%s:%d:%d: %s".formatted(path(terminal), line, column, problem.message());
      case Place.InEnvironment(String variable) -> variable + ": " + problem.message();
    };
  }

  private static Map<String, Object> json(ConfigProblem problem) {
    Map<String, Object> json = new LinkedHashMap<>();
    switch (problem.place()) {
      case Place.InFile(int line, int column) -> {
        json.put("line", line);
        json.put("column", column);
      }
      case Place.InEnvironment(String variable) -> json.put("variable", variable);
    }
    json.put("message", problem.message());
    return json;
  }
}
